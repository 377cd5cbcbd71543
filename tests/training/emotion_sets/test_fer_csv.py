import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import LABELS
from avatar_bridge.training.datasets.emotions import fer_csv
from avatar_bridge.training.datasets.emotions.fer import FERPLUS
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION

CsvWriter = Callable[..., Path]
Pictures = Callable[[int], np.ndarray]
USAGES = ["Training"] * 6 + ["PublicTest"] * 2 + ["PrivateTest"] * 3


@pytest.fixture
def images(pictures: Pictures) -> np.ndarray:
    return pictures(len(USAGES))


def test_rows_come_as_they_were_written(write_csv: CsvWriter, images: np.ndarray) -> None:
    labels = [0, 1, 2, 3, 4, 5, 6, 3, 0, 0, 0]
    votes = np.zeros((len(USAGES), 10), int)
    votes[:, FERPLUS.index("contempt")] = 10
    votes[3] = 0
    votes[3, FERPLUS.index("happiness")] = 10
    source = fer_csv.create(write_csv(images, USAGES, labels, votes), validation=0.0)
    np.testing.assert_array_equal(source.images, images[:8])
    np.testing.assert_array_equal(source.splits, [TRAIN] * 6 + [TEST] * 2)
    np.testing.assert_array_equal(source.labels["fer2013"].argmax(axis=1), labels[:8])
    told = [LABELS[index] for index in source.labels["emotions"].argmax(axis=1)]
    assert told == ["contempt"] * 3 + ["happiness"] + ["contempt"] * 4
    assert source.keys[4] == "csv row 4"
    assert np.isnan(source.yaw).all()
    assert np.isnan(source.points).all()


def test_the_private_part_is_never_trained_on(write_csv: CsvWriter, images: np.ndarray) -> None:
    source = fer_csv.create(write_csv(images, USAGES), test="PrivateTest", validation=0.0)
    np.testing.assert_array_equal(source.images[source.rows(TEST)], images[8:])
    np.testing.assert_array_equal(source.images[source.rows(TRAIN)], images[:6])


def test_without_votes_only_its_own_labels_are_known(
    write_csv: CsvWriter, images: np.ndarray
) -> None:
    assert fer_csv.create(write_csv(images, USAGES)).labels.keys() == {"fer2013"}


def test_rows_without_a_name_are_left_out(write_csv: CsvWriter, images: np.ndarray) -> None:
    votes = np.full((len(USAGES), 10), 2)
    root = write_csv(images, USAGES, votes=votes, unnamed=(2, 7))
    source = fer_csv.create(root, validation=0.0)
    np.testing.assert_array_equal(source.images, images[[0, 1, 3, 4, 5, 6]])


@pytest.mark.parametrize("test", fer_csv.TESTS)
def test_copies_of_either_test_leave_the_training(
    write_csv: CsvWriter, images: np.ndarray, test: str, caplog: pytest.LogCaptureFixture
) -> None:
    images[1] = images[6]
    images[2] = images[9][:, ::-1]
    images[5] = images[4]
    with caplog.at_level(logging.INFO):
        source = fer_csv.create(write_csv(images, USAGES), test=test, validation=0.0)
    np.testing.assert_array_equal(source.images[source.rows(TRAIN)], images[[0, 3, 4]])
    assert "left out 2 of 11 rows" in caplog.text


def test_a_share_is_held_out(write_csv: CsvWriter, pictures: Pictures) -> None:
    usages = ["Training"] * 60 + ["PublicTest"]
    root = write_csv(pictures(61), usages)
    source = fer_csv.create(root, validation=0.4)
    assert 10 < len(source.rows(VALIDATION)) < 40
    assert len(source.rows(TRAIN)) + len(source.rows(VALIDATION)) == 60
    np.testing.assert_array_equal(
        np.bincount(fer_csv.create(root, validation=0.4, limit=1).splits), [1, 1, 1]
    )


def _edit(root: Path, old: str, new: str, name: str = "fer2013.csv") -> Path:
    path = root / "fer2013" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return root


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("emotion,", "feeling,", "expected the column 'emotion', got: feeling, pixels, Usage"),
        ("\n0,", "\n7,", "line 2: expected emotion from 0 to 6, got '7'"),
        ("\n0,", "\nsad,", "line 2: expected emotion from 0 to 6, got 'sad'"),
        ("\n0,", "\n0,0 ", "line 2: expected 2304 pixels, got 2305"),
        ("\n0,1", "\n0,300 1", "line 2: expected 2304 pixels"),
        ("\n0,", "\n0,x", "line 2: expected pixels from 0 to 255, got other text"),
        ("\n0,", "\n0,9,", "line 2: expected 3 columns, got 4"),
        ("PublicTest", "Test", "line 8: expected Usage to be one of Training, PublicTest"),
    ],
)
def test_bad_rows_are_told_with_their_line(
    write_csv: CsvWriter, images: np.ndarray, old: str, new: str, message: str
) -> None:
    images[0, 0, 0] = 17
    root = _edit(write_csv(images, USAGES), old, new)
    with pytest.raises(ConfigError, match=message) as caught:
        fer_csv.create(root)
    assert "fer2013.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pixel", ["256", "-1", "70000"])
def test_pixels_beyond_a_byte_are_told(
    write_csv: CsvWriter, images: np.ndarray, pixel: str
) -> None:
    images[0, 0, 0] = 17
    root = _edit(write_csv(images, USAGES), "\n0,17 ", f"\n0,{pixel} ")
    with pytest.raises(ConfigError, match=f"line 2: expected pixels from 0 to 255.*{pixel}"):
        fer_csv.create(root)


def test_files_that_do_not_fit_are_told(write_csv: CsvWriter, images: np.ndarray) -> None:
    votes = np.full((len(USAGES), 10), 2)
    with pytest.raises(ConfigError, match=r"new\.csv: expected 11 rows as in .*, got 10"):
        fer_csv.create(write_csv(images, USAGES, votes=votes[:-1]))
    root = _edit(write_csv(images, USAGES, votes=votes), "Training", "PublicTest", "fer2013new.csv")
    with pytest.raises(ConfigError, match=r"new\.csv line 2: expected Usage Training"):
        fer_csv.create(root)
    root = _edit(write_csv(images, USAGES, votes=votes), "disgust,", "", "fer2013new.csv")
    with pytest.raises(ConfigError, match=r"new\.csv: expected the column 'disgust'"):
        fer_csv.create(root)
    root = _edit(write_csv(images, USAGES, votes=votes), ",2,", ",-2,", "fer2013new.csv")
    with pytest.raises(ConfigError, match=r"line 2: expected neutral from 0 to 255, got '-2'"):
        fer_csv.create(root)


@pytest.mark.parametrize(("left", "split"), [("PublicTest", "train"), ("Training", "test")])
def test_a_missing_split_is_told(
    write_csv: CsvWriter, images: np.ndarray, left: str, split: str
) -> None:
    with pytest.raises(ConfigError, match=f"expected a {split} split"):
        fer_csv.create(write_csv(images, [left] * len(USAGES)), validation=0.0)


def test_missing_and_empty_files_are_told(write_csv: CsvWriter, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"expected a csv file at .*fer2013\.csv"):
        fer_csv.create(tmp_path)
    root = write_csv(np.zeros((0, 48, 48), np.uint8), [])
    with pytest.raises(ConfigError, match="expected a train split"):
        fer_csv.create(root)
    (root / "fer2013" / "fer2013.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="expected a csv file at"):
        fer_csv.create(root)
    (root / "fer2013" / "fer2013.csv").write_bytes(b"")
    with pytest.raises(ConfigError, match="got: an empty file"):
        fer_csv.create(root)


def test_an_unknown_test_part_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="PublicTest or PrivateTest, got 'Training'"):
        fer_csv.create(tmp_path, test="Training")
