"""The card that travels with every exported net: what it takes, gives, saw and scored."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from avatar_bridge.errors import ModelError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS, LABELS
from avatar_bridge.inference.pose_bias import PoseBias

Precision = Literal["float32", "int8"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputSpec(_Part):
    """The picture a net takes.

    Attributes:
        size: side of the square in pixels.
        channels: 1 for grey, 3 for RGB.
        mean: subtracted from pixels scaled to [0, 1].
        std: divided by after that.
        margin: side of the crop in face boxes (`geometry.face_box`).
        lift: how far the crop's middle lies above the face box's, in face boxes.
    """

    size: int = Field(gt=0)
    channels: Literal[1, 3]
    mean: float
    std: float = Field(gt=0)
    margin: float = Field(gt=0)
    lift: float = Field(default=0.0, ge=-1, le=1)


class DataSource(_Part):
    """One data set that the weights saw."""

    name: str
    licence: str
    use: str


class ModelCard(_Part):
    """Everything the runtime and a reader need to know of one net.

    Attributes:
        name: file stem of the card and of the `.onnx` beside it.
        task: which stage runs it.
        architecture: name of the net in the `nets` registry.
        title: one line for people.
        action_units: node names in the order of that output; empty where it has none.
        unread: action units of that output which it cannot tell yet; the runtime leaves them out.
        emotions: emotion names in the order of that output; empty where it has none.
        conditions: of a generation net, what its condition holds, in that order: emotions (the
            place says how strongly) or blendshapes; empty for all others.
        gaze: whom the runtime believes about the eyes of a face net: `net`, its own output `gaze`,
            or `points`, the geometry of iris and eye corners.
        recipe: name of the training recipe that made it.
        parameters: number of trained weights.
        precision: of the weights and the arithmetic in the file.
        threshold: of a detection net, the score from which a window holds a face and goes on.
        scores: measured figures by name, each as the recipe's evaluation reports it.
        unit_r: Pearson's r of each action unit that moves in a test set: set, then unit.
        notes: what a user should know of its limits.
        pose: what a turned head does to a face net's readings; None where nobody measured.
    """

    name: str
    task: Literal["face", "emotion", "detection", "generation"]
    architecture: str
    title: str
    licence: str
    input: InputSpec
    action_units: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    gaze: Literal["net", "points"] = "points"
    data: tuple[DataSource, ...]
    recipe: str
    parameters: int
    precision: Precision = "float32"
    threshold: float | None = Field(default=None, gt=0, lt=1)
    scores: dict[str, float] = Field(default_factory=dict)
    unit_r: dict[str, dict[str, float]] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    pose: PoseBias | None = None

    @model_validator(mode="after")
    def _known_labels(self) -> "ModelCard":
        for label, known in (
            *((name, ACTION_UNIT_INDEX) for name in (*self.action_units, *self.unread)),
            *((name, LABELS) for name in self.emotions),
            *((name, (*EMOTIONS, *BLENDSHAPES)) for name in self.conditions),
            *((name, ACTION_UNIT_INDEX) for units in self.unit_r.values() for name in units),
        ):
            if label not in known:
                raise ValueError(f"expected a name of facs, got {label!r}")
        return self


def load_card(path: Path) -> ModelCard:
    """Read a card.

    Raises:
        ModelError: missing, not TOML, or not a card; the message names the file and the field.
    """
    try:
        with path.open("rb") as file:
            return ModelCard.model_validate(tomllib.load(file))
    except OSError as error:
        raise ModelError(f"expected a model card at {path}, got: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{path}: expected TOML, got: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "card"
        raise ModelError(f"{path}: {where}: {first['msg']}") from error
