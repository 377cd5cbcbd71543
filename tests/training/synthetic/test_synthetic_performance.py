import numpy as np
import pytest

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.synthetic.eyes import gaze_of, look_weights
from avatar_bridge.training.synthetic.names import SWEPT_SHAPES
from avatar_bridge.training.synthetic.performance import (
    BEATS,
    FRAMES,
    SECONDS,
    both_sides,
    head_at,
    script,
    strength,
)
from avatar_bridge.types import Float32


@pytest.fixture(scope="module")
def weights() -> Float32:
    return script()[0]


def test_weights_stay_in_their_range(weights: Float32) -> None:
    assert weights.shape == (FRAMES, len(BLENDSHAPES))
    assert weights.min() >= 0.0
    assert weights.max() <= 1.0


def test_it_begins_and_ends_at_rest(weights: Float32) -> None:
    assert not weights[0].any()
    assert not weights[-1].any()
    assert head_at(0.0) == head_at(SECONDS)


def test_nothing_jumps(weights: Float32) -> None:
    quick = [i for i, name in enumerate(BLENDSHAPES) if name.startswith(("eyeBlink", "eyeLook"))]
    steps = np.abs(np.diff(weights, axis=0))
    assert steps[:, quick].max() < 0.95
    assert np.delete(steps, quick, axis=1).max() < 0.5


def test_every_movement_is_large_once(weights: Float32) -> None:
    for index, name in enumerate(BLENDSHAPES):
        if name not in SWEPT_SHAPES:
            assert weights[:, index].max() > 0.5, name


def test_sides_part_company(weights: Float32) -> None:
    for stem in ("eyeBlink", "mouthSmile", "browOuterUp", "mouthDimple"):
        left = weights[:, BLENDSHAPE_INDEX[f"{stem}Left"]]
        right = weights[:, BLENDSHAPE_INDEX[f"{stem}Right"]]
        assert (left - right).max() > 0.5
        assert (right - left).max() > 0.5


def test_beats_are_in_order_and_name_blendshapes() -> None:
    for beat in BEATS:
        assert list(beat.times) == sorted(beat.times)
        assert beat.times[-1] <= SECONDS
        for pattern in beat.weights:
            assert set(both_sides(pattern)) <= set(BLENDSHAPES)


def test_a_beat_eases_in_holds_and_eases_out() -> None:
    times = (1.0, 2.0, 3.0, 4.0)
    assert [strength(times, t) for t in (0.5, 1.5, 2.5, 3.5, 4.5)] == [0.0, 0.5, 1.0, 0.5, 0.0]


@pytest.mark.parametrize(("yaw", "pitch"), [(0.3, 0.2), (-0.4, -0.3), (0.0, 0.0)])
def test_look_weights_mean_their_gaze(yaw: float, pitch: float) -> None:
    weights = np.zeros(len(BLENDSHAPES), np.float32)
    for name, value in look_weights(yaw, pitch).items():
        weights[BLENDSHAPE_INDEX[name]] = value
    np.testing.assert_allclose(gaze_of(weights), [[yaw, pitch]] * 2, atol=1e-6)
