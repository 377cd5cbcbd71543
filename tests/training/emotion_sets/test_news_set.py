from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import CONTEMPT, LABELS
from avatar_bridge.facs.landmarks import EYE_RIGHT
from avatar_bridge.geometry import FACE_SIDE, face_box
from avatar_bridge.training.datasets.emotions import news
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION

SheetWriter = Callable[..., Path]


@pytest.fixture
def labels() -> dict[str, np.ndarray]:
    return {
        "emotion": np.array([0, 1, 2, 3, 4, 5, 6, 7, 255, 3, 6, 255], np.uint8),
        "split": (np.arange(12) >= 9).astype(np.uint8),
        "file_name": np.array([f"Ann_Lee{n // 2}_{n:04}.jpg" for n in range(12)]),
    }


def _create(root: Path, **options: object) -> news.EmotionSource:
    return news.create(root, "set", sheet_tile=64, **({"validation": 0.0} | options))


def test_label_numbers_are_indices_of_the_labels(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray]
) -> None:
    source = _create(write_sheets(labels))
    assert source.labels.keys() == {"emotions"}
    told = source.labels["emotions"].argmax(axis=1)
    np.testing.assert_array_equal(told, [0, 1, 2, 3, 4, 5, 6, 7, 3, 6])
    assert LABELS[7] == CONTEMPT
    np.testing.assert_array_equal(source.splits, [TRAIN] * 8 + [TEST] * 2)
    assert source.keys[9] == "Ann_Lee5_0010.jpg"
    assert source.yaw[1] == pytest.approx(90.0, abs=1e-4)


def test_rows_without_a_face_are_left_out(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray], frontal: np.ndarray
) -> None:
    points = np.repeat(frontal[None], 12, axis=0)
    points[[0, 9]] = np.nan
    source = _create(write_sheets(labels, {"landmarks": points}))
    assert len(source.images) == 8
    assert np.isfinite(source.points).all()
    assert len(_create(write_sheets(labels), limit=1).images) == 2


@pytest.mark.parametrize("degrees", [0.0, 25.0])
def test_faces_lie_at_the_margin_and_the_lift(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray], frontal: np.ndarray, degrees: float
) -> None:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned = (frontal - 32) @ turn + 32
    root = write_sheets(labels, {"landmarks": np.repeat(turned[None], 12, axis=0)})
    source = _create(root, tile=40, margin=1.25, lift=0.2)
    assert source.images.shape == (10, 40, 40)
    box, roll = face_box(source.points[0])
    side = float(box[2] - box[0])
    assert roll == pytest.approx(0.0, abs=1e-3)
    assert side == pytest.approx(40 / 1.25, abs=0.05)
    # The face's middle lies below the picture's by the lift.
    np.testing.assert_allclose((box[:2] + box[2:]) / 2, [20, 20 + 0.2 * side], atol=0.05)


def test_points_mark_the_same_pixels(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray], frontal: np.ndarray
) -> None:
    root = write_sheets(labels)
    sheet = np.zeros((3 * 64, 4 * 64), np.uint8)
    for left in range(0, 4 * 64, 64):
        for x, y in frontal[EYE_RIGHT]:
            cv2.circle(sheet, (left + round(float(x)), round(float(y))), 2, 255, -1)
    cv2.imwrite(str(root / "set" / "sheet_00.png"), sheet)
    source = _create(root)
    lit = np.argwhere(source.images[0] > 60)[:, ::-1]
    np.testing.assert_allclose(lit.mean(axis=0), source.points[0][EYE_RIGHT].mean(axis=0), atol=0.4)


def test_people_are_held_out_whole(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray]
) -> None:
    labels["emotion"][:] = 3
    labels["split"][:] = [0] * 10 + [1] * 2
    source = _create(write_sheets(labels), validation=0.5)
    assert 0 < len(source.rows(VALIDATION)) < 10
    person = {str(key).split("_0")[0] for key in source.keys[source.rows(VALIDATION)]}
    assert not person & {str(key).split("_0")[0] for key in source.keys[source.rows(TRAIN)]}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("emotion", np.full(12, 8, np.uint8), "emotion from 0 to 7 or 255, got 8 in row 0"),
        ("split", np.full(12, 2, np.uint8), "split from 0 to 1, got 2 in row 0"),
        ("file_name", np.array(["a"]), r"file_name of shape \(12,\), got \(1,\)"),
        ("emotion", np.full(12, 255, np.uint8), "expected a train split"),
    ],
)
def test_wrong_labels_are_told(
    write_sheets: SheetWriter,
    labels: dict[str, np.ndarray],
    name: str,
    value: np.ndarray,
    message: str,
) -> None:
    with pytest.raises(ConfigError, match=message):
        _create(write_sheets(labels | {name: value}))


def test_missing_files_are_told(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray], tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"expected arrays at .*muxspace/labels\.npz"):
        news.create(tmp_path)
    root = write_sheets(labels)
    (root / "set" / "sheet_00.png").write_bytes(b"no picture")
    with pytest.raises(ConfigError, match=r"sheet_00\.png: expected a sheet of 64 px tiles"):
        _create(root)
    (root / "set" / "teacher.npz").unlink()
    with pytest.raises(ConfigError, match=r"expected arrays at .*teacher\.npz"):
        _create(root)


def test_public_rows_are_labelled_as_they_look(data_root: Path) -> None:
    if not (data_root / "muxspace").is_dir():
        pytest.skip(f"needs the set muxspace, got none in {data_root}")
    source = news.create(data_root)
    assert np.bincount(source.splits).tolist() == [11664, 366, 1423]
    # A smile draws the corners of the mouth apart, in eye distances.
    box = np.array([face_box(points)[0] for points in source.points])
    width = np.linalg.norm(source.points[:, 54] - source.points[:, 48], axis=1)
    width /= (box[:, 2] - box[:, 0]) / FACE_SIDE
    widest = np.argsort(width)[-200:]
    happy = source.labels["emotions"].argmax(axis=1) == LABELS.index("happiness")
    assert happy[widest].mean() > 0.75
    assert happy[widest].mean() > 2 * happy[np.argsort(width)[:6000]].mean()
