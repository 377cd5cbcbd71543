"""The single-shot detector around a net for which bright tiles are faces."""

from pathlib import Path

import numpy as np
import pytest
from tiny_detectors import write_single_shot_net

from avatar_bridge.detect.base import Detector
from avatar_bridge.detect.ssd import LONG_SIDE, STEP, create
from avatar_bridge.inference.store import ModelStore


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    write_single_shot_net(tmp_path)
    return ModelStore(tmp_path)


def detector(models: ModelStore, min_face: int = 40) -> Detector:
    return create(min_face, models)


def test_tiles_come_back_in_picture_pixels(models: ModelStore) -> None:
    image = np.zeros((480, 640, 3), np.uint8)
    image[128:192, 64:128] = 255  # the tile in row 2, column 1 of the halved picture
    (found,) = detector(models).detect(image)
    assert found.box == pytest.approx([64, 128, 128, 192])
    assert found.score > 0.9
    assert found.points is None


@pytest.mark.parametrize("min_face", [20, 60, 300])
@pytest.mark.parametrize("shape", [(480, 640), (720, 1280), (1, 1), (1, 2000), (3000, 7)])
def test_the_letterbox_is_of_whole_tiles_and_of_a_bounded_size(
    models: ModelStore, shape: tuple[int, int], min_face: int
) -> None:
    given: list[tuple[int, ...]] = []
    ssd = create(min_face, models)
    run = ssd._net.run
    ssd._net.run = lambda pictures: given.append(pictures.shape) or run(pictures)  # type: ignore
    ssd.detect(np.zeros((*shape, 3), np.uint8))
    ((_, height, width),) = given
    assert height % STEP == width % STEP == 0
    assert LONG_SIDE[0] <= max(height, width) <= LONG_SIDE[1]


def test_a_dark_picture_holds_no_face(models: ModelStore) -> None:
    assert detector(models).detect(np.zeros((480, 640, 3), np.uint8)) == ()


def test_what_is_no_box_takes_no_face_along(models: ModelStore) -> None:
    image = np.zeros((480, 640, 3), np.uint8)
    image[128:192, 64:128] = image[320:384, 320:384] = 255
    ssd = create(40, models)
    run = ssd._net.run

    def broken(pictures: np.ndarray) -> dict[str, np.ndarray]:
        out = run(pictures)
        out["box"][0, out["face"][0].argmax(), 2] = np.nan
        return out

    ssd._net.run = broken  # type: ignore[method-assign]
    (found,) = ssd.detect(image)
    assert found.box == pytest.approx([320, 320, 384, 384])
