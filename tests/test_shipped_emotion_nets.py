"""Every emotion net in `models/` on real faces, the way the runtime runs it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_bridge.analyze.emotion import EmotionNetReader
from avatar_bridge.facs.emotions import EMOTION_INDEX
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.training.datasets.emotions.fer import vote_shares
from avatar_bridge.training.datasets.tiles import iterate_tiles
from avatar_bridge.types import Landmarks

NAMES = [n for n in ModelStore().names() if ModelStore().find(n).card.task == "emotion"]
TILE, LARGE = 48, 384
FACES = 250
EASIER = 0.3  # share of its faults that a net does not make on such rows
SURE = 0.75  # share of a row's votes from which on its label is not in doubt


@pytest.fixture(scope="module")
def faces(data_root: Path) -> tuple[list[NDArray], list[Landmarks], NDArray]:
    """Test faces, enlarged as a camera would see them, their points, and their labels."""
    folder = data_root / "fer2013"
    if not folder.is_dir():
        pytest.skip(f"needs the set fer2013, got none in {data_root}")
    labels, teacher = np.load(folder / "labels.npz"), np.load(folder / "teacher.npz")
    shares = vote_shares(labels["ferplus_votes"])
    points = teacher["landmarks"].astype(np.float32)
    known = np.isfinite(points).all(axis=(1, 2)) & (shares.max(axis=1) >= SURE)
    rows = np.flatnonzero(known & (labels["usage"] == 1))[:FACES]
    wanted = set(rows.tolist())
    tiles = {i: tile for i, tile in iterate_tiles(folder, TILE) if i in wanted}
    large = [cv2.cvtColor(cv2.resize(tiles[i], (LARGE, LARGE)), cv2.COLOR_GRAY2BGR) for i in rows]
    seen = [Landmarks(points[i] * LARGE / TILE) for i in rows]
    return large, seen, shares[rows].argmax(axis=1)


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_real_faces(
    name: str, faces: tuple[list[NDArray], list[Landmarks], NDArray]
) -> None:
    reader = EmotionNetReader(Net(ModelStore().find(name)))
    said = [
        int(reader.read(image, seen).probabilities.argmax())
        for image, seen in zip(*faces[:2], strict=True)
    ]
    truth = np.where(faces[2] < len(EMOTION_INDEX), faces[2], EMOTION_INDEX["neutral"])
    right = float((np.array(said) == truth).mean())
    # Rows that people agree on are the easier ones: a crop of the wrong size or place, which loses
    # five points and more, shows here.
    card = ModelStore().find(name).card.scores["fer2013_emotion_accuracy"]
    assert right > card + EASIER * (1 - card)
