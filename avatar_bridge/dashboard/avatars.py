"""The head that the page shows: the built-in one, or a file that was dropped in.

Dropped files live in a temporary folder for as long as the page runs. They come from anywhere, so
they are read by the reader that profiles are checked with, which trusts nothing.
"""

import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from avatar_bridge.avatar.face import AvatarFace
from avatar_bridge.avatar.gltf import MAGIC, Gltf
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.retarget.check import fallbacks
from avatar_bridge.retarget.names import match_shapes

BUILT_IN_URL = "/head.glb"
BUILT_IN_NAME = "built-in head"
SUFFIXES = (".glb", ".vrm")
MOST_BYTES = 100 << 20
_MOST_KEPT = 8  # files; the oldest goes first
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Avatar:
    """A head that the page can show.

    Attributes:
        url: where the page has it from.
        name: for people.
        report: what of the 52 it has, under which names.
    """

    url: str
    name: str
    report: dict[str, Any]


BUILT_IN = Avatar(
    BUILT_IN_URL,
    BUILT_IN_NAME,
    {
        "kind": "glTF",
        "matched": list(BLENDSHAPES),
        "missing": [],
        "map": {shape: [shape] for shape in BLENDSHAPES},
        "instead": {},
        "expressions": [],
        "morphs": len(BLENDSHAPES),
    },
)


class AvatarShelf:
    """Keeps what was dropped in, until it is closed."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="avatar-bridge-")
        self._kept: dict[str, Path] = {}

    def part(self) -> Path:
        """A new file's place, to write to before `take`."""
        return Path(self._folder.name) / f"{secrets.token_hex(8)}.glb"

    def take(self, path: Path, name: str) -> Avatar:
        """Read a file at a place of `part`, and keep it.

        Args:
            path: of the file.
            name: as its owner calls it; only shown.

        Raises:
            ConfigError: it is no avatar, in words without our own paths; the file is gone.
        """
        name = _shown(name)
        try:
            with path.open("rb") as file:
                if file.read(4) != MAGIC.to_bytes(4, "little"):
                    raise ConfigError(f"{name}: expected a .glb or .vrm file, got something else")
            if not Gltf(path).json.get("scenes"):
                raise ConfigError(f"{name}: expected an avatar in a scene, got no scene")
            found = report(AvatarFace(path))
        except ConfigError as error:
            path.unlink(missing_ok=True)
            raise ConfigError(str(error).replace(str(path), name)) from error
        self._kept[path.stem] = path
        while len(self._kept) > _MOST_KEPT:
            self._kept.pop(next(iter(self._kept))).unlink(missing_ok=True)
        return Avatar(f"/avatar/{path.stem}.glb", name, found)

    def find(self, key: str) -> Path | None:
        """The file of a key that `take` put into an address."""
        return self._kept.get(key)

    def close(self) -> None:
        """Delete all."""
        self._folder.cleanup()


def report(face: AvatarFace) -> dict[str, Any]:
    """What of the 52 an avatar has.

    `map` gives the avatar's names to each that moves; `instead` has those of them that stand in
    for a shape which it lacks.

    Raises:
        ConfigError: it has neither morph targets nor expressions.
    """
    names = (*face.morphs, *face.expressions)
    if not names:
        raise ConfigError("expected an avatar whose face can move, got one without morph targets")
    matched = {shape: [match.name] for shape, match in match_shapes(names).items()}
    instead = {shape: [name] for shape, name in fallbacks(names, ()).items()}
    return {
        "kind": face.kind,
        "matched": list(matched),
        "missing": [shape for shape in BLENDSHAPES if shape not in matched],
        "map": matched | instead,
        "instead": instead,
        "expressions": list(face.expressions),
        "morphs": len(face.morphs),
    }


def _shown(name: str) -> str:
    """The last part of a path of any system, without what no terminal or page should show."""
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(letter for letter in last if letter.isprintable())
    return kept[:_LONGEST_NAME] or "avatar"
