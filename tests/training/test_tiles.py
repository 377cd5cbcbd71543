import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.facs.emotions import EMOTION_INDEX
from avatar_bridge.geometry import face_box
from avatar_bridge.training.datasets import tiles
from avatar_bridge.training.datasets.labels import emotions_of, fold_votes, one_hot, splits_of
from avatar_bridge.training.datasets.source import (
    CACHE_MARGIN,
    CACHE_SIZE,
    TEST,
    TRAIN,
    VALIDATION,
    held_out,
)

TILE = 64


def test_rows_without_a_face_are_left_out(tiny_data: Path) -> None:
    source = tiles.create(tiny_data, "votes", TILE)
    assert len(source.crops) == 23


def test_faces_come_upright_in_the_middle(tiny_data: Path) -> None:
    source = tiles.create(tiny_data, "votes", TILE)
    box, roll = face_box(source.points[0])
    assert roll == pytest.approx(0.0, abs=1e-3)
    np.testing.assert_allclose((box[:2] + box[2:]) / 2, CACHE_SIZE / 2, atol=0.1)
    assert box[2] - box[0] == pytest.approx(CACHE_SIZE / CACHE_MARGIN, abs=0.2)


def test_what_the_teacher_never_moves_is_unknown(tiny_data: Path) -> None:
    source = tiles.create(tiny_data, "votes", TILE)
    assert np.isnan(source.units[:, ACTION_UNIT_INDEX["AU34"]]).all()  # cheekPuff stands still
    assert np.isnan(source.units[:, ACTION_UNIT_INDEX["AU19"]]).all()  # there is no tongueOut
    assert np.isfinite(source.units[:, ACTION_UNIT_INDEX["AU12L"]]).all()


@pytest.mark.parametrize("folder", ["votes", "news"])
def test_test_rows_stay_test_rows(tiny_data: Path, folder: str) -> None:
    source = tiles.create(tiny_data, folder, TILE, validation=0.3)
    assert (source.splits[-6:] == TEST).all()
    assert (source.splits[:-6] != TEST).all()
    only = tiles.create(tiny_data, folder, TILE, only=TEST)
    np.testing.assert_array_equal(only.crops, source.crops[-6:])


def test_people_are_not_split() -> None:
    names = np.array([f"Ann_Lee_{i:04}.jpg" for i in range(9)] + ["Bo_Ek_0001.jpg"])
    splits = splits_of({"split": np.zeros(10, np.uint8), "file_name": names}, 0.5)
    assert len(set(splits[:9])) == 1
    assert set(splits) <= {TRAIN, VALIDATION}


def test_the_held_out_share_is_about_right() -> None:
    assert held_out([str(n) for n in range(10_000)], 0.03).mean() == pytest.approx(0.03, abs=0.01)


def test_votes_fold_to_seven_shares() -> None:
    votes = np.zeros((2, 10), np.uint8)
    votes[0, [0, 1, 7, 8]] = (1, 3, 4, 2)  # neutral, happiness, contempt, unknown
    votes[1, 9] = 10  # not a face
    shares = fold_votes(votes)
    assert shares[0, EMOTION_INDEX["happiness"]] == pytest.approx(0.75)
    assert shares[0, EMOTION_INDEX["neutral"]] == pytest.approx(0.25)
    assert np.isnan(shares[1]).all()


def test_numbers_beyond_the_seven_are_unknown() -> None:
    hot = one_hot(np.array([3, 7, 255]))
    assert hot[0].argmax() == EMOTION_INDEX["happiness"]
    assert np.isnan(hot[1:]).all()


def test_own_labels_do_not_need_votes() -> None:
    labels = {"ferplus_votes": np.zeros((1, 10), np.uint8), "fer_label": np.array([4])}
    assert np.isnan(emotions_of(labels, 0.2)).all()
    assert emotions_of(labels, 1.0)[0, 4] == 1.0


def test_backgrounds_come_from_training_tiles(tiny_data: Path) -> None:
    assert tiles.create(tiny_data, "votes", TILE).backgrounds.shape == (0, CACHE_SIZE, CACHE_SIZE)
    patches = tiles.create(tiny_data, "news", TILE, backgrounds=True).backgrounds
    assert patches.shape[1:] == (CACHE_SIZE, CACHE_SIZE)


@pytest.mark.parametrize(("folder", "tile"), [("nowhere", TILE), ("votes", 63)])
def test_wrong_folders_and_sizes_are_told(tiny_data: Path, folder: str, tile: int) -> None:
    with pytest.raises(ConfigError, match="expected"):
        tiles.create(tiny_data, folder, tile)


def test_resting_faces_do_not_show_what_the_teacher_never_moves(
    tmp_path: Path, tiny_data: Path
) -> None:
    folder = shutil.copytree(tiny_data / "news", tmp_path / "news")
    labels = dict(np.load(folder / "labels.npz"))
    labels["emotion"][-1] = EMOTION_INDEX["neutral"]  # a test row
    np.savez(folder / "labels.npz", **labels)
    kept = tiles.create(tmp_path, "news", TILE)
    source = tiles.create(tmp_path, "news", TILE, quiet=1.0)
    neutral = source.emotions[:, EMOTION_INDEX["neutral"]] == 1
    resting = neutral & (source.splits == TRAIN)
    assert resting.any()
    assert (neutral & (source.splits == TEST)).any()
    for name in ("AU34", "AU19", "AU23"):  # stands still; has no shape here; has none at all
        column = source.units[:, ACTION_UNIT_INDEX[name]]
        assert (column[resting] == 0).all()
        assert np.isnan(column[~resting]).all()
    alive = ~np.isnan(kept.units).all(axis=0)
    assert alive.sum() > 40
    np.testing.assert_array_equal(source.units[:, alive], kept.units[:, alive])


def test_only_a_share_of_the_resting_faces_is_quiet(tmp_path: Path, tiny_data: Path) -> None:
    folder = shutil.copytree(tiny_data / "news", tmp_path / "news")
    labels = dict(np.load(folder / "labels.npz"))
    labels["emotion"][:] = EMOTION_INDEX["neutral"]
    np.savez(folder / "labels.npz", **labels)

    def quiet(share: float) -> np.ndarray:
        source = tiles.create(tmp_path, "news", TILE, quiet=share)
        column = source.units[source.rows(TRAIN), ACTION_UNIT_INDEX["AU34"]]
        return np.asarray(np.isfinite(column))

    assert 0 < quiet(0.4).sum() < len(quiet(0.4))
    assert not quiet(0.0).any()
    np.testing.assert_array_equal(quiet(0.4), quiet(0.4))  # the same ones every time
    assert quiet(1.0).all()


def test_pictures_of_the_test_are_not_taught(tmp_path: Path, tiny_data: Path) -> None:
    folder = shutil.copytree(tiny_data / "votes", tmp_path / "votes")
    sheet = cv2.imread(str(folder / "sheet_00.png"), cv2.IMREAD_GRAYSCALE)
    assert sheet is not None
    tile = [
        sheet[y : y + TILE, x : x + TILE] for y in range(0, 256, TILE) for x in range(0, 384, TILE)
    ]
    tile[3][:] = tile[20][:, ::-1]  # a test row's, mirrored
    tile[7][:] = tile[5]  # twice in training
    cv2.imwrite(str(folder / "sheet_00.png"), sheet)
    plain = tiles.create(tmp_path, "votes", TILE, validation=0.0)
    apart = tiles.create(tmp_path, "votes", TILE, validation=0.0, apart=0.95)
    gone = np.delete(np.arange(len(plain.crops)), [3 - 1, 7 - 1])  # row 0 shows no face
    np.testing.assert_array_equal(apart.crops, plain.crops[gone])
    np.testing.assert_array_equal(apart.units, plain.units[gone])
    assert (apart.splits == TEST).sum() == 6
