"""What a recipe for a face net says beside what every recipe says."""

from typing import Literal

from pydantic import Field, field_validator

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, mirrored
from avatar_bridge.training.datasets.augment import Augment
from avatar_bridge.training.recipe import Part, Recipe, known_fields


class LossPart(Part):
    """How much each part of the loss counts.

    Attributes:
        active: how much more a full movement counts than rest; see `losses.unit_loss`.
        node_trust: weight of a teacher's action units by name, or by code for both sides; others
            count `other_trust`. The truth counts 1.
    """

    presence: float = 0.3
    landmarks: float = 1.0
    action_units: float = 1.0
    emotions: float = 0.3
    gaze: float = 0.1
    twins: float = 0.2
    active: float = Field(default=0.0, ge=0)
    other_trust: float = 0.8
    node_trust: dict[str, float] = Field(default_factory=dict)


class EvaluationPart(Part):
    """Clips that a net is judged on, and never taught by.

    Attributes:
        clips: names of clips with one face.
        faceless: names of clips with none.
    """

    clips: tuple[str, ...] = ()
    faceless: tuple[str, ...] = ()


class DistilPart(Part):
    """A larger net whose readings are mixed into the labels.

    Attributes:
        model: path of its exported file, with the card beside it; empty for none.
        share: how much its word counts where a label is known.
    """

    model: str = ""
    share: float = Field(default=0.3, ge=0, le=1)


class FaceRecipe(Recipe):
    """One training run of a face net.

    Attributes:
        action_units: node names in the order of that output.
        negatives: share of pictures without a face.
        twins: share of pictures that show a face of the same batch once more, mirrored and
            changed anew, for the loss of that name.
        unread: nodes that the trained net turned out not to tell; for the card.
        gaze: which gaze the runtime is to believe, the net's or that of its points; for the card.
    """

    action_units: tuple[str, ...]
    negatives: float = Field(default=0.12, ge=0, lt=1)
    twins: float = Field(default=0.0, ge=0, le=0.5)
    unread: tuple[str, ...] = ()
    gaze: Literal["net", "points"] = "points"
    loss: LossPart = LossPart()
    distil: DistilPart = DistilPart()
    evaluation: EvaluationPart = EvaluationPart()

    @field_validator("augment")
    @classmethod
    def _known_changes(cls, values: dict[str, float]) -> dict[str, float]:
        return known_fields(Augment, values)

    @field_validator("action_units")
    @classmethod
    def _known_pairs(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in ACTION_UNIT_INDEX:
                raise ValueError(f"expected action units of facs, got {name!r}")
            if mirrored(name) not in names:
                raise ValueError(f"expected {mirrored(name)} beside {name}")
        return names
