"""What was measured of how a net's readings depend on the head's turn: a part of its card.

**Convention:** numbers are the left side's; the right side's are those of the mirrored face. The
terms are y, p, y², p², y·p for y = yaw / `yaw_range` and p = pitch / `pitch_range`, each held in
[-1, 1]; yaw is positive toward the subject's left, pitch upward.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, mirrored

TERMS = 5
Term = Annotated[float, Field(ge=-1.0, le=1.0, allow_inf_nan=False)]
Terms = tuple[Term, Term, Term, Term, Term]
_NO_TERMS: Terms = (0.0, 0.0, 0.0, 0.0, 0.0)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bias(_Section):
    """How one reading depends on the head.

    Attributes:
        offset: what is read too much, per term: intensity, or radians of a gaze.
        gain: by how much more the movement itself is read, per term, as a share.
    """

    offset: Terms = _NO_TERMS
    gain: Terms = _NO_TERMS


class PoseBias(_Section):
    """What was measured of one net.

    Attributes:
        yaw_range, pitch_range: degrees up to which it was measured.
        units: action unit of the left side → bias.
        gaze_yaw, gaze_pitch: of the left eye.
    """

    yaw_range: float = Field(gt=0, le=90)
    pitch_range: float = Field(gt=0, le=90)
    units: dict[str, Bias] = Field(default_factory=dict)
    gaze_yaw: Bias = Bias()
    gaze_pitch: Bias = Bias()

    @field_validator("units")
    @classmethod
    def _sided(cls, value: dict[str, Bias]) -> dict[str, Bias]:
        for name in value:
            if name not in ACTION_UNIT_INDEX or mirrored(name) == name or name.endswith("R"):
                raise ValueError(f"expected an action unit of the left side, got {name!r}")
        return value
