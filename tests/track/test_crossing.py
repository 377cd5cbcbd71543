"""Two people who pass each other: each keeps its own id, and no track slides onto the other.

The scripted face net sees what a real one would: in any crop the nearest face that is not hidden.
"""

import numpy as np
import pytest
from builders import make_points

from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.track import TRACKERS
from avatar_bridge.track.base import Tracker
from avatar_bridge.types import Detection, Landmarks

BLANK = np.zeros((480, 640, 3), np.uint8)
START, END = 140.0, 500.0  # where the one in front comes from and goes to
HIDDEN = 0.25  # overlap from which the one behind is hidden


def ways(speed: float, rise: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Per frame the points of the one in front, who goes right, and of the one behind."""
    return [
        (make_points((x, 240.0)), make_points((START + END - x, 240.0 + rise), eyes=54))
        for x in np.arange(START, END + 1, speed)
    ]


def visible(front: np.ndarray, behind: np.ndarray) -> dict[str, np.ndarray]:
    hidden = box_overlap(face_box(front)[0], face_box(behind)[0]) > HIDDEN
    return {"front": front} if hidden else {"front": front, "behind": behind}


def look(tracker: Tracker, there: dict[str, np.ndarray], detect: bool) -> dict[str, int]:
    """One frame; gives the id that each visible face has."""
    boxes = {name: face_box(points)[0] for name, points in there.items()}
    found = [Detection(box, 0.9) for box in boxes.values()] if detect else None
    held = {}
    for face in tracker.update(BLANK, found):
        middle = (face.box[:2] + face.box[2:]) / 2
        side = face.box[2] - face.box[0]
        name = min(there, key=lambda n: float(np.abs(there[n].mean(axis=0) - middle).max()))
        near = np.abs(there[name].mean(axis=0) - middle).max() < 0.6 * side
        if tracker.observe(face.id, 0.95 if near else 0.05, Landmarks(there[name])):
            assert name not in held
            held[name] = face.id
    return held


@pytest.mark.parametrize("rise", [0.0, 30.0])
@pytest.mark.parametrize("speed", [3.0, 6.0, 9.0])
@pytest.mark.parametrize("swapped", [False, True])
def test_two_who_cross_keep_their_ids(speed: float, rise: float, swapped: bool) -> None:
    tracker = TRACKERS.create("landmarks", 2)
    start = visible(*ways(speed, rise)[0])
    if swapped:  # so that the one who will be hidden is the older one
        start = dict(reversed(start.items()))
        look(tracker, {"behind": start["behind"]}, detect=True)
    ids = look(tracker, start, detect=True)
    assert len(ids) == 2
    for front, behind in ways(speed, rise)[1:]:
        there = visible(front, behind)
        for name, id_ in look(tracker, there, tracker.wants_detection()).items():
            assert id_ == ids[name]
    assert look(tracker, there, detect=True) == ids


@pytest.mark.parametrize("gap", [1.0, 1.2])
def test_two_cheek_to_cheek_are_both_held(gap: float) -> None:
    tracker = TRACKERS.create("landmarks", 2)
    left = make_points((250, 240))
    side = float(np.diff(face_box(left)[0][::2])[0])
    there = {"left": left, "right": make_points((250 + gap * side, 250))}
    first = look(tracker, there, detect=True)
    assert sorted(first.values()) == [1, 2]
    for _ in range(50):
        assert look(tracker, there, tracker.wants_detection()) == first


def test_a_face_that_turns_away_does_not_take_its_neighbour() -> None:
    tracker = TRACKERS.create("landmarks", 2)
    there = {"left": make_points((250, 240)), "right": make_points((370, 240))}
    ids = look(tracker, there, detect=True)
    alone = {"right": there["right"]}
    for _ in range(20):
        assert look(tracker, alone, tracker.wants_detection()) == {"right": ids["right"]}
    assert look(tracker, there, detect=True) == ids
