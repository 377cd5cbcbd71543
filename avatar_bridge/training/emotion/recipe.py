"""What a recipe for an emotion net says beside what every recipe says."""

from typing import Literal

from pydantic import Field, field_validator

from avatar_bridge.training.emotion.augment import Augment
from avatar_bridge.training.recipe import Part, Recipe, known_fields

LabelSet = Literal["emotions", "fer2013"]


class LossPart(Part):
    """What an emotion net is punished for.

    Attributes:
        sets: weight of each label set's cross-entropy.
        branches: weight of each branch of the net, the answer first (PCNN: 12 and 8).
        smoothing: share of every target that is spread over all classes.
        balance: how far rare classes are lifted: each counts (mean / its own number) to this
            power, 0 for not at all.
    """

    sets: dict[LabelSet, float] = Field(default={"emotions": 1.0, "fer2013": 1.0}, min_length=1)
    branches: tuple[float, ...] = Field(default=(1.0,), min_length=1)
    smoothing: float = Field(default=0.0, ge=0, lt=1)
    balance: float = Field(default=0.0, ge=0, le=1)


class ExportPart(Part):
    """How the trained net is written.

    Attributes:
        rank: largest rank that a fully connected layer keeps; 0 keeps them whole.
        quantise: whether an int8 net is tried.
    """

    rank: int = Field(default=0, ge=0)
    quantise: bool = True


class EmotionRecipe(Recipe):
    """One training run of an emotion net."""

    loss: LossPart = LossPart()
    export: ExportPart = ExportPart()

    @field_validator("augment")
    @classmethod
    def _known_changes(cls, values: dict[str, float]) -> dict[str, float]:
        return known_fields(Augment, values)
