"""Who says which faces nobody marked: YuNet, with a threshold below its usual one.

In crops of AFW neighbours look over the shoulder of the marked face, and waiters stand behind
dlib's groups. Finding one of them is no false alarm. Its own column cannot have false alarms then,
except for faces that it finds twice.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from avatar_bridge.geometry import box_overlap
from avatar_bridge.training.suite.detection.judge import SAME
from avatar_bridge.training.suite.detection.scene import Scene
from avatar_bridge.training.suite.detection.yunet import YuNetDetector
from avatar_bridge.types import Image

SCORE = 0.3


class Witness:
    """Looks at pictures in which not all faces are marked.

    Args:
        path: YuNet's ONNX file.

    Raises:
        ConfigError: no such file.
    """

    def __init__(self, path: Path) -> None:
        self._detector = YuNetDetector(path, score=SCORE)

    def told(self, scene: Scene, image: Image) -> Scene:
        """The scene with the faces that it sees and that are not marked."""
        boxes = [found.box for found in self._detector.detect(image)]
        new = [b for b in boxes if not any(box_overlap(b, m) >= SAME for m in scene.boxes)]
        return replace(scene, others=np.array(new, np.float32).reshape(-1, 4))
