import cv2
import numpy as np
import pytest
from builders import make_points

from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.track import TRACKERS
from avatar_bridge.track.identity import free_id, match_boxes
from avatar_bridge.track.kcf import SCHEDULE
from avatar_bridge.track.landmarks import SEARCH_EVERY
from avatar_bridge.types import Detection, Landmarks

BLANK = np.zeros((480, 640, 3), np.uint8)


def face_at(x: float, y: float = 240.0) -> np.ndarray:
    return make_points(centre=(x, y))


def detection(points: np.ndarray, score: float = 0.9) -> Detection:
    return Detection(face_box(points)[0], score)


def picture(points: np.ndarray) -> np.ndarray:
    """Something for a correlation filter to hold on to, where the face is."""
    image = np.full((480, 640, 3), 90, np.uint8)
    for x, y in points:
        cv2.circle(image, (int(x), int(y)), 5, (int(x) % 200, 220, 30), -1)
    return image


@pytest.mark.parametrize("name", TRACKERS.names())
def test_a_face_keeps_its_id_while_it_moves(name: str) -> None:
    tracker = TRACKERS.create(name, 1)
    for index in range(40):
        points = face_at(200 + 3 * index)
        found = [detection(points)] if tracker.wants_detection() else None
        (face,) = tracker.update(picture(points), found)
        assert face.id == 1
        assert box_overlap(face.box, face_box(points)[0]) > 0.6
        assert tracker.observe(face.id, 0.99, Landmarks(points))


@pytest.mark.parametrize("name", TRACKERS.names())
def test_a_face_that_goes_is_dropped_and_found_again_under_its_id(name: str) -> None:
    tracker = TRACKERS.create(name, 1)
    points = face_at(300)
    tracker.update(picture(points), [detection(points)])
    assert tracker.observe(1, 0.99, Landmarks(points))
    tracker.update(BLANK, [] if tracker.wants_detection() else None)
    if tracker.update(BLANK, [] if tracker.wants_detection() else None):
        assert not tracker.observe(1, 0.05, Landmarks(points))
    assert tracker.wants_detection()
    assert tracker.update(BLANK, []) == []
    (face,) = tracker.update(picture(points), [detection(points)])
    assert face.id == 1


@pytest.mark.parametrize("name", TRACKERS.names())
def test_never_more_faces_than_asked_for(name: str) -> None:
    tracker = TRACKERS.create(name, 2)
    found = [detection(face_at(x)) for x in (100, 320, 540)]
    faces = tracker.update(picture(face_at(320)), found)
    assert [face.id for face in faces] == [1, 2]


def test_two_faces_keep_their_ids_when_one_leaves() -> None:
    tracker = TRACKERS.create("landmarks", 2)
    left, right = face_at(160), face_at(480)
    tracker.update(BLANK, [detection(left), detection(right)])
    assert tracker.observe(1, 0.9, Landmarks(left))
    assert tracker.observe(2, 0.9, Landmarks(right))
    tracker.update(BLANK, None)
    assert not tracker.observe(1, 0.1, Landmarks(left))
    assert tracker.observe(2, 0.9, Landmarks(right))
    (still,) = tracker.update(BLANK, None)
    assert still.id == 2


def test_landmarks_need_no_detector_while_all_faces_are_held() -> None:
    tracker = TRACKERS.create("landmarks", 1)
    points = face_at(300)
    assert tracker.wants_detection()
    tracker.update(BLANK, [detection(points)])
    for _ in range(3 * SEARCH_EVERY):
        assert tracker.observe(1, 0.9, Landmarks(points))
        assert not tracker.wants_detection()
        tracker.update(BLANK, None)


def test_landmarks_look_for_a_second_face_now_and_then() -> None:
    tracker = TRACKERS.create("landmarks", 2)
    points = face_at(300)
    tracker.update(BLANK, [detection(points)])
    asked = 0
    for _ in range(2 * (SEARCH_EVERY + 1)):
        tracker.observe(1, 0.9, Landmarks(points))
        wants = tracker.wants_detection()
        asked += wants
        tracker.update(BLANK, [detection(points)] if wants else None)
    assert asked == 2


def test_a_new_face_must_be_surer_than_one_that_is_held() -> None:
    points = face_at(300)
    tracker = TRACKERS.create("landmarks", 1)
    tracker.update(BLANK, [detection(points)])
    assert not tracker.observe(1, 0.5, Landmarks(points))
    tracker.update(BLANK, [detection(points)])
    assert tracker.observe(1, 0.9, Landmarks(points))
    tracker.update(BLANK, None)
    assert tracker.observe(1, 0.5, Landmarks(points))


def test_two_tracks_on_one_face_become_one() -> None:
    tracker = TRACKERS.create("landmarks", 2)
    left, right = face_at(160), face_at(480)
    tracker.update(BLANK, [detection(left), detection(right)])
    tracker.observe(1, 0.9, Landmarks(left))
    tracker.observe(2, 0.9, Landmarks(left))
    (kept,) = tracker.update(BLANK, None)
    assert kept.id == 1


def test_landmarks_turn_the_box_with_the_head() -> None:
    tracker = TRACKERS.create("landmarks", 1)
    points = face_at(300)
    tracker.update(BLANK, [detection(points)])
    turned = (points - points.mean(0)) @ np.array([[0.8, 0.6], [-0.6, 0.8]]) + points.mean(0)
    tracker.observe(1, 0.9, Landmarks(turned))
    (face,) = tracker.update(BLANK, None)
    assert face.roll == pytest.approx(np.arctan2(0.6, 0.8), abs=1e-5)


def test_kcf_detects_one_frame_and_tracks_five() -> None:
    tracker = TRACKERS.create("kcf", 1)
    points = face_at(300)
    asked = []
    for _ in range(3 * SCHEDULE):
        asked.append(tracker.wants_detection())
        tracker.update(picture(points), [detection(points)] if asked[-1] else None)
        tracker.observe(1, 0.9, Landmarks(points))
    assert asked == ([True] + [False] * 5) * 3


def test_kcf_survives_a_box_that_hangs_over_the_edge() -> None:
    tracker = TRACKERS.create("kcf", 1)
    points = face_at(10, 10)
    tracker.update(picture(points), [detection(points)])
    tracker.update(picture(points), None)


def test_matching_takes_the_largest_overlaps_first() -> None:
    a, b = np.array([0, 0, 10, 10.0]), np.array([4, 0, 14, 10.0])
    assert match_boxes([a, b], [b, a]) == {0: 1, 1: 0}
    assert match_boxes([a], [a + 100]) == {}
    assert match_boxes([a, b], [a]) == {0: 0}


def test_free_ids_fill_the_gaps() -> None:
    assert [free_id({}), free_id({1: 0}), free_id({2: 0}), free_id({1: 0, 2: 0})] == [1, 2, 1, 3]
