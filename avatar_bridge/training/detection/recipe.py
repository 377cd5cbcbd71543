"""What a recipe for a detector says beside what every recipe says."""

from typing import Literal

from pydantic import Field, field_validator

from avatar_bridge.training.detection.losses import HARDEST
from avatar_bridge.training.recipe import Part, Recipe


class ScenesPart(Part):
    """The pictures that are composed.

    Attributes:
        train: how many a net learns from.
        held_out: how many, of held-out rows, it is judged on.
        smallest: side in pixels of the smallest face.
        largest: of the largest.
    """

    train: int = Field(default=3000, gt=0)
    held_out: int = Field(default=200, gt=0)
    smallest: float = Field(default=20.0, ge=12)
    largest: float = Field(default=300.0, gt=12)


class WindowsPart(Part):
    """The windows that are cut from scenes, and how a batch is mixed of them.

    Attributes:
        face: near windows of each kind (faces, parts, misses) a face.
        far: windows without a face a scene.
        mined: windows of each kind a scene, at most, that the nets before let through.
        shares: of faces, parts and others in a batch.
        light: spread of a window's change of contrast, and of brightness in its spreads.
    """

    face: int = Field(default=10, gt=0)
    far: int = Field(default=30, ge=0)
    mined: int = Field(default=40, ge=0)
    shares: tuple[float, float, float] = (1.0, 1.0, 3.0)
    light: float = Field(default=0.15, ge=0)


class CascadePart(Part):
    """The nets that choose the windows of a later one.

    Attributes:
        before: names of their runs, or paths of the folders; P-Net first.
        keep: score from which each of them lets a window through: lower than at runtime, so that
            a net learns from more than it will see.
    """

    before: tuple[str, ...] = Field(default=(), max_length=2)
    keep: tuple[float, ...] = ()

    @field_validator("keep")
    @classmethod
    def _chances(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if not all(0 < value < 1 for value in values):
            raise ValueError(f"expected scores between 0 and 1, got {values}")
        return values


class LossPart(Part):
    """Weights of the parts of the loss, see `losses.WindowLoss`; of SSD the first two count."""

    face: float = 1.0
    box: float = 0.5
    points: float = 0.5
    expressions: float = 0.5
    hardest: float = Field(default=HARDEST, gt=0, le=1)
    smooth: bool = False


class ThresholdPart(Part):
    """How the score is chosen from which a net says that there is a face.

    Attributes:
        by: `kept`, the score that lets a share of the faces through; `f1`, the best balance of
            recall and precision.
        kept: that share.
    """

    by: Literal["kept", "f1"] = "f1"
    kept: float = Field(default=0.99, gt=0, lt=1)


class DetectionRecipe(Recipe):
    """One training run of a detection net."""

    scenes: ScenesPart = ScenesPart()
    windows: WindowsPart = WindowsPart()
    cascade: CascadePart = CascadePart()
    loss: LossPart = LossPart()
    threshold: ThresholdPart = ThresholdPart()
