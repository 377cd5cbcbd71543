"""HOG and a hyperplane that a test makes: what looks like one picture is a face."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from tiny_detectors import write_card
from tiny_nets import add_to_manifest

from avatar_bridge.detect.hog_svm import WINDOW, create, descriptor
from avatar_bridge.errors import ModelError
from avatar_bridge.geometry import box_overlap
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import ModelStore


def pattern(side: int = WINDOW) -> np.ndarray:
    """Something with edges in all directions."""
    picture = np.full((WINDOW, WINDOW), 90, np.uint8)
    cv2.circle(picture, (32, 32), 22, 220, 5)
    cv2.line(picture, (20, 26), (28, 22), 10, 4)
    return np.asarray(cv2.resize(picture, (side, side)), np.uint8)


def install(folder: Path, plane: np.ndarray, margin: float = 1.0) -> ModelStore:
    np.save(folder / "hog_svm.npy", plane.astype(np.float32))
    write_card(folder, "hog_svm", WINDOW, margin=margin)
    add_to_manifest(folder, "hog_svm", "npy")
    return ModelStore(folder)


@pytest.fixture
def plane() -> np.ndarray:
    """Weights and bias: the pattern lies on the one side, what is far from it on the other."""
    features = np.ravel(descriptor().compute(pattern()))
    length = float(np.linalg.norm(features))
    return np.append(features / length * 8, -8 * 0.75 * length)


def scene(x: int, y: int, side: int) -> np.ndarray:
    image = np.full((240, 320), 90, np.uint8)
    image[y : y + side, x : x + side] = pattern(side)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)


@pytest.mark.parametrize(("x", "y", "side"), [(80, 64, 64), (40, 30, 128), (96, 96, 48)])
def test_the_pattern_is_found_at_every_size(
    tmp_path: Path, plane: np.ndarray, x: int, y: int, side: int
) -> None:
    found = create(40, install(tmp_path, plane)).detect(scene(x, y, side))
    box = np.array([x, y, x + side, y + side], np.float32)
    assert box_overlap(found[0].box, box) > 0.5
    assert 0.5 <= found[0].score <= 1.0
    assert list(found) == sorted(found, key=lambda detection: -detection.score)


def test_a_margin_is_taken_off_the_window(tmp_path: Path, plane: np.ndarray) -> None:
    (tmp_path / "wide").mkdir()
    plain = create(64, install(tmp_path, plane)).detect(scene(80, 64, 64))[0]
    wide = create(40, install(tmp_path / "wide", plane, 1.6)).detect(scene(80, 64, 64))[0]
    assert wide.box[:2] + wide.box[2:] == pytest.approx(plain.box[:2] + plain.box[2:], abs=8)
    assert (plain.box[2] - plain.box[0]) / (wide.box[2] - wide.box[0]) == pytest.approx(1.6, 0.1)


@pytest.mark.parametrize("shape", [(480, 640), (1, 1), (1, 2000), (59, 59)])
def test_a_blank_picture_holds_no_face(
    tmp_path: Path, plane: np.ndarray, shape: tuple[int, int]
) -> None:
    assert create(60, install(tmp_path, plane)).detect(np.full((*shape, 3), 127, np.uint8)) == ()


def test_numbers_that_are_no_plane_are_one_line(tmp_path: Path, plane: np.ndarray) -> None:
    for wrong in (plane[:-1], plane * np.nan):
        with pytest.raises(ModelError, match="expected 1765 finite numbers, got shape"):
            create(60, install(tmp_path, wrong))
        (tmp_path / "manifest.toml").unlink()


def test_a_model_that_is_no_net_cannot_be_run_as_one(tmp_path: Path, plane: np.ndarray) -> None:
    with pytest.raises(ModelError, match=r"hog_svm\.npy: expected an ONNX net"):
        Net(install(tmp_path, plane).find("hog_svm"))
