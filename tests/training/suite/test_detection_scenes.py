"""The sets that detectors and trackers are measured on."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.training.suite.detection import drawn, films, groups, photos
from avatar_bridge.training.suite.detection.drawn import compose_scenes, groups_of
from avatar_bridge.training.suite.detection.heads import Head, cut_out
from avatar_bridge.types import Image

SIDE = 512


def make_head(frontal: np.ndarray, yaw: float, level: int = 200) -> Head:
    """A disc with the points of a face in its middle."""
    black, white = np.zeros((SIDE, SIDE), np.uint8), np.full((SIDE, SIDE), 255, np.uint8)
    for picture in (black, white):
        cv2.circle(picture, (SIDE // 2, SIDE // 2), SIDE // 5, level, -1)
    middle = face_box(frontal)[0].reshape(2, 2).mean(axis=0)
    points = (frontal - middle) * 3 + SIDE / 2
    return cut_out(black, white, points.astype(np.float32), yaw)


@pytest.fixture
def heads(frontal: np.ndarray) -> list[Head]:
    return [make_head(frontal, yaw) for yaw in (-50.0, -20.0, 5.0, 10.0, 40.0)]


def test_a_head_lies_where_it_is_put(frontal: np.ndarray) -> None:
    layer = make_head(frontal, 0.0).on((300, 400), 60.0, np.array([120.0, 90.0]))
    box, _ = face_box(layer.points)
    np.testing.assert_allclose(box, (90, 60, 150, 120), atol=1.0)
    shown = layer.before(np.full((300, 400), 50, np.float32))
    assert shown[90, 120] == pytest.approx(200, abs=1)  # the head
    assert shown[90, 300] == 50  # what is behind it


def test_a_head_may_stand_half_outside(frontal: np.ndarray) -> None:
    layer = make_head(frontal, 0.0).on((100, 100), 60.0, np.array([-10.0, 500.0]))
    np.testing.assert_array_equal(layer.through, 1)


def test_scenes_are_always_the_same_and_their_faces_stand_apart(heads: list[Head]) -> None:
    scenes, again = (compose_scenes(heads, 8) for _ in range(2))
    for one, other in zip(scenes.scenes, again.scenes, strict=True):
        np.testing.assert_array_equal(one.read(), other.read())
        assert len(one.groups) == len(one.boxes)
        for i, box in enumerate(one.boxes):
            assert all(box_overlap(box, b) == 0 for b in one.boxes[i + 1 :])
    lights = [{light for g in s.groups for light in g & set(drawn.LIGHTS)} for s in scenes.scenes]
    assert {light for each in lights for light in each} == set(drawn.LIGHTS)
    assert all(len(each) <= 1 for each in lights)
    assert scenes.complete


def test_sizes_and_yaws_are_asked_of_lit_faces_alone() -> None:
    assert groups_of(30.0, -20.0, "lit") == ["lit", "20-40 px", "yaw 15-30°"]
    assert groups_of(30.0, -20.0, "dark") == ["dark"]
    assert all(group in drawn.GROUPS for group in groups_of(299.0, 60.0, "lit"))


def test_of_two_people_who_pass_the_one_behind_is_not_seen(heads: list[Head]) -> None:
    first, second = films.pick_couple(heads)
    assert (first.yaw, second.yaw) == (5.0, 10.0)
    film = films.two_people(first, second)
    seen = np.isfinite(film.truth).all(axis=2)  # (T, 2)
    assert seen[:, 0].all()
    gaps = [(t, bool(seen[t, 1])) for t in (0, 50, 100, 150, 199, 240, 290)]
    assert [shown for _, shown in gaps] == [True, False, True, False, True, False, True]
    assert next(film.frames()).shape == (480, 640, 3)


XML = """<dataset><images><image file='a.jpg'>
<box left='10' top='20' width='40' height='40'>{parts}</box></image></images></dataset>"""


def write_groups(root: Path, frontal: np.ndarray, count: int = 68) -> None:
    folder = root / groups.FOLDER
    folder.mkdir()
    rows = enumerate(frontal[:count])
    parts = "".join(f"<part name='{i:02}' x='{x}' y='{y}'/>" for i, (x, y) in rows)
    (folder / "t_with_face_landmarks.xml").write_text(XML.format(parts=parts), encoding="utf-8")


def test_groups_come_with_both_kinds_of_boxes(tmp_path: Path, frontal: np.ndarray) -> None:
    write_groups(tmp_path, frontal)
    own, ours = groups.load_groups(tmp_path)
    np.testing.assert_array_equal(own.scenes[0].boxes, [[10, 20, 50, 60]])
    np.testing.assert_allclose(ours.scenes[0].boxes[0], face_box(frontal)[0], rtol=1e-5)
    assert own.scenes[0].points is None
    assert own.faces == 1


@pytest.mark.parametrize("count", [0, 5])
def test_a_face_without_all_its_parts_is_one_line(
    tmp_path: Path, frontal: np.ndarray, count: int
) -> None:
    write_groups(tmp_path, frontal, count)
    with pytest.raises(ConfigError, match=f"got: {count} parts of a face in a.jpg and not 68"):
        groups.load_groups(tmp_path)


def test_missing_groups_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected boxes at"):
        groups.load_groups(tmp_path)


class Teacher:
    """Sees one face, as a bright spot, where it is large enough in its picture."""

    def __init__(self, points: np.ndarray, spot: tuple[int, int]) -> None:
        self._points, self._spot = points, np.array(spot)
        self.looks = 0

    def faces(self, image: Image) -> list[np.ndarray]:
        self.looks += 1
        place = np.argwhere(image[:, :, 0] == 255)
        if not len(place) or min(image.shape[:2]) > 300:
            return []
        return [(self._points + place[0][::-1] - self._spot).astype(np.float32)]


def test_a_small_face_is_found_once_in_the_tiles_that_hold_it_whole(frontal: np.ndarray) -> None:
    image = np.zeros((480, 640, 3), np.uint8)
    middle = face_box(frontal)[0].reshape(2, 2).mean(axis=0)
    spot = (round(float(middle[0])), round(float(middle[1])))
    image[200, 300] = 255
    teacher = Teacher(frontal, spot)
    (found,) = photos.faces_of(teacher, image)  # type: ignore[arg-type]
    np.testing.assert_allclose(found, frontal + np.array((300, 200)) - spot, atol=1e-3)
    assert teacher.looks == 1 + 9 + 49
