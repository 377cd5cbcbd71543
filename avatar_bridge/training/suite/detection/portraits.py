"""AFW: faces in the wild whose 68 points people marked, cropped with context.

Zhu and Ramanan, "Face detection, pose estimation, and landmark localization in the wild" (2012);
points by iBUG. Each crop has one marked face, often with neighbours that only other crops mark.
"""

from pathlib import Path

from avatar_bridge.training.suite.detection.scene import SceneSet, marked_scene
from avatar_bridge.training.suite.points import FOLDER, marked_faces

__all__ = ["FOLDER", "MIN_FACE", "load_portraits"]

MIN_FACE = 40  # the smallest marked one is 59


def load_portraits(root: Path, most: int | None = None) -> SceneSet:
    """The marked faces; the first `most` of them.

    Raises:
        ConfigError: the points are missing or broken.
    """
    marked = marked_faces(root / FOLDER)
    scenes = tuple(
        marked_scene(name, root / FOLDER / f"{name}.jpg", [points])
        for name, points in list(marked.items())[:most]
    )
    return SceneSet(FOLDER, f"{len(scenes)} crops, a hand-marked face each", scenes, MIN_FACE)
