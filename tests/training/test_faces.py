from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, mirrored
from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT
from avatar_bridge.training.datasets import tiles
from avatar_bridge.training.datasets.augment import Augment, place_crop
from avatar_bridge.training.datasets.faces import (
    CropSpec,
    FaceBatch,
    FaceStream,
    mirror_units,
    plain_crops,
    warp_face,
)
from avatar_bridge.training.datasets.negatives import negative
from avatar_bridge.training.datasets.source import CACHE_SIZE, TRAIN, FaceSource

SPEC = CropSpec(1.3, 112)
NOWHERE = np.zeros(2, np.float32)


@pytest.fixture(scope="module")
def source(tiny_data: Path) -> FaceSource:
    return tiles.create(tiny_data, "news", 64, validation=0.2, backgrounds=True)


def stream_of(
    source: FaceSource, units: tuple[str, ...], augment: Augment, negatives: float = 0.0
) -> FaceStream:
    return FaceStream([source], units, SPEC, augment, 16, negatives, 10, seed=4)


def test_a_mirrored_crop_is_the_crop_mirrored(source: FaceSource) -> None:
    plain = place_crop(NOWHERE, 1.0, 0.0, SPEC.margin, SPEC.size, mirror=False)
    flipped = place_crop(NOWHERE, 1.0, 0.0, SPEC.margin, SPEC.size, mirror=True)
    image, points = warp_face(source.crops[0], source.points[0], plain, SPEC.size, False)
    other, other_points = warp_face(source.crops[0], source.points[0], flipped, SPEC.size, True)
    # The flip is about the crop's edge coordinates, one pixel beside numpy's.
    np.testing.assert_allclose(image[:, :0:-1].astype(int), other[:, 1:].astype(int), atol=6)
    middle = np.array([1.0, 0.0]) - other_points[EYE_LEFT].mean(axis=0) * [1, -1]
    np.testing.assert_allclose(middle, points[EYE_RIGHT].mean(axis=0), atol=1e-4)
    # The subject's left eye stays on the image's right.
    assert other_points[EYE_LEFT, 0].mean() > other_points[EYE_RIGHT, 0].mean()


def test_mirror_swaps_nodes(source: FaceSource, live_units: tuple[str, ...]) -> None:
    always = stream_of(source, live_units, replace(Augment.none(), mirror=1.0))[0]
    never = stream_of(source, live_units, Augment.none())[0]
    for place, name in enumerate(live_units):
        partner = live_units.index(mirrored(name))
        torch.testing.assert_close(
            always["action_units"][:, place], never["action_units"][:, partner]
        )


def test_a_look_to_the_left_becomes_one_to_the_right() -> None:
    names = ("AU61L", "AU61R", "AU62L", "AU62R", "AU1")
    assert mirror_units(names).tolist() == [3, 2, 1, 0, 4]
    with pytest.raises(ValueError, match="AU62R"):
        mirror_units(("AU61L",))


def test_batches_are_a_function_of_seed_and_step(
    source: FaceSource, live_units: tuple[str, ...]
) -> None:
    first, second = (stream_of(source, live_units, Augment(), 0.3) for _ in range(2))
    torch.testing.assert_close(dict(first[3]), dict(second[3]), equal_nan=True)
    assert not torch.equal(first[3]["image"], first[4]["image"])


def test_only_training_rows_are_seen(source: FaceSource, live_units: tuple[str, ...]) -> None:
    stream = stream_of(source, live_units, Augment.none())
    columns = [ACTION_UNIT_INDEX[name] for name in live_units]
    allowed = {row.tobytes() for row in source.units[source.rows(TRAIN)][:, columns]}
    seen = {row.tobytes() for step in range(10) for row in stream[step]["action_units"].numpy()}
    assert seen <= allowed
    assert len(seen) > 1


def test_a_negative_knows_only_that_it_is_one(
    source: FaceSource, live_units: tuple[str, ...]
) -> None:
    batch: FaceBatch = stream_of(source, live_units, Augment(), negatives=0.999)[0]
    nobody = batch["presence"][:, 0] == 0
    assert nobody.any()
    for key in ("landmarks", "action_units", "emotions"):
        assert torch.isnan(batch[key][nobody]).all()  # type: ignore[literal-required]


def test_points_follow_the_jitter(source: FaceSource, live_units: tuple[str, ...]) -> None:
    still = stream_of(source, live_units, Augment.none())[0]["landmarks"]
    moved = stream_of(source, live_units, Augment())[0]["landmarks"]
    assert still.std(dim=0).max() < 1e-3
    assert moved.std(dim=0).min() > 1e-3
    assert torch.isfinite(moved).all()


def test_a_badly_aimed_crop_still_holds_the_middle(source: FaceSource) -> None:
    rng = np.random.default_rng(0)
    augment = Augment(wide=1.0, wide_scale=0.0, wide_roll=0.0)
    aimed = []
    for _ in range(50):
        matrix = augment.place(rng, SPEC.margin, SPEC.size, mirror=False)
        to_crop = cv2.invertAffineTransform(matrix)
        aimed.append(to_crop @ [CACHE_SIZE / 2, CACHE_SIZE / 2, 1.0] / SPEC.size)
    off = np.abs(np.array(aimed) - 0.5) * SPEC.margin  # face boxes
    assert 0.3 < off.max() <= augment.wide_shift + 1e-3


def test_paint_keeps_shape_and_type() -> None:
    rng = np.random.default_rng(0)
    loud = Augment(coarse=1, blur=1, noise=1, jpeg=1, occlude=1)
    image = loud.paint(rng, np.full((112, 112), 128, np.uint8))
    assert image.shape == (112, 112)
    assert image.dtype == np.uint8


def test_every_kind_of_negative_can_be_made(source: FaceSource) -> None:
    rng = np.random.default_rng(0)
    for _ in range(60):
        image = negative(rng, source.crops[0], source.backgrounds, SPEC.margin, SPEC.size)
        assert image.shape == (112, 112)
        assert image.dtype == np.uint8


def test_plain_crops_are_centred(source: FaceSource) -> None:
    images, points = plain_crops(source, np.arange(2), SPEC)
    assert images.shape == (2, 112, 112)
    eyes = (points[0, EYE_LEFT].mean(axis=0) + points[0, EYE_RIGHT].mean(axis=0)) / 2
    assert eyes[0] == pytest.approx(0.5, abs=1e-3)
    assert eyes[1] < 0.5


def test_a_source_is_checked_at_birth(source: FaceSource) -> None:
    with pytest.raises(ValueError, match=r"news\.units: expected shape"):
        replace(source, units=source.units[:, :-1])
