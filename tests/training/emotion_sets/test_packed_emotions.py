from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import LABELS
from avatar_bridge.training.datasets.emotions import packed
from avatar_bridge.training.datasets.emotions.fer import FERPLUS
from avatar_bridge.training.datasets.source import TEST, TRAIN

SheetWriter = Callable[..., Path]


@pytest.fixture
def labels() -> dict[str, np.ndarray]:
    votes = np.zeros((12, 10), np.uint8)
    votes[:, FERPLUS.index("sadness")] = 9
    return {
        "fer_label": np.arange(12, dtype=np.uint8) % 7,
        "ferplus_votes": votes,
        "usage": (np.arange(12) >= 9).astype(np.uint8),
        "csv_row": np.arange(12) * 2,
    }


def _create(root: Path, **options: object) -> packed.EmotionSource:
    return packed.create(root, "set", tile=64, validation=0.0, **options)


def test_rows_come_with_labels_and_teacher(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray], frontal: np.ndarray
) -> None:
    source = _create(write_sheets(labels))
    np.testing.assert_array_equal(source.splits, [TRAIN] * 9 + [TEST] * 3)
    np.testing.assert_array_equal(source.labels["fer2013"].argmax(axis=1), labels["fer_label"])
    assert (source.labels["emotions"].argmax(axis=1) == LABELS.index("sadness")).all()
    np.testing.assert_allclose(source.points[4], frontal)
    assert source.yaw[0] == pytest.approx(0.0, abs=1e-4)
    assert source.yaw[1] == pytest.approx(90.0, abs=1e-4)
    assert source.keys[3] == "csv row 6"
    np.testing.assert_array_equal(
        np.bincount(_create(write_sheets(labels), limit=2).splits), [2, 0, 2]
    )


def test_without_a_teacher_nothing_is_known_of_the_head(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray]
) -> None:
    root = write_sheets(labels)
    (root / "set" / "teacher.npz").unlink()
    source = _create(root)
    assert np.isnan(source.yaw).all()
    assert np.isnan(source.points).all()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("fer_label", np.full(12, 7, np.uint8), "fer_label from 0 to 6, got 7 in row 0"),
        ("fer_label", np.full(12, -1), "fer_label from 0 to 6, got -1 in row 0"),
        ("ferplus_votes", np.zeros((12, 8), np.uint8), r"ferplus_votes of shape \(12, 10\)"),
        ("ferplus_votes", np.full((12, 10), "x"), "ferplus_votes from 0 to 255, got <U1"),
        ("ferplus_votes", np.full((12, 10), -1), "ferplus_votes from 0 to 255, got -1 in row 0"),
        ("usage", np.full(12, 2, np.uint8), "usage from 0 to 1, got 2 in row 0"),
        ("usage", np.zeros(11, np.uint8), r"usage of shape \(12,\), got \(11,\)"),
        ("usage", np.zeros(12, np.uint8), "expected a test split"),
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


@pytest.mark.parametrize("name", ["fer_label", "ferplus_votes", "usage", "csv_row"])
def test_missing_arrays_are_told(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray], name: str
) -> None:
    del labels[name]
    with pytest.raises(ConfigError, match=rf"labels\.npz: expected the array {name}"):
        _create(write_sheets(labels))


def test_a_teacher_of_other_pictures_is_told(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray]
) -> None:
    root = write_sheets(labels, {"pose": np.zeros((11, 4, 4))})
    with pytest.raises(ConfigError, match=r"teacher\.npz: expected pose of shape \(12, 4, 4\)"):
        _create(root)


@pytest.mark.parametrize(
    ("pose", "message"),
    [(np.zeros((12, 4, 4)), "rotations in pose"), (np.full((12, 4, 4), "x"), "numbers")],
)
def test_a_teacher_of_no_heads_is_told(
    write_sheets: SheetWriter, labels: dict[str, np.ndarray], pose: np.ndarray, message: str
) -> None:
    with pytest.raises(ConfigError, match=rf"teacher\.npz: expected .*{message}"):
        _create(write_sheets(labels, {"pose": pose}))


def test_public_rows_are_labelled_as_they_look(data_root: Path) -> None:
    if not (data_root / "fer2013").is_dir():
        pytest.skip(f"needs the set fer2013, got none in {data_root}")
    source = packed.create(data_root)
    assert np.bincount(source.splits).tolist() == [24780, 1108, 3510]
    csv_rows = np.load(data_root / "fer2013" / "labels.npz")["csv_row"]
    place = {f"csv row {row}": index for index, row in enumerate(csv_rows)}
    kept = [place[key] for key in source.keys]
    shapes = np.load(data_root / "fer2013" / "teacher.npz")
    names = shapes["blendshape_names"].tolist()
    smile = shapes["blendshapes"][kept][:, names.index("mouthSmileLeft")].astype(np.float32)
    widest = np.argsort(np.nan_to_num(smile, nan=-1.0))[-200:]
    told = source.labels["emotions"][widest]
    happy = told[np.isfinite(told).all(axis=1)].argmax(axis=1) == LABELS.index("happiness")
    assert happy.mean() > 0.9
    own = source.labels["fer2013"][widest].argmax(axis=1) == LABELS.index("happiness")
    assert own.mean() > 0.9
