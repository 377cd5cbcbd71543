"""The cascade on the packaged performer, whose landmarks are known."""

import cv2
import numpy as np
import pytest

from avatar_bridge.assets import __file__ as assets_init
from avatar_bridge.capture.address import open_source
from avatar_bridge.clock import ManualClock
from avatar_bridge.config import SourceConfig
from avatar_bridge.detect import DETECTORS
from avatar_bridge.detect.base import Detector
from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.inference.store import ModelStore


@pytest.fixture(scope="module")
def performer() -> tuple[np.ndarray, np.ndarray]:
    """The first picture (512, 512, 3) and its true face box."""
    source = open_source(SourceConfig(realtime=False), ManualClock())
    frame = source.read()
    source.close()
    assert frame is not None
    with np.load(assets_init.replace("__init__.py", "performer.npz")) as truth:
        return frame.image, face_box(truth["landmarks"][0])[0]


def haar(min_face: int) -> Detector:
    return DETECTORS.create("haar", min_face, ModelStore())


def test_it_finds_the_face_in_a_face_box(performer) -> None:
    image, box = performer
    (found,) = haar(60).detect(image)
    assert box_overlap(found.box, box) > 0.6
    assert 0.5 < found.score <= 1.0


def test_a_large_picture_gives_boxes_in_its_own_pixels(performer) -> None:
    image, box = performer
    large = cv2.resize(image, None, fx=3, fy=3)
    (found,) = haar(60).detect(large)
    assert box_overlap(found.box / 3, box) > 0.6


def test_faces_smaller_than_asked_for_are_left_out(performer) -> None:
    image, box = performer
    side = int(box[2] - box[0])
    assert haar(2 * side).detect(image) == ()


@pytest.mark.parametrize("shape", [(480, 640), (1, 1), (1, 2000), (2000, 1)])
def test_nothing_is_found_where_nothing_is(shape: tuple[int, int]) -> None:
    assert haar(60).detect(np.full((*shape, 3), 127, np.uint8)) == ()
