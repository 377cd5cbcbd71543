"""What an evaluation leaves behind can be read again."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import EMOTIONS, LABELS
from avatar_bridge.training.classification import Classified, classify
from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.datasets.source import TEST, TRAIN
from avatar_bridge.training.emotion.report import confusion_picture, label_names, predictions_csv


def shares(*labels: int, classes: int = 8) -> np.ndarray:
    return np.eye(classes, dtype=np.float32)[list(labels)] * 0.75 + np.float32(0.25 / classes)


@pytest.fixture
def source() -> EmotionSource:
    votes = shares(3, 0, 6, 7)
    votes[2] = np.nan
    return EmotionSource(
        name="tiny",
        images=np.zeros((4, 8, 8), np.uint8),
        labels={"emotions": votes},
        splits=np.array([TRAIN, TEST, TEST, TEST], np.uint8),
        keys=np.array(["a", "b, with comma", "c", "d"]),
        yaw=np.array([0, -31.25, np.nan, 46], np.float32),
        points=np.full((4, 70, 2), np.nan, np.float32),
    )


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_line_a_picture(source: EmotionSource, tmp_path: Path) -> None:
    reading = {"emotions": shares(0, 6, 3), "fer2013": shares(1, 2, 4, classes=7)}
    path = tmp_path / "new" / "predictions.csv"
    predictions_csv(source, source.rows(TEST), reading, path)
    lines = read(path)
    assert [line["key"] for line in lines] == ["b, with comma", "c", "d"]
    assert {line["split"] for line in lines} == {"test"}
    assert [line["yaw"] for line in lines] == ["-31.2", "", "46.0"]
    assert [line["emotions_true"] for line in lines] == ["anger", "", "contempt"]
    assert [line["emotions_said"] for line in lines] == ["anger", "neutral", "happiness"]
    assert [line["emotions_right"] for line in lines] == ["1", "", "0"]
    assert [line["fer2013_said"] for line in lines] == ["disgust", "fear", "sadness"]
    assert {line["fer2013_true"] for line in lines} == {""}  # this set has no such labels
    told = [[float(line[f"emotions_{label}"]) for label in LABELS] for line in lines]
    np.testing.assert_allclose(told, reading["emotions"], atol=1e-4)
    assert "fer2013_contempt" not in lines[0]
    assert list(path.parent.iterdir()) == [path]  # no partial file


def test_the_table_is_replaced(source: EmotionSource, tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    path.write_text("old")
    predictions_csv(source, np.array([1]), {"emotions": shares(0)}, path)
    assert len(read(path)) == 1


def judged(classes: int, rows: int = 40) -> Classified:
    rng = np.random.default_rng(classes)
    chances = rng.dirichlet(np.ones(classes), rows)
    return classify(chances, rng.integers(0, classes - 1, rows))  # the last is never true


def test_confusions_side_by_side(tmp_path: Path) -> None:
    both, one = tmp_path / "both.png", tmp_path / "one.png"
    confusion_picture({"emotions": judged(8), "fer2013": judged(7)}, both)
    confusion_picture({"fer2013": judged(7)}, one)
    wide, narrow = cv2.imread(str(both)), cv2.imread(str(one))
    assert wide is not None
    assert narrow is not None
    assert wide.shape[1] == pytest.approx(2 * narrow.shape[1], abs=2)
    for half in np.array_split(wide, 2, axis=1):
        assert half.std() > 10
    assert {path.name for path in tmp_path.iterdir()} == {"both.png", "one.png"}


def test_what_cannot_be_drawn_or_written(source: EmotionSource, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="got none"):
        confusion_picture({}, tmp_path / "none.png")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="expected to write"):
        confusion_picture({"fer2013": judged(7)}, tmp_path / "file" / "confusion.png")


def test_label_names() -> None:
    assert label_names("emotions") == LABELS
    assert label_names("fer2013") == EMOTIONS
    with pytest.raises(ConfigError, match="expected one of: emotions, fer2013"):
        label_names("moods")
