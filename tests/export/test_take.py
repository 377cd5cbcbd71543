from dataclasses import replace

import numpy as np
import pytest
from builders import make_state

from avatar_bridge.errors import ConfigError
from avatar_bridge.export.resample import cut, resample
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.take import DAY_NS, take_of
from export.takes import make_take, same

JAW = BLENDSHAPE_INDEX["jawOpen"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weights": np.zeros((8, 51))}, r"weights: expected shape \(8, 52\)"),
        ({"weights": np.full((8, 52), 1.5)}, "weights: expected 0.0 to 1.0"),
        ({"weights": np.full((8, 52), np.nan)}, "weights: expected finite"),
        ({"times_ns": np.zeros(8)}, "times that rise"),
        ({"times_ns": np.arange(8) - 1}, "times that rise"),
        ({"fps": 0}, "fps: expected 1e-06 to"),
        ({"fps": 1e308}, "fps: expected 1e-06 to"),
        ({"start_ns": 1.5}, "expected a time of day"),
        ({"start_ns": DAY_NS}, "expected a time of day"),
        ({"head_orientation": np.ones((8, 4))}, "head_orientation: expected 1"),
        ({"emotions": np.zeros((8, 7))}, "emotions: expected 1"),
        ({"action_unit_names": ("AU99",)}, "expected known nodes"),
        ({"action_units": None}, "expected those that are named"),
        ({"times_ns": np.zeros(0)}, "at least one row"),
    ],
)
def test_a_take_is_checked_at_birth(wrong: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(make_take(), **wrong)


def test_a_take_cannot_be_changed() -> None:
    take = make_take()
    with pytest.raises(ValueError, match="read-only"):
        take.weights[0] = 1


def test_states_and_back() -> None:
    take = make_take(jawOpen=0.5)
    back = take_of(take.states(), 60, take.action_unit_names, start_ns=take.start_ns)
    same(back, take, but=("eye_roll",))
    affect, first = take.valence_arousal, next(take.states())
    assert affect is not None
    assert affect[0] == pytest.approx(first.emotions.valence_arousal)


def test_a_take_of_live_states_begins_at_zero() -> None:
    states = [make_state(captured_ns=5_000 + n, jawOpen=0.25) for n in range(3)]
    take = take_of([*states[:2], make_state(captured_ns=9_000, tracked=False)], 30)
    assert take.times_ns.tolist() == [0, 1, 4_000]
    assert take.tracked.tolist() == [True, True, False]
    assert take.weights[0, JAW] == 0.25
    with pytest.raises(ValueError, match="at least one row"):
        take_of([], 30)


def test_cut_keeps_the_time_of_day() -> None:
    take = make_take(60)
    part = cut(take, 0.5, 0.75)
    assert len(part) == 15
    assert part.start_ns == take.start_ns + take.times_ns[30]
    assert part.times_ns[0] == 0
    same(cut(take), take)
    with pytest.raises(ConfigError, match=r"expected a part of the take's 0\.983 s, got 5 s"):
        cut(take, 5)


def test_resampling_at_its_own_times_changes_nothing() -> None:
    take = make_take(jawOpen=np.linspace(0, 1, 8))
    same(resample(take, 1e9 / 16_666_667), take, within=1e-5)


def test_resampling_is_straight_and_never_overshoots() -> None:
    take = make_take(jawOpen=[0, 0, 0, 1, 1, 0, 1, 0])
    fine = resample(take, 480)
    assert fine.fps == 480
    assert len(fine) == 57
    jaw = fine.weights[:, JAW]
    assert jaw.min() == 0
    assert jaw.max() <= 1
    at = np.interp(fine.times_ns, take.times_ns, take.weights[:, JAW])
    assert jaw == pytest.approx(at, abs=1e-6)
    assert fine.head_orientation is not None
    assert np.linalg.norm(fine.head_orientation, axis=1) == pytest.approx(1, abs=1e-6)


def test_resampling_bridges_a_lost_face() -> None:
    take = make_take(jawOpen=[0.2, 0.2, 0, 0, 0, 0.8, 0.8, 0.8])
    tracked = np.array([1, 1, 0, 0, 0, 1, 1, 1], bool)
    found = resample(replace(take, tracked=tracked), 60)
    assert found.tracked.tolist() == tracked.tolist()
    assert found.weights[:, JAW] == pytest.approx(
        [0.2, 0.2, 0.35, 0.5, 0.65, 0.8, 0.8, 0.8], abs=1e-4
    )


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 1e12])
def test_a_rate_that_is_none(fps: float) -> None:
    with pytest.raises(ConfigError, match="expected"):
        resample(make_take(), fps)


def test_one_row_can_be_resampled() -> None:
    assert len(resample(make_take(1), 30)) == 1
