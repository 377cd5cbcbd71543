"""Values that tests are built of."""

import numpy as np

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.types import (
    ActionUnits,
    Blendshapes,
    EmotionScores,
    FaceAnalysis,
    FaceState,
    Gaze,
    HeadPose,
    Landmarks,
    Motion,
)


def make_points(centre: tuple[float, float] = (320.0, 240.0), eyes: float = 60.0) -> np.ndarray:
    """Landmarks (70, 2) of a plain frontal face with this distance between the eyes."""
    points = np.zeros((70, 2), np.float32)
    points[:17] = np.column_stack(
        [np.linspace(-1.15, 1.15, 17), 1.8 - 1.8 * np.linspace(-1, 1, 17) ** 2]
    )
    points[17:22] = np.column_stack([np.linspace(-0.9, -0.2, 5), np.full(5, -0.4)])
    points[22:27] = np.column_stack([np.linspace(0.2, 0.9, 5), np.full(5, -0.4)])
    points[27:31] = np.column_stack([np.zeros(4), np.linspace(-0.05, 0.5, 4)])
    points[31:36] = np.column_stack([np.linspace(-0.2, 0.2, 5), np.full(5, 0.71)])
    for start, middle in ((36, -0.5), (42, 0.5)):
        points[start : start + 6] = [
            (middle - 0.2, 0),
            (middle - 0.1, -0.06),
            (middle + 0.1, -0.06),
            (middle + 0.2, 0),
            (middle + 0.1, 0.06),
            (middle - 0.1, 0.06),
        ]
    angles = np.linspace(np.pi, 3 * np.pi, 12, endpoint=False)
    points[48:60] = np.column_stack([0.4 * np.cos(angles), 1.15 + 0.15 * np.sin(angles)])
    angles = np.linspace(np.pi, 3 * np.pi, 8, endpoint=False)
    points[60:68] = np.column_stack([0.3 * np.cos(angles), 1.15 + 0.05 * np.sin(angles)])
    points[68], points[69] = (-0.5, 0.0), (0.5, 0.0)
    return points * eyes + np.asarray(centre, np.float32)


def make_analysis(
    units: dict[str, float] | None = None,
    *,
    presence: float = 1.0,
    emotion: str = "neutral",
    points: np.ndarray | None = None,
    cues: dict[str, float] | None = None,
) -> FaceAnalysis:
    """One look at a face, at rest but for what is named."""
    intensities = np.zeros(len(ACTION_UNIT_NAMES), np.float32)
    for name, value in (units or {}).items():
        intensities[ACTION_UNIT_INDEX[name]] = value
    return FaceAnalysis(
        presence=presence,
        landmarks=Landmarks(make_points() if points is None else points),
        action_units=ActionUnits(intensities),
        emotions=EmotionScores(np.array([name == emotion for name in EMOTIONS], np.float32)),
        head_pose=HeadPose(np.array([0, 0, -0.5]), np.array([0, 0, 0, 1])),
        gaze=Gaze(np.zeros(2), np.zeros(2)),
        cues=cues or {},
    )


def make_motion(**weights: float) -> Motion:
    """A motion with these blendshapes, the head straight half a metre away."""
    values = [weights.get(name, 0.0) for name in BLENDSHAPES]
    rest = make_analysis()
    return Motion(Blendshapes(np.array(values)), rest.head_pose, rest.gaze)


def make_state(
    *, tracked: bool = True, face_id: int = 1, captured_ns: int = 0, **weights: float
) -> FaceState:
    """A face state with these blendshapes."""
    motion, rest = make_motion(**weights), make_analysis()
    return FaceState(
        frame_index=0,
        captured_ns=captured_ns,
        face_id=face_id,
        tracked=tracked,
        confidence=0.9 if tracked else 0.0,
        blendshapes=motion.blendshapes,
        action_units=rest.action_units,
        emotions=rest.emotions,
        head_pose=motion.head_pose,
        gaze=motion.gaze,
        image_size=(640, 480),
        box=np.array([250, 170, 390, 310]),
        landmarks=rest.landmarks if tracked else None,
    )
