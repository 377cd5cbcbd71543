"""Scenes of drawn heads in drawn rooms: the size, the light and the yaw of every face are known."""

from collections.abc import Sequence

import cv2
import numpy as np

from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.training.suite.detection.heads import SEED, Head, Layer
from avatar_bridge.training.suite.detection.scene import Scene, SceneSet, marked_scene
from avatar_bridge.training.synthetic.backdrops import room
from avatar_bridge.types import Float32, Image

NAME = "drawn scenes"
MIN_FACE = 20
SIZES = ((20, 40), (40, 80), (80, 160), (160, 300))  # pixels across the face box
YAWS = ((0, 15), (15, 30), (30, 45), (45, 60))  # degrees to either side
# Gain of the light. Half of the scenes are lit; sizes and yaws are asked of these alone.
LIGHTS = {"lit": 1.0, "dim": 0.3, "dark": 0.1}
_TURNS = ("lit", "dim", "lit", "dark")
_SHAPE = (720, 960)
_FACES = (2, 6)  # of a scene: from, and below
_TRIES = 30  # to find a free place
_APART = 1.5  # sides of the box that is kept free around each face
_NOISE = 3.0  # grey levels of a sensor, in any light


def compose_scenes(heads: Sequence[Head], count: int) -> SceneSet:
    """So many scenes of several faces; always the same ones.

    Args:
        heads: each is shown in turn, in every range of size.
        count: how many scenes.
    """
    rng = np.random.default_rng(SEED)
    scenes, shown = [], 0
    for number in range(count):
        wanted = []
        for _ in range(int(rng.integers(*_FACES))):
            low, high = SIZES[(shown + shown // len(heads)) % len(SIZES)]
            wanted.append((heads[shown % len(heads)], float(rng.uniform(low, high))))
            shown += 1
        scenes.append(_compose(number, wanted, _TURNS[number % len(_TURNS)], rng))
    faces = sum(len(scene.boxes) for scene in scenes)
    on = f"{count} scenes, {faces} faces of {len(heads)} drawn heads"
    return SceneSet(NAME, on, tuple(scenes), MIN_FACE, complete=True)


def _compose(
    number: int, wanted: Sequence[tuple[Head, float]], light: str, rng: np.random.Generator
) -> Scene:
    """The smallest stand farthest back; one that finds no place stays away."""
    canvas = _room(rng)
    placed: list[tuple[Head, float, Layer]] = []
    for head, side in sorted(wanted, key=lambda pair: pair[1]):
        for _ in range(_TRIES):
            middle = np.array([rng.uniform(side / 2, edge - side / 2) for edge in _SHAPE[::-1]])
            layer = head.on(_SHAPE, side, middle)
            if not any(_disturbs(layer, other) for _, _, other in placed):
                placed.append((head, side, layer))
                canvas = layer.before(canvas)
                break
    noise = rng.normal(0, _NOISE, _SHAPE)
    picture = np.clip(LIGHTS[light] * canvas + noise, 0, 255).astype(np.uint8)
    groups = tuple(frozenset(groups_of(side, head.yaw, light)) for head, side, _ in placed)
    points = [layer.points for _, _, layer in placed]
    return marked_scene(f"{light} {number}", picture, points, groups)


def groups_of(side: float, yaw: float, light: str) -> list[str]:
    """What a face of a side in pixels and a yaw in degrees is an example of."""
    groups = [light]
    if light == "lit":
        groups += [size_name(low, high) for low, high in SIZES if low <= side < high]
        groups += [yaw_name(low, high) for low, high in YAWS if low <= abs(yaw) <= high][:1]
    return groups


def size_name(low: int, high: int) -> str:
    """How a range of sizes is called."""
    return f"{low}-{high} px"


def yaw_name(low: int, high: int) -> str:
    """How a range of yaws is called."""
    return f"yaw {low}-{high}°"


GROUPS = (
    *(size_name(*size) for size in SIZES),
    *LIGHTS,
    *(yaw_name(*yaw) for yaw in YAWS),
)


def _room(rng: np.random.Generator) -> Float32:
    drawn: Image = room(rng, rng.uniform(0.2, 0.8), int(rng.integers(4, 14)), rng.uniform(0, 0.3))
    grey = cv2.cvtColor(drawn, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.resize(grey, _SHAPE[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _disturbs(front: Layer, back: Layer) -> bool:
    """Whether a head would hide a face behind it, or their faces come too near."""
    near, far = (_wide(layer) for layer in (front, back))
    if box_overlap(near, far) > 0:
        return True
    x0, y0, x1, y1 = (max(0, int(v)) for v in far)
    return bool((front.through[y0:y1, x0:x1] < 1).any())


def _wide(layer: Layer) -> Float32:
    box, _ = face_box(layer.points)
    middle, half = (box[:2] + box[2:]) / 2, _APART * (box[2] - box[0]) / 2
    return np.array([*(middle - half), *(middle + half)], np.float32)
