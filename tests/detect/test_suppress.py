import numpy as np
import pytest

from avatar_bridge.detect.suppress import suppress
from avatar_bridge.geometry import box_overlap


def naive(boxes: np.ndarray, scores: np.ndarray, overlap: float, of: str) -> list[int]:
    """The same by two plain loops."""
    kept: list[int] = []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        for k in kept:
            share = box_overlap(boxes[i], boxes[k])
            if of == "smaller":
                areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (boxes[i], boxes[k])]
                shared = share * sum(areas) / (1 + share)
                share = shared / min(areas)
            if share > overlap:
                break
        else:
            kept.append(i)
    return kept


@pytest.mark.parametrize("of", ["union", "smaller"])
@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.7])
def test_it_keeps_what_two_plain_loops_keep(of: str, overlap: float) -> None:
    rng = np.random.default_rng(7)
    corner = rng.uniform(0, 100, (150, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(5, 60, (150, 2))], axis=1)
    boxes, scores = boxes.astype(np.float32), rng.uniform(0, 1, 150).astype(np.float32)
    kept = suppress(boxes, scores, overlap, of)  # type: ignore[arg-type]
    assert kept.tolist() == naive(boxes, scores, overlap, of)


def test_a_box_within_a_larger_one_goes_only_by_the_smaller() -> None:
    boxes = np.array([[0, 0, 100, 100], [40, 40, 60, 60]], np.float32)
    scores = np.array([0.9, 0.8], np.float32)
    assert suppress(boxes, scores, 0.5).tolist() == [0, 1]
    assert suppress(boxes, scores, 0.5, of="smaller").tolist() == [0]


def test_of_nothing_nothing_is_kept() -> None:
    assert suppress(np.empty((0, 4), np.float32), np.empty(0, np.float32), 0.5).shape == (0,)
