"""What a retarget profile may say: its settings, their ranges and the names they may use."""

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.facs.cues import CUES
from avatar_bridge.facs.emotions import EMOTION_INDEX
from avatar_bridge.facs.regions import PARTNERS, REGIONS
from avatar_bridge.retarget.curves import CURVES

EVERYWHERE = "all"  # in place of a region or shape
CONSTANT = "constant"  # an input of a target that is always 1


def _one_of(known: Collection[str], kind: str) -> AfterValidator:
    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"expected the name of {kind}, got {name!r}")
        return name

    return AfterValidator(check)


Shape = Annotated[str, _one_of(BLENDSHAPE_INDEX, "a blendshape")]
Emotion = Annotated[str, _one_of(EMOTION_INDEX, "an emotion")]
Input = Annotated[str, _one_of({*ACTION_UNIT_INDEX, *CUES}, "an action unit or a cue")]
Part = Annotated[
    str, _one_of({EVERYWHERE, *REGIONS, *BLENDSHAPE_INDEX}, "a blendshape, a region or all")
]
Pair = Annotated[str, _one_of(PARTNERS, "a blendshape without its Left or Right")]
TargetInput = Annotated[
    str,
    _one_of(
        {*BLENDSHAPE_INDEX, *EMOTION_INDEX, CONSTANT}, f"a blendshape, an emotion or {CONSTANT}"
    ),
]

Gain = Annotated[float, Field(ge=-10.0, le=10.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0, le=10.0)]
Mix = dict[Input, Gain]
Manner = Literal["none", "blend", "block"]


def _choices(mixes: tuple[Mix, ...]) -> tuple[Mix, ...]:
    earlier: set[str] = set()
    for mix in mixes:
        if mix and earlier.issuperset(mix):  # whoever reads one of them never comes here
            raise ValueError(f"expected an input that no earlier choice has, got {list(mix)}")
        earlier |= mix.keys()
    return mixes


Choices = Annotated[
    tuple[Mix, ...],
    BeforeValidator(lambda value: [value] if isinstance(value, dict) else value),
    AfterValidator(_choices),
]


def _rising(curve: str | tuple[tuple[float, float], ...]) -> str | tuple[tuple[float, float], ...]:
    if isinstance(curve, str):
        if curve not in CURVES:
            raise ValueError(f"expected points or one of {', '.join(CURVES)}, got {curve!r}")
        return curve
    if len(curve) > _MOST_POINTS:
        raise ValueError(f"expected at most {_MOST_POINTS} points, got {len(curve)}")
    along, up = [point[0] for point in curve], [point[1] for point in curve]
    if len(curve) < 2 or tuple(curve[0]) != (0.0, 0.0) or along[-1] != 1.0:
        raise ValueError(f"expected points from [0, 0] to [1, …], got {list(map(list, curve))}")
    if any(b - a < _NARROWEST for a, b in pairwise(along)):
        raise ValueError(f"expected points that are {_NARROWEST} apart or more, got {along}")
    if any(b < a for a, b in pairwise(up)):
        raise ValueError(f"expected points that never fall, got {up}")
    return curve


_NARROWEST = 0.01  # between a curve's points, so that no curve is a step
_MOST_POINTS = 101  # which is as many as are that far apart
Curve = Annotated[str | tuple[tuple[Share, Share], ...], AfterValidator(_rising)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Response(_Section):
    """How a shape answers to its mix, in this order.

    Attributes:
        dead_zone: the mix below which nothing moves; what is above is stretched to full range.
        curve: a name (`linear`, `ease_in`, `ease_out`, `smooth`) or points [mix, weight], which
            straight lines join.
        gain: multiplies the result; 0 keeps the shape at rest.
        limit: the largest weight.
        knee: share of `limit` from which the weight bends toward it; 1 for a hard stop.
    """

    dead_zone: float = Field(default=0.0, ge=0.0, le=0.5)
    curve: Curve = "linear"
    gain: float = Field(default=1.0, ge=0.0, le=10.0)
    limit: Positive = 1.0
    knee: Share = 1.0


class Lock(_Section):
    """How far the two sides of a movement are drawn together.

    Attributes:
        to: what both go to, their `mean` or the `max` of the two.
        share: 0 leaves them, 1 makes them equal.
    """

    to: Literal["mean", "max"] = "mean"
    share: Share


class Override(_Section):
    """What an emotion takes away from measured movements, as VRM's expressions do.

    Attributes:
        blink, look, mouth: `blend` leaves 1 - emotion of them, `block` nothing, `none` all.
    """

    blink: Manner = "none"
    look: Manner = "none"
    mouth: Manner = "none"


class EmotionLayer(_Section):
    """What emotions add to the shapes that no unit vouches for.

    Attributes:
        intensity: largest share of a prototype that is added.
        attack_s, release_s: seconds in which an emotion comes and goes, for whoever smooths it.
        top: how many of the most probable emotions count.
        block_at: strength at which a `block` is total; it grows up to there, so nothing jumps.
        protected: shapes that an emotion never adds to.
        prototypes: emotion → shape → weight of the full expression (EMFACS).
        overrides: emotion → what it takes away.
    """

    intensity: Share
    attack_s: Seconds = 0.0
    release_s: Seconds = 0.0
    top: int = Field(ge=1, le=len(EMOTION_INDEX))
    block_at: float = Field(default=0.2, ge=0.05, le=1.0)
    protected: tuple[Shape, ...]
    prototypes: dict[Emotion, dict[Shape, Share]]
    overrides: dict[Emotion, Override] = Field(default_factory=dict)


class Profile(_Section):
    """One mapping. What applies when is written in `solver` and `layers`.

    Attributes:
        name: what a user asks for.
        title: one line for people.
        extends: name or path of the profile that says what this one does not; empty for none.
        shapes: blendshape → mixes (action unit or cue → gain), the best first.
        response: blendshape, region or `all` → how it answers; the narrower one wins.
        rivals: blendshape → another that it cannot go along with → how hard the larger of the
            two pushes the smaller one down, by how much it is larger.
        locks: movement that both sides have → how they are drawn together.
        ceilings: blendshape → the shape whose weight it may not exceed.
        targets: name of an avatar's own shape → mix of the 52, of emotions and of `constant`.
    """

    name: str
    title: str
    extends: str = ""
    shapes: dict[Shape, Choices]
    response: dict[Part, Response] = Field(default_factory=dict)
    rivals: dict[Shape, dict[Shape, Share]] = Field(default_factory=dict)
    locks: dict[Pair, Lock] = Field(default_factory=dict)
    ceilings: dict[Shape, Shape] = Field(default_factory=dict)
    emotion: EmotionLayer
    targets: dict[str, dict[TargetInput, Gain]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _no_circles(self) -> "Profile":
        for start in self.ceilings:
            shape = self.ceilings[start]
            while shape in self.ceilings and shape != start:
                shape = self.ceilings[shape]
            if shape == start:
                raise MisplacedError(("ceilings", start), "a shape above it", "one below itself")
        pairs: set[frozenset[str]] = set()
        for shape, others in self.rivals.items():
            for other in others:
                pair = frozenset((shape, other))
                if pair in pairs or len(pair) == 1:
                    place = ("rivals", shape, other)
                    raise MisplacedError(place, "another pair", "one named already")
                pairs.add(pair)
        return self

    def inputs(self, shape: str, readable: Collection[str]) -> Mix:
        """The mix that makes a shape where only some inputs are read; empty where none can."""
        for mix in self.shapes.get(shape, ()):
            read = {name: gain for name, gain in mix.items() if name in readable}
            if read:
                return read
        return {}

    def response_of(self, shape: str, region: str) -> Response:
        """What all, the region and the shape say of its response, taken together."""
        said: Mapping[str, object] = {}
        for part in (EVERYWHERE, region, shape):
            if part in self.response:
                said = {**said, **self.response[part].model_dump(exclude_unset=True)}
        return Response.model_validate(said)


class MisplacedError(ValueError):
    """A fault of the whole profile that lies at one place in it.

    Args:
        place: of the setting.
        expected: in words.
        got: in words.
    """

    def __init__(self, place: tuple[str, ...], expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.place = place
