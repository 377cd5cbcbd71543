"""One shape, many spellings.

Met on avatars: `mouthSmileLeft`, `MouthSmileLeft`, `mouthSmile_L`, `mouth_smile_left`,
`EyeClosedLeft` (Unified Expressions), and prefixes such as `blendShape1.` before any of them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.unified import RENAMED

_SIDE = re.compile(r"[._\- ][LRlr]$|(?<=[a-z])[LR]$")
_PATH = re.compile(r"[.:|/](?=[^.:|/]{2,}$)")  # what stands before it is a prefix
_SHORTEST = 6  # letters of a name that may follow a prefix of words
_LONGEST = 256  # letters of a name that may mean something


@dataclass(frozen=True, slots=True)
class Match:
    """What an avatar calls a shape.

    Attributes:
        name: as the avatar spells it.
        exact: whether that is the very name.
    """

    name: str
    exact: bool


def match_shapes(names: Iterable[str]) -> dict[str, Match]:
    """The 52 among an avatar's names: blendshape → match."""
    return match(names, {shape: (shape, RENAMED.get(shape, shape)) for shape in BLENDSHAPES})


def match_names(names: Iterable[str], wanted: Iterable[str]) -> dict[str, Match]:
    """Names of any vocabulary among an avatar's: name → match."""
    return match(names, {name: (name,) for name in wanted})


def match(names: Iterable[str], wanted: Mapping[str, Iterable[str]]) -> dict[str, Match]:
    """Who is who; an exact name goes before any other spelling.

    Args:
        names: the avatar's.
        wanted: name → all names that mean the same.

    Returns:
        Name → match, in the order of `wanted`, without those that the avatar lacks.
    """
    owner = {_key(alias): name for name, aliases in wanted.items() for alias in aliases}
    found: dict[str, Match] = {}
    for given in names:
        meant = next((owner[key] for key in _keys(given) if key in owner), None)
        if meant is not None and (meant not in found or given == meant):
            found[meant] = Match(given, given == meant)
    return {name: found[name] for name in wanted if name in found}


def _keys(given: str) -> Iterator[str]:
    """What a name may be, without more and more of what stands before it."""
    if len(given) > _LONGEST:
        return
    name = _sided(given)
    prefix = _PATH.search(name)
    words = (name[prefix.end() :] if prefix else name).split("_")
    yield _key(name)
    for start in range(len(words)):
        rest = "_".join(words[start:])
        if start == 0 or len(rest) >= _SHORTEST:
            yield _key(rest)


def _sided(name: str) -> str:
    """The name with its side, where it has one, as a word."""
    side = _SIDE.search(name)
    if not side:
        return name
    return name[: side.start()] + {"l": "Left", "r": "Right"}[side.group().lower()[-1]]


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", _sided(name).lower())
