"""Avatars that can be shown: `make_glb`'s, in a scene."""

from collections.abc import Sequence
from pathlib import Path

from glb import make_glb, write_glb

from avatar_bridge.avatar.gltf import Gltf


def make_avatar(path: Path, morphs: Sequence[str]) -> Path:
    """A square with these shapes, all of which move it a little."""
    made = Gltf(make_glb(path, morphs))
    return write_glb(path, made.json | {"scene": 0, "scenes": [{"nodes": [0]}]}, made.binary)
