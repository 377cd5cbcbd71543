"""The face net: one run gives presence, landmarks, action units, emotions and perhaps gaze.

**Convention:** the output `gaze` is (2, 2): the subject's left eye, then the right; yaw, then
pitch, in radians relative to the head, with the signs of `types.Gaze`.
"""

import numpy as np

from avatar_bridge.analyze.cues import mouth_cues
from avatar_bridge.analyze.gaze import solve_gaze
from avatar_bridge.analyze.pose import solve_head_pose
from avatar_bridge.errors import ModelError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.geometry import transform_points
from avatar_bridge.inference.session import Net
from avatar_bridge.types import (
    ActionUnits,
    EmotionScores,
    FaceAnalysis,
    FaceCrop,
    Gaze,
    Landmarks,
)

TASK = "face"
GAZE = "gaze"
_EYES = (2, 2)  # left and right; yaw and pitch


class FaceAnalyzer:
    """Runs a net whose card says task "face"; an output `gaze` is used where its card says so.

    Raises:
        ModelError: the net does another task, its card names no units or not all emotions, or
            its outputs are not what the card says.
    """

    def __init__(self, net: Net) -> None:
        card = net.card
        if card.task != TASK or not card.action_units or set(card.emotions) != set(EMOTIONS):
            raise ModelError(
                f"model {card.name!r}: expected a {TASK} net with action units and the emotions "
                f"{', '.join(EMOTIONS)}, got task {card.task!r}, {len(card.action_units)} action "
                f"units and the emotions {', '.join(card.emotions) or 'none'}"
            )
        self._net = net
        self._check_outputs()
        read = [i for i, name in enumerate(card.action_units) if name not in card.unread]
        self._read = np.array(read, np.int64)
        self._units = tuple(card.action_units[i] for i in read)
        self._unit_places = [ACTION_UNIT_INDEX[name] for name in self._units]
        self._emotion_places = [EMOTION_INDEX[name] for name in card.emotions]

    def _check_outputs(self) -> None:
        """Try the net once: what it gives has to be what its card says."""
        card = self._net.card
        blank = np.zeros((card.input.size, card.input.size, 3), np.uint8)
        got = {name: value.shape for name, value in self._net.run(blank).items()}
        expected: dict[str, tuple[int, ...]] = {
            "presence": (1,),
            "landmarks": (POINTS, 2),
            "action_units": (len(card.action_units),),
            "emotions": (len(card.emotions),),
        }
        if GAZE in got or card.gaze == "net":
            expected[GAZE] = _EYES
        if any(got.get(name) != shape for name, shape in expected.items()):
            raise ModelError(f"model {card.name!r}: expected the outputs {expected}, got {got}")

    @property
    def crop_size(self) -> int:
        return self._net.card.input.size

    @property
    def crop_margin(self) -> float:
        return self._net.card.input.margin

    @property
    def action_units(self) -> tuple[str, ...]:
        return self._units

    def analyze(self, crop: FaceCrop, image_size: tuple[int, int]) -> FaceAnalysis:
        out = self._net.run(crop.image)
        points = transform_points(crop.to_frame, out["landmarks"] * self.crop_size)
        landmarks = Landmarks(points)
        pose = solve_head_pose(landmarks, image_size)
        units = np.zeros(len(ACTION_UNIT_NAMES), np.float32)
        units[self._unit_places] = np.clip(out["action_units"][self._read], 0.0, 1.0)
        emotions = np.zeros(len(EMOTIONS), np.float32)
        emotions[self._emotion_places] = out["emotions"]
        return FaceAnalysis(
            presence=float(np.clip(out["presence"].item(), 0.0, 1.0)),
            landmarks=landmarks,
            action_units=ActionUnits(units),
            emotions=EmotionScores(emotions / emotions.sum()),
            head_pose=pose,
            gaze=(
                Gaze(*out[GAZE])
                if self._net.card.gaze == "net"
                else solve_gaze(landmarks, pose, image_size)
            ),
            cues=mouth_cues(landmarks, pose, image_size),
        )


def create(net: Net) -> FaceAnalyzer:
    """The analyzer around a loaded face net."""
    return FaceAnalyzer(net)
