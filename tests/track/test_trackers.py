import cv2
import numpy as np
import pytest
from builders import make_points

from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.track import TRACKERS
from avatar_bridge.track.absent import FRESH_FRAMES
from avatar_bridge.track.identity import free_id, match_boxes
from avatar_bridge.track.kcf import SCHEDULE, KcfTracker, _Filter
from avatar_bridge.track.landmarks import DOUBT_EVERY, SEARCH_EVERY
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


def test_of_new_faces_the_largest_come_first_then_the_surest() -> None:
    tracker = TRACKERS.create("landmarks", 2)
    small, large = make_points((100, 240), eyes=30), make_points((320, 240), eyes=60)
    alike = make_points((540, 240), eyes=30)
    found = [detection(small, 0.99), detection(alike, 0.999), detection(large, 0.8)]
    faces = tracker.update(BLANK, found)
    assert [tuple(face.box) for face in faces] == [tuple(found[2].box), tuple(found[1].box)]


def test_one_that_is_followed_keeps_its_place_beside_a_larger_one() -> None:
    tracker = TRACKERS.create("landmarks", 1)
    small, large = make_points((100, 240), eyes=30), make_points((420, 240), eyes=80)
    tracker.update(BLANK, [detection(small)])
    tracker.observe(1, 0.9, Landmarks(small))
    (face,) = tracker.update(BLANK, [detection(large), detection(small)])
    assert box_overlap(face.box, face_box(small)[0]) > 0.9


def test_one_that_was_lost_for_a_moment_comes_before_a_larger_one() -> None:
    tracker = TRACKERS.create("landmarks", 1)
    small, large = make_points((100, 240), eyes=30), make_points((420, 240), eyes=80)
    tracker.update(BLANK, [detection(small)])
    tracker.observe(1, 0.9, Landmarks(small))
    tracker.update(BLANK, None)
    assert not tracker.observe(1, 0.1, Landmarks(small))
    (face,) = tracker.update(BLANK, [detection(large), detection(small)])
    assert box_overlap(face.box, face_box(small)[0]) > 0.9


@pytest.mark.parametrize("name", TRACKERS.names())
def test_two_that_were_lost_together_come_back_under_their_own_ids(name: str) -> None:
    tracker = TRACKERS.create(name, 2)
    left, right = face_at(160), face_at(480)
    tracker.update(picture(left), [detection(left), detection(right)])
    ids = {160: 1, 480: 2}
    for x, points in ((160, left), (480, right)):
        assert tracker.observe(ids[x], 0.9, Landmarks(points))
    for face in tracker.update(picture(left), []):
        tracker.observe(face.id, 0.1, Landmarks(left))
    for x in (480, 160):  # the right one comes first, to where nobody else is
        tracker.update(picture(left), [detection(face_at(x))])
        assert tracker.observe(ids[x], 0.9, Landmarks(face_at(x)))


@pytest.mark.parametrize("name", TRACKERS.names())
def test_a_new_face_must_be_surer_than_one_that_is_held_in_every_tracker(name: str) -> None:
    tracker = TRACKERS.create(name, 1)
    points = face_at(300)
    for _ in range(10):  # the empty chair that a detector takes for a face again and again
        tracker.update(picture(points), [detection(points)])
        assert not tracker.observe(1, 0.5, Landmarks(points))


def test_a_hardly_seen_face_is_looked_for_where_it_is_and_aimed_at_anew() -> None:
    tracker = TRACKERS.create("landmarks", 1)
    points, moved = face_at(300), face_at(330)
    tracker.update(BLANK, [detection(points)])
    assert tracker.observe(1, 0.9, Landmarks(points))
    assert tracker.doubt() is None
    for _ in range(DOUBT_EVERY):
        assert not tracker.wants_detection()
        tracker.update(BLANK, None)
        assert tracker.observe(1, 0.5, Landmarks(points))
    assert tracker.wants_detection()
    assert tracker.doubt() == pytest.approx(face_box(points)[0], abs=1e-3)
    (face,) = tracker.update(BLANK, [detection(moved)])
    assert face.box == pytest.approx(face_box(moved)[0])


def test_a_false_alarm_keeps_no_fading_face_alive() -> None:
    tracker = TRACKERS.create("landmarks", 1)
    points = face_at(300)
    tracker.update(BLANK, [detection(points)])
    assert tracker.observe(1, 0.9, Landmarks(points))
    tracker.update(BLANK, [detection(points)])
    assert tracker.observe(1, 0.5, Landmarks(points))
    tracker.update(BLANK, [detection(points)])
    assert not tracker.observe(1, 0.2, Landmarks(points))
    tracker.update(BLANK, [detection(points)])
    assert not tracker.observe(1, 0.5, Landmarks(points))


@pytest.mark.parametrize("name", TRACKERS.names())
def test_a_lost_face_is_looked_for_in_every_frame_around_its_place_first(name: str) -> None:
    tracker = TRACKERS.create(name, 1)
    points = face_at(300)
    tracker.update(picture(points), [detection(points)])
    tracker.observe(1, 0.9, Landmarks(points))
    tracker.update(picture(points), None)
    assert not tracker.observe(1, 0.1, Landmarks(points))
    near = []
    for _ in range(3 * FRESH_FRAMES):
        assert tracker.wants_detection()
        near.append(tracker.doubt())
        assert tracker.update(BLANK, []) == []
    assert box_overlap(near[0], face_box(points)[0]) > 0.9
    assert [box is None for box in near] == [i > FRESH_FRAMES for i in range(3 * FRESH_FRAMES)]


def test_with_room_for_more_a_lost_face_is_found_within_five_frames() -> None:
    tracker = TRACKERS.create("landmarks", 2)
    left, right = face_at(160), face_at(480)
    tracker.update(BLANK, [detection(left), detection(right)])
    tracker.observe(1, 0.9, Landmarks(left))
    tracker.observe(2, 0.9, Landmarks(right))
    tracker.update(BLANK, None)
    tracker.observe(1, 0.9, Landmarks(left))
    tracker.observe(2, 0.1, Landmarks(right))
    for _ in range(5):
        found = [detection(left), detection(right)] if tracker.wants_detection() else None
        faces = tracker.update(BLANK, found)
        tracker.observe(1, 0.9, Landmarks(left))
        if len(faces) == 2:
            break
    assert [face.id for face in faces] == [1, 2]


@pytest.mark.parametrize("name", TRACKERS.names())
def test_an_answer_that_comes_late_is_for_where_the_face_was_then(name: str) -> None:
    """The face goes 100 pixels while the detector looks: its box then is no other face."""
    tracker = TRACKERS.create(name, 2)
    late = 20
    for index in range(late + 1):
        points = face_at(200 + 5 * index)
        first = [detection(points)] if index == 0 else None
        tracker.update(picture(points), first)
        assert tracker.observe(1, 0.9, Landmarks(points))
    points = face_at(200 + 5 * (late + 1))
    faces = tracker.update(picture(points), [detection(face_at(205))], age=late)
    assert [face.id for face in faces] == [1]
    assert box_overlap(faces[0].box, face_box(points)[0]) > 0.7


def test_kcf_keeps_its_schedule_when_answers_come_late() -> None:
    tracker = TRACKERS.create("kcf", 1)
    points = face_at(300)
    tracker.update(picture(points), [detection(points)])
    tracker.observe(1, 0.9, Landmarks(points))
    asked = []
    for index in range(1, 25):
        if tracker.wants_detection():
            asked.append(index)
        late = index - asked[-1] == 2 if asked else False
        tracker.update(picture(points), [detection(points)] if late else None, 2 if late else 0)
        tracker.observe(1, 0.9, Landmarks(points))
    assert asked == [6, 12, 18, 24]


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


class Leaving:
    """In place of a correlation filter: a box that goes to the right by 60 pixels a frame."""

    def __init__(self, box: np.ndarray) -> None:
        self.box = box

    def update(self, image: np.ndarray) -> tuple[bool, tuple[float, ...]]:
        self.box = self.box + np.float32([60, 0, 60, 0])
        return True, (*self.box[:2], *(self.box[2:] - self.box[:2]))


def test_kcf_survives_a_late_answer_about_a_face_that_has_left_the_picture() -> None:
    tracker = KcfTracker(1)
    points = face_at(420)
    tracker.update(picture(points), [detection(points)])
    tracker._filters[1] = _Filter(Leaving(face_box(points)[0]), 1.0)  # type: ignore[arg-type]
    late = 4
    for _ in range(late):
        assert tracker.observe(1, 0.9, Landmarks(points))
        tracker.update(BLANK, None)
    assert tracker.observe(1, 0.9, Landmarks(points))
    beside = detection(face_at(440))  # where the face was then, or nearly
    (face,) = tracker.update(BLANK, [beside], age=late + 1)
    assert face.box[0] == pytest.approx(face_box(points)[0][0] + 60 * (late + 1))


def test_kcf_survives_a_source_that_shrinks_to_a_line() -> None:
    tracker = TRACKERS.create("kcf", 1)
    points = make_points((320, 240), eyes=90)
    tracker.update(picture(points), [detection(points)])
    assert tracker.observe(1, 0.9, Landmarks(points))
    tracker.update(np.zeros((1, 640, 3), np.uint8), None)


@pytest.mark.parametrize("name", TRACKERS.names())
def test_one_who_is_hardly_seen_keeps_nobody_from_being_looked_for(name: str) -> None:
    points = face_at(200)
    for max_faces, first in ((1, face_box(points)[0]), (2, None)):
        tracker = TRACKERS.create(name, max_faces)
        tracker.update(picture(points), [detection(points)])
        assert tracker.observe(1, 0.9, Landmarks(points))
        tracker.update(picture(points), None)
        assert tracker.observe(1, 0.5, Landmarks(points))
        assert tracker.doubt() == (None if first is None else pytest.approx(first, abs=4))
