"""Hard subsets hold the right rows."""

from dataclasses import replace

import numpy as np
import pytest

from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.datasets.source import TEST, TRAIN
from avatar_bridge.training.emotion.occlude import occlude
from avatar_bridge.training.emotion.subsets import hard_subsets

YAW = (0, 29, 30, 31, -31, 45, 46, -46, np.nan, 80)
SIDE = 48


@pytest.fixture
def source() -> EmotionSource:
    count = len(YAW)
    rng = np.random.default_rng(0)
    labels = np.eye(8, dtype=np.float32)[rng.integers(0, 8, count)]
    return EmotionSource(
        name="tiny",
        images=np.stack([np.full((SIDE, SIDE), 100 + row, np.uint8) for row in range(count)]),
        labels={"emotions": labels, "fer2013": np.full((count, 7), np.nan, np.float32)},
        splits=np.array([TEST] * (count - 1) + [TRAIN], np.uint8),
        keys=np.array([f"row {row}" for row in range(count)]),
        yaw=np.array(YAW, np.float32),
        points=np.full((count, 70, 2), np.nan, np.float32),
    )


class Remembers:
    """A reader that knows plain tiles by their shade and says happiness of hidden ones."""

    def __init__(self, source: EmotionSource) -> None:
        self.source = source
        self.seen: list[np.ndarray] = []

    def __call__(self, tiles: np.ndarray) -> dict[str, np.ndarray]:
        self.seen.append(tiles)
        said = np.eye(8, dtype=np.float32)[np.full(len(tiles), 3)]
        plain = tiles.std(axis=(1, 2)) == 0
        said[plain] = self.source.labels["emotions"][tiles[plain, 0, 0].astype(int) - 100]
        return {"emotions": said, "fer2013": said[:, :7]}


def test_turned_heads_are_chosen_by_either_side(source: EmotionSource) -> None:
    reader = Remembers(source)
    found = hard_subsets(reader, source, source.rows(TEST))
    assert list(found) == ["yaw_30", "yaw_45", "mask", "glasses", "object"]
    shades = [tiles[:, 0, 0].tolist() for tiles in reader.seen[:2]]
    assert shades == [[103, 104, 105, 106, 107], [106, 107]]  # not 30, not 45, not NaN, not TRAIN
    assert [found[name]["emotions"].rows for name in found] == [5, 2, 9, 9, 9]
    assert found["yaw_30"]["emotions"].accuracy == 1
    assert found["yaw_45"]["emotions"].low < 1
    assert all(list(judged) == ["emotions"] for judged in found.values())


def test_occluded_rows_are_told_by_their_keys(source: EmotionSource) -> None:
    reader = Remembers(source)
    rows = source.rows(TEST)
    found = hard_subsets(reader, source, rows)
    for tiles, kind in zip(reader.seen[2:], ("mask", "glasses", "object"), strict=True):
        expected = occlude(source.images[rows], source.points[rows], kind, source.keys[rows])
        np.testing.assert_array_equal(tiles, expected)
    happy = source.labels["emotions"][rows].argmax(axis=1) == 3
    assert found["mask"]["emotions"].accuracy == pytest.approx(happy.mean())


def test_empty_subsets_are_left_out(source: EmotionSource) -> None:
    reader = Remembers(source)
    ahead = np.array([0, 1, 8])
    assert list(hard_subsets(reader, source, ahead)) == ["mask", "glasses", "object"]
    assert hard_subsets(reader, source, np.array([], np.int64)) == {}
    nameless = replace(source, labels={"emotions": np.full((len(YAW), 8), np.nan, np.float32)})
    assert hard_subsets(reader, nameless, source.rows(TEST)) == {}
