"""A face at rest hardly moves its crop; one that moves is followed at full speed."""

import math

import numpy as np
import pytest

from avatar_bridge.track.steady import BOX_ZONE, LEAST_SHARE, ROLL_ZONE, steady_box, steady_roll

HELD = np.array([100, 100, 200, 200], np.float32)


def test_a_tremble_is_followed_by_a_share() -> None:
    for shift in (-0.9, 0.0, 0.9):
        moved = steady_box(HELD, HELD + np.float32(shift)) - HELD
        np.testing.assert_allclose(moved, LEAST_SHARE * shift, atol=1e-4)
    assert steady_roll(0.2, 0.2 + 0.9 * ROLL_ZONE) == pytest.approx(0.2 + 0.27 * ROLL_ZONE)


def test_a_face_that_stops_is_met_at_last() -> None:
    box, roll = HELD, 0.0
    for _ in range(20):
        box, roll = steady_box(box, HELD + np.float32(3)), steady_roll(roll, 0.05)
    np.testing.assert_allclose(box, HELD + 3, atol=0.02)
    assert roll == pytest.approx(0.05, abs=1e-4)


@pytest.mark.parametrize("shift", [2.0, -5.0, 40.0])
def test_a_move_is_followed_by_no_more_than_the_zone_behind(shift: float) -> None:
    seen = HELD + np.float32(shift)
    box = steady_box(HELD, seen)
    assert np.abs(seen - box).max() == pytest.approx(BOX_ZONE * 100, rel=1e-4)
    assert np.sign(box - HELD).mean() == np.sign(shift)


def test_steady_motion_is_followed_step_for_step() -> None:
    box, places = HELD, []
    for frame in range(1, 20):
        box = steady_box(box, HELD + np.float32(3 * frame))
        places.append(float(box[0]))
    np.testing.assert_allclose(np.diff(places)[1:], 3.0, atol=1e-3)


@pytest.mark.parametrize(("held", "seen"), [(0.1, 0.5), (0.1, -0.5), (3.1, -3.1), (-3.1, 3.1)])
def test_a_turn_takes_the_short_way(held: float, seen: float) -> None:
    roll = steady_roll(held, seen)
    assert abs(math.remainder(seen - roll, math.tau)) == pytest.approx(ROLL_ZONE)
    assert abs(math.remainder(roll - held, math.tau)) < abs(math.remainder(seen - held, math.tau))
