import dataclasses

import numpy as np
import pytest
from builders import make_state

from avatar_bridge.facs.arkit import Capability
from avatar_bridge.types import (
    ActionUnits,
    Blendshapes,
    EmotionScores,
    FaceCrop,
    Frame,
    HeadPose,
    StreamInfo,
)


def test_arrays_are_read_only_copies() -> None:
    source = np.zeros(52, np.float32)
    shapes = Blendshapes(source)
    source[0] = 1.0
    assert shapes.weights[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        shapes.weights[0] = 1.0


def test_values_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_state().tracked = False  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Blendshapes(np.zeros(51)), r"expected shape \(52,\), got \(51,\)"),
        (lambda: Blendshapes(np.full(52, 1.5)), "expected 0.0 to 1.0, got 1.5 to 1.5"),
        (lambda: Blendshapes(np.full(52, np.nan)), "expected finite numbers"),
        (lambda: ActionUnits(np.zeros(3)), "expected shape"),
        (lambda: EmotionScores(np.zeros(7)), "expected a sum of 1, got 0.0"),
        (lambda: HeadPose(np.zeros(3), np.zeros(4)), "expected length 1, got 0.0"),
        (lambda: Frame(np.zeros((4, 4)), 0, 0), "expected uint8"),
        (lambda: Frame(np.zeros((0, 4, 3), np.uint8), 0, 0), "expected uint8"),
        (lambda: FaceCrop(np.zeros((4, 5, 3), np.uint8), np.eye(2, 3)), "expected a square"),
        (
            lambda: StreamInfo("", "", "", "", "", (), (), 0.0),
            "capabilities: expected 52, got 0",
        ),
    ],
)
def test_what_does_not_fit_is_refused_at_birth(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_a_source_whose_name_is_no_text_can_still_be_told() -> None:
    capabilities = (Capability.UNSUPPORTED,) * 52
    info = StreamInfo("", "caf\udce9.mp4", "", "", "", capabilities, (), 0.0)
    assert info.source == "caf?.mp4"


def test_valence_and_arousal_follow_the_emotions() -> None:
    assert EmotionScores.neutral().valence_arousal == (0.0, 0.0)
    happy = EmotionScores(np.array([0, 0, 0, 1, 0, 0, 0]))
    sad = EmotionScores(np.array([0, 0, 0, 0, 1, 0, 0]))
    assert happy.valence_arousal[0] > 0 > sad.valence_arousal[0]
    assert happy.valence_arousal[1] > 0 > sad.valence_arousal[1]


def test_frame_size_is_width_then_height() -> None:
    assert Frame(np.zeros((48, 64, 3), np.uint8), 0, 0).size == (64, 48)
