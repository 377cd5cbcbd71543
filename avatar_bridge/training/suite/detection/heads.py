"""Drawn heads of people who taught nothing, cut out so that they can be laid over anything.

Each head is drawn once before black and once before white: what differs is the backdrop that
shows through. They are kept in the suite's cache; delete the file there to draw anew with a
renderer that has changed.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from avatar_bridge.geometry import FACE_SIDE, face_box
from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.training.suite.synthetic import MESH
from avatar_bridge.training.synthetic.expressions import random_expression
from avatar_bridge.training.synthetic.gl import open_context
from avatar_bridge.training.synthetic.looks import random_person
from avatar_bridge.training.synthetic.mesh import load_mesh
from avatar_bridge.training.synthetic.samples import SampleMaker, random_head
from avatar_bridge.training.synthetic.scene import Camera
from avatar_bridge.types import Float32, Image

SEED = 990_003  # training sets are made of small ones
MOST_YAW = 60.0  # degrees
_MOST_TILT = 20.0  # degrees of pitch and roll
_SIDE = 512  # pixels of a picture
_SHARE = 0.42  # of which the face box takes so much: hair and shoulders fit in
_EYES_CM = 6.2
_FADE = 0.1  # of the picture, in which the shoulders fade out at its edges
_ROWS = {
    "on_black": (_SIDE, _SIDE),
    "on_white": (_SIDE, _SIDE),
    "landmarks": (70, 2),
    "yaws": (),
}


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A head on a canvas.

    Attributes:
        over: (H, W) float32 grey levels before black.
        through: (H, W) float32, the share of what lies behind that shows through.
        points: (70, 2) pixels.
    """

    over: Float32
    through: Float32
    points: Float32

    def before(self, backdrop: Float32) -> Float32:
        """(H, W) the head before something else."""
        return np.asarray(self.over + self.through * backdrop, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A drawn head: as `Layer`, on a canvas of its own.

    Attributes:
        yaw: degrees, positive to the subject's left.
    """

    layer: Layer
    yaw: float

    def on(self, shape: tuple[int, int], side: float, middle: NDArray[np.floating]) -> Layer:
        """The head on a canvas of (height, width) pixels.

        Args:
            shape: of the canvas.
            side: of the head's face box in pixels, to within a pixel of the whole picture.
            middle: (2,) of the face box, to within half a pixel.
        """
        box, _ = face_box(self.layer.points)
        pixels = max(1, round(_SIDE * side / float(box[2] - box[0])))
        zoom = pixels / _SIDE
        x, y = (int(v) for v in np.rint(middle - zoom * (box[:2] + box[2:]) / 2))
        over, through = np.zeros(shape, np.float32), np.ones(shape, np.float32)
        rows = slice(max(y, 0), min(y + pixels, shape[0]))
        columns = slice(max(x, 0), min(x + pixels, shape[1]))
        seen = (slice(rows.start - y, rows.stop - y), slice(columns.start - x, columns.stop - x))
        if rows.start < rows.stop and columns.start < columns.stop:
            planes = _scaled(self.layer, pixels)
            over[rows, columns], through[rows, columns] = (plane[seen] for plane in planes)
        points = self.layer.points * np.float32(zoom) + np.array([x, y], np.float32)
        return Layer(over, through, points)


@lru_cache(maxsize=4)  # somebody who walks through a film keeps the same size
def _scaled(layer: Layer, pixels: int) -> tuple[Float32, Float32]:
    """Both planes of a layer, so many pixels a side."""
    how = cv2.INTER_AREA if pixels < _SIDE else cv2.INTER_LINEAR
    over, through = (
        np.asarray(cv2.resize(plane, (pixels, pixels), interpolation=how), np.float32)
        for plane in (layer.over, layer.through)
    )
    return over, through


def draw_heads(cache: Path, root: Path, count: int, console: Console) -> list[Head]:
    """So many people, their yaws spread evenly from -`MOST_YAW` to `MOST_YAW`.

    Args:
        cache: folder of what is kept between runs.
        root: folder of data sets, with ICT-FaceKit in it.
        count: how many.
        console: for progress.

    Raises:
        ConfigError: no mesh or no OpenGL where heads have to be drawn.
    """
    path = cache / f"heads_{SEED}_{count}.npz"
    if not path.is_file():
        made = list(track(_draw(root, count), "drawing heads", total=count, console=console))
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part.npz")  # a run that is killed leaves no half file
        columns: dict[str, Any] = {name: np.stack([row[name] for row in made]) for name in _ROWS}
        np.savez_compressed(draft, **columns)
        draft.replace(path)
    kept = load_arrays(path, _ROWS, count)
    return [
        cut_out(kept["on_black"][row], kept["on_white"][row], kept["landmarks"][row],
                float(kept["yaws"][row]))
        for row in range(count)
    ]  # fmt: skip


def cut_out(on_black: Image, on_white: Image, points: Float32, yaw: float) -> Head:
    """A head from its two pictures (S, S); where they cut it off, it fades away."""
    black, white = on_black.astype(np.float32), on_white.astype(np.float32)
    through = np.clip((white - black) / 255, 0, 1)
    fade = _fade(len(black))
    hidden = np.asarray(fade * (1 - through), np.float32)
    return Head(Layer(fade * black, 1 - hidden, points), yaw)


def _fade(side: int) -> Float32:
    """(side, side) 1 inside, falling to 0 toward the left, the right and the lower edge."""
    place = (np.arange(side, dtype=np.float32) + 0.5) / side
    across = np.clip(np.minimum(place, 1 - place) / _FADE, 0, 1)
    down = np.clip((1 - place) / _FADE, 0, 1)
    return np.asarray(down[:, None] * across[None, :], np.float32)


def _draw(root: Path, count: int) -> Iterator[dict[str, NDArray]]:
    mesh = load_mesh(root / MESH)
    maker = SampleMaker(open_context(), mesh, _SIDE)
    rng = np.random.default_rng(SEED)
    for yaw in np.linspace(-MOST_YAW, MOST_YAW, count):
        head = random_head(random_person(mesh, rng), _SIDE, rng)
        focal = _SHARE * head.place.distance / (FACE_SIDE * _EYES_CM)
        pitch, roll = np.radians(rng.uniform(-_MOST_TILT, _MOST_TILT, 2))
        head = replace(head, camera=Camera(_SIDE, focal)).turned(
            math.radians(yaw), float(pitch), float(roll)
        )
        weights = random_expression(rng, None).weights
        pictures = []
        for level in (0, 255):
            backdrop = np.full((2, 2, 3), level, np.uint8)
            picture, truth = maker.draw(replace(head, backdrop=backdrop), weights)
            pictures.append(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
        yield {
            "on_black": pictures[0],
            "on_white": pictures[1],
            "landmarks": truth.landmarks,
            "yaws": np.array(yaw, np.float32),
        }
