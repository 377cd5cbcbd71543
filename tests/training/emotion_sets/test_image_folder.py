from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import LABELS
from avatar_bridge.training.datasets.emotions import image_folder
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION, held_out

Pictures = Callable[[int], np.ndarray]


def _save(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


@pytest.fixture
def root(tmp_path: Path, pictures: Pictures) -> Path:
    """A data root with the set `own`: two happy and two sad to train on, one happy to test."""
    images = pictures(5)
    for image, name in zip(
        images,
        ("train/happy/0.png", "train/happy/1.png", "train/Sadness/0.png", "train/Sadness/1.png",
         "test/HAPPY/0.png"),
        strict=True,
    ):  # fmt: skip
        _save(tmp_path / "own" / name, image)
    return tmp_path


def test_classes_take_turns(root: Path, pictures: Pictures) -> None:
    source = image_folder.create(root, "own", validation=0.0)
    assert source.keys.tolist() == [
        "train/happy/0.png",
        "train/Sadness/0.png",
        "train/happy/1.png",
        "train/Sadness/1.png",
        "test/HAPPY/0.png",
    ]
    np.testing.assert_array_equal(source.images, pictures(5)[[0, 2, 1, 3, 4]])
    np.testing.assert_array_equal(source.splits, [TRAIN] * 4 + [TEST])
    assert source.labels.keys() == {"emotions"}
    told = [LABELS[index] for index in source.labels["emotions"].argmax(axis=1)]
    assert told == ["happiness", "sadness", "happiness", "sadness", "happiness"]
    np.testing.assert_array_equal(source.labels["emotions"].sum(axis=1), 1.0)
    assert np.isnan(source.points).all()
    assert np.isnan(source.yaw).all()


def test_limit_cuts_every_split(root: Path) -> None:
    source = image_folder.create(root, "own", validation=0.0, limit=2)
    assert source.keys.tolist() == ["train/happy/0.png", "train/Sadness/0.png", "test/HAPPY/0.png"]


@pytest.mark.parametrize(
    ("folder", "label"),
    [
        *((name, name) for name in LABELS),
        ("angry", "anger"),
        ("Happy", "happiness"),
        ("sad", "sadness"),
        ("SURPRISED", "surprise"),
        ("disgusted", "disgust"),
        ("fearful", "fear"),
        ("Neutral", "neutral"),
    ],
)
def test_folders_are_labels(root: Path, pictures: Pictures, folder: str, label: str) -> None:
    _save(root / "own" / "validation" / folder / "a.png", pictures(9)[8])
    source = image_folder.create(root, "own")
    (row,) = source.rows(VALIDATION)
    assert source.labels["emotions"][row].argmax() == LABELS.index(label)


def test_colour_and_any_size_are_read(root: Path) -> None:
    wide = np.zeros((120, 200, 3), np.uint8)
    wide[:, 40:100] = (0, 0, 255)  # the middle square is half red, half black
    _save(root / "own" / "test" / "fear" / "wide.JPG", wide)
    source = image_folder.create(root, "own", tile=32)
    image = source.images[source.keys.tolist().index("test/fear/wide.JPG")]
    assert image.shape == (32, 32)
    assert np.abs(image[:, :14].astype(int) - 76).max() < 6  # Rec. 601 luma of red
    assert image[:, 18:].max() < 6


def test_a_share_is_held_out_only_without_a_folder_for_it(root: Path, pictures: Pictures) -> None:
    source = image_folder.create(root, "own", validation=0.5)
    held = source.keys[source.rows(VALIDATION)].tolist()
    training = [f"train/{name}.png" for name in ("Sadness/0", "Sadness/1", "happy/0", "happy/1")]
    assert sorted(held) == [k for k in training if held_out([k], 0.5)[0]]
    assert 0 < len(held) < 4
    _save(root / "own" / "validation" / "happy" / "a.png", pictures(9)[8])
    source = image_folder.create(root, "own", validation=1.0)
    assert source.keys[source.rows(VALIDATION)].tolist() == ["validation/happy/a.png"]


@pytest.mark.parametrize("mirror", [False, True])
def test_copies_of_the_test_leave_the_training(
    root: Path, pictures: Pictures, mirror: bool
) -> None:
    image = pictures(5)[4]
    _save(root / "own" / "train" / "happy" / "1.png", image[:, ::-1] if mirror else image)
    keys = image_folder.create(root, "own").keys.tolist()
    assert "train/happy/1.png" not in keys
    assert "test/HAPPY/0.png" in keys


def test_what_tools_leave_behind_is_no_picture(root: Path) -> None:
    (root / "own" / "train" / ".cache").mkdir()
    (root / "own" / "train" / "happy" / "Thumbs.db").write_bytes(b"1")
    (root / "own" / "train" / "readme.txt").write_text("about")
    assert len(image_folder.create(root, "own").images) == 5


def test_unknown_and_empty_labels_are_told(root: Path) -> None:
    (root / "own" / "test" / "sad").mkdir()
    with pytest.raises(ConfigError, match=r"test/sad: expected \.png or \.jpg pictures, got none"):
        image_folder.create(root, "own")
    (root / "own" / "test" / "bored").mkdir()
    with pytest.raises(ConfigError, match=r"test/bored: expected a folder named .*anger.*happy"):
        image_folder.create(root, "own")


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n cut short"])
def test_pictures_that_cannot_be_read_are_told(root: Path, content: bytes) -> None:
    (root / "own" / "train" / "happy" / "1.png").write_bytes(content)
    with pytest.raises(ConfigError, match=r"train/happy/1\.png: expected a picture"):
        image_folder.create(root, "own")


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_pictures_cut_short_are_told(root: Path, pictures: Pictures, suffix: str) -> None:
    path = root / "own" / "train" / "happy" / f"2{suffix}"
    _save(path, pictures(9)[8])
    assert len(image_folder.create(root, "own").images) == 6
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ConfigError, match=rf"train/happy/2\{suffix}: expected a picture"):
        image_folder.create(root, "own")


@pytest.mark.parametrize("split", ["train", "test"])
def test_missing_splits_are_told(root: Path, split: str) -> None:
    folder = root / "own" / split
    folder.rename(root / "elsewhere")
    with pytest.raises(ConfigError, match=f"expected a folder at .*own/{split}, got: No such"):
        image_folder.create(root, "own")
    folder.mkdir()
    with pytest.raises(ConfigError, match=f"own/{split}: expected one folder a label, got none"):
        image_folder.create(root, "own")


def test_a_missing_set_is_told(root: Path) -> None:
    with pytest.raises(ConfigError, match=r"expected a folder at .*nowhere"):
        image_folder.create(root, "nowhere")
