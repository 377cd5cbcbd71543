"""What a recipe for a generation net says beside what every recipe says."""

from typing import Literal

from pydantic import Field

from avatar_bridge.training.recipe import Part, Recipe


class GamePart(Part):
    """How the two players are set against each other.

    Attributes:
        condition: what the net is told: emotions with their intensity, or 52 blendshapes.
        emotions: that are asked for; the others are left out, as pictures too.
        adversary: Wasserstein with gradient penalty (equation 1), or least squares.
        penalty_every: steps between gradient penalties, which are as much heavier.
        source: how the condition of a source is known when it is painted back: D's own estimate
            (equation 2), or its label.
        warm: step before which a batch is all pairs, and the generator learns from their targets
            alone: a rival and a guide have nothing to say to one that cannot move a mouth yet.
        coarse: side of the pictures in pixels up to step `until`; 0 for the net's own from the
            first.
        until: step from which the pictures have the net's own side.
        fine_batch: pictures in a batch from then on.
        paired: share of a batch that are pairs with a known target, where there are such.
        balance: share of the sources that are drawn with all emotions equally likely.
    """

    condition: Literal["emotions", "blendshapes"] = "emotions"
    emotions: tuple[str, ...] = ()
    adversary: Literal["wasserstein", "squares"] = "wasserstein"
    penalty_every: int = Field(default=4, gt=0)
    source: Literal["estimate", "label"] = "estimate"
    warm: int = Field(default=0, ge=0)
    coarse: int = Field(default=0, ge=0)
    until: int = Field(default=0, ge=0)
    fine_batch: int = Field(default=8, gt=1)
    paired: float = Field(default=0.5, ge=0, le=1)
    balance: float = Field(default=0.6, ge=0, le=1)


class LossPart(Part):
    """Weights of the losses (see `losses`); 0 leaves one out.

    Attributes:
        adversarial: of equation 1 in the generator's total.
        penalty: of the gradient penalty.
        category: λ_cls.
        reconstruction: λ_rec.
        condition: λ_info of both players.
        intensity: λ_rho.
        pair: L1 to a known target. This and all below are not the paper's.
        edge: differences of neighbouring pixels of known targets.
        structure: 1 - SSIM to known targets.
        guide: cross-entropy of an emotion net of ours on what was made.
        still: change outside the face.
        variation: total variation of what is painted over the picture, moved or not.
        paint: amount of it, of photographs: skin that can be moved need not be painted.
        fold: of where the picture is moved, what is shown twice.
    """

    adversarial: float = Field(default=1.0, ge=0)
    penalty: float = Field(default=10.0, ge=0)
    category: float = Field(default=1.0, ge=0)
    reconstruction: float = Field(default=10.0, ge=0)
    condition: float = Field(default=1.0, ge=0)
    intensity: float = Field(default=1.0, ge=0)
    pair: float = Field(default=0.0, ge=0)
    edge: float = Field(default=0.0, ge=0)
    structure: float = Field(default=0.0, ge=0)
    guide: float = Field(default=0.0, ge=0)
    still: float = Field(default=0.0, ge=0)
    variation: float = Field(default=0.0, ge=0)
    paint: float = Field(default=0.0, ge=0)
    fold: float = Field(default=0.0, ge=0)


class GuidePart(Part):
    """The emotion nets that guide; none that measures.

    Attributes:
        nets: names of recipes; each step asks the next of them, () for no guide. What one alone
            takes for an emotion need not look like it; what several do, does.
        models: folder of their exported files, from which the weights are read; relative to where
            one works.
        jitter: how far a picture is turned (rad), moved and scaled (shares) before it is read, so
            that no pattern of single pixels pleases.
        doubt: share of what it is to find likely that is left to all emotions alike: past it, an
            expression that is read well need not get stronger.
    """

    nets: tuple[str, ...] = ()
    models: str = "models"
    jitter: float = Field(default=0.0, ge=0, le=0.3)
    doubt: float = Field(default=0.0, ge=0, lt=1)


class GenerationRecipe(Recipe):
    """One training run of a generation net."""

    game: GamePart = GamePart()
    loss: LossPart = LossPart()
    guide: GuidePart = GuidePart()
