from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.datasets import shards
from avatar_bridge.training.datasets.source import TEST, VALIDATION


@pytest.fixture
def rendered(tmp_path: Path, frontal: np.ndarray) -> Path:
    rng = np.random.default_rng(1)
    (tmp_path / "rendered").mkdir()
    for shard in range(2):
        np.savez(
            tmp_path / "rendered" / f"shard_{shard:03}.npz",
            images=rng.integers(0, 256, (5, 64, 64), dtype=np.uint8),
            landmarks=np.repeat(frontal[None], 5, axis=0),
            weights=rng.random((5, 52)).astype(np.float32),
            blendshape_names=np.array(BLENDSHAPES),
        )
    return tmp_path


def test_truth_is_taught_in_full(rendered: Path) -> None:
    source = shards.create(rendered, "rendered")
    first = np.load(rendered / "rendered" / "shard_000.npz")
    assert len(source.crops) == 10
    np.testing.assert_allclose(
        source.units[:5, ACTION_UNIT_INDEX["AU34"]],
        first["weights"][:, BLENDSHAPE_INDEX["cheekPuff"]],
    )
    assert np.isnan(source.emotions).all()


def test_only_the_named_nodes_are_taught(rendered: Path) -> None:
    source = shards.create(rendered, "rendered", nodes=["AU34", "AU61L"])
    taught = np.flatnonzero(np.isfinite(source.units).any(axis=0)).tolist()
    assert taught == sorted(ACTION_UNIT_INDEX[name] for name in ("AU34", "AU61L"))


def test_splits_can_be_asked_for(rendered: Path) -> None:
    whole = shards.create(rendered, "rendered", validation=0.5)
    part = shards.create(rendered, "rendered", validation=0.5, only=VALIDATION)
    assert len(part.crops) == int((whole.splits == VALIDATION).sum())
    assert len(shards.create(rendered, "rendered", only=TEST).crops) == 0
    assert len(shards.create(rendered, "rendered", limit=3).crops) == 3


def test_a_face_and_its_next_moment_stay_together(tmp_path: Path, frontal: np.ndarray) -> None:
    (tmp_path / "pairs").mkdir()
    steps = np.tile([1, -1], 100)
    np.savez(
        tmp_path / "pairs" / "shard_000.npz",
        images=np.zeros((200, 64, 64), np.uint8),
        landmarks=np.repeat(frontal[None], 200, axis=0),
        weights=np.zeros((200, 52), np.float32),
        moments=steps,
        blendshape_names=np.array(BLENDSHAPES),
    )
    source = shards.create(tmp_path, "pairs", validation=0.5)
    assert 0 < (source.splits == VALIDATION).sum() < 200
    np.testing.assert_array_equal(source.splits[::2], source.splits[1::2])
    held = shards.create(tmp_path, "pairs", validation=0.5, only=VALIDATION)
    np.testing.assert_array_equal(held.moments, np.tile([1, -1], len(held.crops) // 2))
    assert shards.create(tmp_path, "pairs", limit=3).moments.tolist() == [1, -1, 0]


def test_mistakes_are_told(rendered: Path) -> None:
    with pytest.raises(ConfigError, match=r"expected shard_\*"):
        shards.create(rendered, "elsewhere")
    with pytest.raises(ConfigError, match="AU99"):
        shards.create(rendered, "rendered", nodes=["AU99"])
