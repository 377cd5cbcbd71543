"""One shape at a time on an avatar that no net was ever shown."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.training.suite.activation import Shown, cells_of, judge_activations
from avatar_bridge.training.suite.portrait import FRONT, SIDE, Lamps, Portraitist, look_at_face
from avatar_bridge.training.suite.reader import Picture, Reader
from avatar_bridge.training.suite.table import Cell
from avatar_bridge.training.synthetic.activations import alone
from avatar_bridge.training.synthetic.avatar import Avatar, load_avatar
from avatar_bridge.training.synthetic.gl import open_context

AVATAR = "avatars/brunette-t.glb"
VIEWS = (-20.0, 0.0, 20.0)  # degrees of yaw
LAMPS = (FRONT, SIDE)
_SIZE = 256
# The crop starts at the box between eyes and chin and settles at the net's own points.
_LOOKS = 4


def measure_avatar(
    readers: Sequence[Reader], root: Path, console: Console, quick: bool = False
) -> tuple[dict[str, Cell], dict[str, NDArray[np.float64]]]:
    """Percent of (view, light, shape) that are seen, by reader, and the rate of every shape (52,).

    Args:
        readers: all of them.
        root: folder of data sets, with the avatar in it.
        console: for progress.
        quick: one view in one light only.

    Raises:
        ConfigError: no avatar, one that lacks a shape, or no OpenGL.
    """
    avatar = load_avatar(root / AVATAR)
    missing = [name for name in BLENDSHAPES if name not in avatar.shapes]
    if missing:
        raise ConfigError(f"{root / AVATAR}: expected all 52 shapes, got no {', '.join(missing)}")
    views = [(0.0, FRONT)] if quick else [(yaw, lamps) for lamps in LAMPS for yaw in VIEWS]
    total = len(views) * (1 + len(BLENDSHAPES))
    shown = track(_show(avatar, views), "avatar", total=total, console=console)
    judged = judge_activations(readers, shown)
    return cells_of(judged), {name: said.rates for name, said in judged.items()}


def _show(avatar: Avatar, views: Sequence[tuple[float, Lamps]]) -> Iterator[Shown]:
    """Every view at rest and with every shape."""
    artist = Portraitist(open_context(), avatar, _SIZE)
    for head, (yaw, lamps) in enumerate(views):
        view = look_at_face(avatar, math.radians(yaw), _SIZE)
        for shape in (None, *BLENDSHAPES):
            values, companions = alone(shape)
            weights = {n: float(w) for n, w in zip(BLENDSHAPES, values, strict=True) if w}
            drawn = artist.draw(weights, view, lamps)
            image = np.asarray(cv2.cvtColor(drawn, cv2.COLOR_GRAY2BGR), np.uint8)
            yield Shown(head, shape, companions, Picture(image, view.box), _LOOKS)
