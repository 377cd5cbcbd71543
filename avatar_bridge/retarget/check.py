"""Whether an avatar has what a profile drives, and what moves instead where it has not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources

from avatar_bridge.config import read_toml
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.retarget.names import Match, match_names, match_shapes
from avatar_bridge.retarget.profile import Profile

_SIDES = {"Left": "L", "Right": "R"}


class State(Enum):
    """How an avatar stands to one name."""

    MATCHED = "matched"  # it has that very name
    ALIASED = "aliased"  # it has the shape in another spelling
    STILL = "still"  # it has the name, but nothing moves
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One name that a profile drives.

    Attributes:
        name: in the profile.
        state: how the avatar stands to it.
        own: the avatar's name for it; empty where it has none.
        fallback: the avatar's names of what moves instead, empty where nothing does or need be.
    """

    name: str
    state: State
    own: str = ""
    fallback: tuple[str, ...] = ()


def check(profile: Profile, names: Collection[str], still: Collection[str]) -> tuple[Finding, ...]:
    """Compare a profile with an avatar.

    Args:
        profile: its targets are looked for, or the 52 where it has none.
        names: of the avatar's shapes and expressions.
        still: those that move nothing.
    """
    if not profile.targets:
        found = match_shapes(names)
        near = fallbacks(names, still)
        return tuple(
            _finding(shape, found, still, (near[shape],) if shape in near else ())
            for shape in BLENDSHAPES
        )
    found = match_names(names, profile.targets)
    shapes = match_shapes([name for name in names if name not in still])
    return tuple(
        _finding(
            target,
            found,
            still,
            tuple(shapes[name].name for name in mix if mix[name] > 0 and name in shapes),
        )
        for target, mix in profile.targets.items()
    )


def known_shapes(names: Collection[str], still: Collection[str]) -> dict[str, str]:
    """Blendshape → the avatar's name for it, of those that move."""
    moving = [name for name in names if name not in still]
    return {shape: match.name for shape, match in match_shapes(moving).items()}


def fallbacks(names: Collection[str], still: Collection[str]) -> dict[str, str]:
    """Blendshape → the avatar's name of what moves instead, for those that it lacks."""
    moving = [name for name in names if name not in still]
    known = match_shapes(moving)
    found: dict[str, str] = {}
    for shape in BLENDSHAPES:
        choices = _choices(shape) if shape not in known else ()
        have = match_names(moving, choices)
        own = next((have[choice].name for choice in choices if choice in have), "")
        if own:
            found[shape] = own
    return found


def _choices(shape: str) -> tuple[str, ...]:
    side = next((side for side in _SIDES if shape.endswith(side)), "")
    stem = shape.removesuffix(side)
    said = _table().get(stem if side else shape, ())
    named = [name.format(side=_SIDES.get(side, ""), Side=side) for name in said]
    directed = stem in ("jaw", "mouth")  # jawLeft is no left half of a jaw
    return tuple([stem, *named] if side and not directed else named)


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    place = resources.files("avatar_bridge.retarget").joinpath("fallbacks.toml")
    with resources.as_file(place) as path:
        return {stem: tuple(names) for stem, names in read_toml(path)["fallbacks"].items()}


def _finding(
    name: str, found: Mapping[str, Match], still: Collection[str], fallback: tuple[str, ...]
) -> Finding:
    match = found.get(name)
    if match is None:
        return Finding(name, State.MISSING, fallback=fallback)
    if match.name in still:
        return Finding(name, State.STILL, match.name, fallback)
    return Finding(name, State.MATCHED if match.exact else State.ALIASED, match.name)
