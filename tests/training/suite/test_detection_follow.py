"""What was published of a film, against who was in it."""

import numpy as np
import pytest

from avatar_bridge.training.suite.detection.follow import (
    LEAST_RUN,
    Followed,
    Following,
    judge_following,
    runs,
    steady,
)

FPS = 10.0
SIDE = 100.0


def box(x: float) -> np.ndarray:
    return np.array([x, 0, x + SIDE, SIDE], np.float32)


def film(*people: list[float | None]) -> np.ndarray:
    """(T, P, 4) boxes at these places; None is out of sight."""
    hidden = np.full(4, np.nan, np.float32)
    columns = [[hidden if x is None else box(x) for x in places] for places in people]
    return np.array(columns, np.float32).transpose(1, 0, 2)


def published(*frames: dict[int, float]) -> list[list[Followed]]:
    return [[Followed(id_, box(x)) for id_, x in frame.items()] for frame in frames]


def test_a_face_is_held_where_the_boxes_agree() -> None:
    truth = film([0.0] * 8)
    seen = published({1: 0.0}, {1: 10.0}, {1: 50.0}, {}, *[{1: 0.0}] * 4)
    result = judge_following(truth, seen, FPS)
    assert (result.faces, result.held) == (8, 6)
    assert result.share == 0.75
    # A box that is too far off still tells of drift; one that is not there does not.
    assert result.drifts == pytest.approx((0.0, 0.1, 0.5, 0.0, 0.0, 0.0, 0.0))


def test_a_return_is_counted_until_the_face_is_held() -> None:
    truth = film([0.0] * 6 + [None] * 12 + [0.0] * 6)
    seen = published(*[{1: 0.0}] * 6, *[{}] * 12, {}, {}, *[{1: 0.0}] * 4)
    assert judge_following(truth, seen, FPS).recoveries == (0, 2)
    assert judge_following(truth, published(*[{}] * 24), FPS).recoveries == (6, 6)


@pytest.mark.parametrize(("gap", "ghosts"), [(8, 0), (12, 6)])
def test_a_box_is_a_ghost_between_leaving_and_coming_back(gap: int, ghosts: int) -> None:
    truth = film([0.0] * 6 + [None] * gap + [0.0] * 6)
    assert judge_following(truth, published(*[{1: 0.0}] * (12 + gap)), FPS).ghosts == ghosts


def test_a_box_beside_a_person_is_a_ghost() -> None:
    truth = film([0.0] * 6)
    assert judge_following(truth, published(*[{1: 0.0, 2: 300.0}] * 6), FPS).ghosts == 6


def test_a_person_who_goes_on_under_another_number_was_switched() -> None:
    truth = film([0.0] * 8, [300.0] * 8)
    seen = published(*[{1: 0.0, 2: 300.0}] * 4, {}, *[{2: 0.0, 1: 300.0}] * 3)
    result = judge_following(truth, seen, FPS)
    assert result.switches == 2
    assert result.held == 14


def test_a_face_of_a_few_frames_is_the_teachers_mistake() -> None:
    places = [None] * 12 + [0.0] * (LEAST_RUN - 1) + [None] * 12
    assert not np.isfinite(steady(film(places))).any()
    result = judge_following(film(places), published(*[{1: 0.0}] * len(places)), FPS)
    assert (result.faces, result.ghosts) == (0, len(places))
    assert np.isnan(result.share)


def test_results_add_up() -> None:
    one = Following(2, 1, (0.1,), (3,), 1, 0)
    two = one + Following(2, 2, (0.2,), (), 0, 1)
    assert two == Following(4, 3, (0.1, 0.2), (3,), 1, 1)


def test_runs_are_told_by_their_ends() -> None:
    assert list(runs(np.array([1, 1, 0, 1], np.bool_))) == [(0, 2), (3, 4)]
    assert list(runs(np.zeros(3, np.bool_))) == []
