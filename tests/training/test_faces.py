from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from avatar_bridge.facs.action_units import (
    ACTION_UNIT_INDEX,
    ACTION_UNIT_NAMES,
    ACTION_UNITS,
    mirrored,
)
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT, MIRROR
from avatar_bridge.training.datasets import tiles
from avatar_bridge.training.datasets.augment import Augment, place_crop
from avatar_bridge.training.datasets.faces import (
    CropSpec,
    FaceBatch,
    FaceStream,
    gaze_of_units,
    look_columns,
    mirror_units,
    plain_crops,
    warp_face,
)
from avatar_bridge.training.datasets.negatives import negative
from avatar_bridge.training.datasets.source import CACHE_SIZE, TRAIN, FaceSource
from avatar_bridge.training.synthetic.eyes import gaze_of

SPEC = CropSpec(1.3, 112)
NOWHERE = np.zeros(2, np.float32)


@pytest.fixture(scope="module")
def source(tiny_data: Path) -> FaceSource:
    return tiles.create(tiny_data, "news", 64, validation=0.2, backgrounds=True)


def stream_of(
    source: FaceSource,
    units: tuple[str, ...],
    augment: Augment,
    negatives: float = 0.0,
    twins: int = 0,
) -> FaceStream:
    return FaceStream([source], units, SPEC, augment, 16, negatives, 10, seed=4, twins=twins)


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


def test_gaze_is_what_the_look_shapes_mean() -> None:
    weights = np.random.default_rng(0).random((5, len(BLENDSHAPES))).astype(np.float32)
    units = np.full((5, len(ACTION_UNITS)), np.nan, np.float32)
    for place, unit in enumerate(ACTION_UNITS):
        if unit.arkit is not None:
            units[:, place] = weights[:, BLENDSHAPES.index(unit.arkit)]
    gaze = gaze_of_units(units, look_columns(ACTION_UNIT_NAMES))
    assert gaze.dtype == np.float32
    np.testing.assert_allclose(gaze, [gaze_of(row) for row in weights], atol=1e-6)


def test_gaze_is_known_only_with_all_looks() -> None:
    looks = tuple(f"AU{code}{side}" for code in (61, 62, 63, 64) for side in "LR")
    columns = look_columns(("AU1", *looks))
    assert columns is not None
    assert columns.tolist() == [[1, 3, 5, 7], [2, 4, 6, 8]]
    assert look_columns(looks[:-1]) is None
    units = np.zeros((2, 9), np.float32)
    units[0, 2] = np.nan  # a look of the right eye
    gaze = gaze_of_units(units, columns)
    assert np.isfinite(gaze[0]).tolist() == [[True, True], [False, True]]
    assert (gaze[1] == 0).all()
    assert np.isnan(gaze_of_units(units, None)).all()


def test_a_mirrored_gaze_goes_the_other_way(
    source: FaceSource, live_units: tuple[str, ...]
) -> None:
    plain = stream_of(source, live_units, Augment.none())[0]["gaze"]
    flipped = stream_of(source, live_units, replace(Augment.none(), mirror=1.0))[0]["gaze"]
    assert plain.abs().max() > 0.1
    assert (plain[:, 0] - plain[:, 1]).abs().max() > 0.1  # the eyes differ
    torch.testing.assert_close(flipped, plain.flip(1) * torch.tensor([-1.0, 1.0]))


def test_twins_are_the_same_faces_mirrored(source: FaceSource, live_units: tuple[str, ...]) -> None:
    count = 6
    batch = stream_of(source, live_units, replace(Augment.none(), mirror=0.5), twins=count)[0]
    first = {name: value[:count] for name, value in batch.items()}  # type: ignore[index]
    last = {name: value[-count:] for name, value in batch.items()}  # type: ignore[index]
    torch.testing.assert_close(
        last["action_units"], first["action_units"][:, mirror_of(live_units)]
    )
    assert not torch.equal(last["action_units"], first["action_units"])
    torch.testing.assert_close(last["emotions"], first["emotions"], equal_nan=True)
    torch.testing.assert_close(last["gaze"], first["gaze"].flip(1) * torch.tensor([-1.0, 1.0]))
    across = torch.tensor([1.0, 0.0]) - last["landmarks"][:, list(MIRROR)] * torch.tensor([1, -1])
    torch.testing.assert_close(across, first["landmarks"], atol=1e-4, rtol=0)
    # Whichever of the two was flipped is one pixel beside: see above.
    pairs = zip(first["image"][:, 0].int(), last["image"][:, 0].int(), strict=True)
    off = [
        min((a.flip(1)[:, :-1] - b[:, 1:]).abs().max(), (a.flip(1)[:, 1:] - b[:, :-1]).abs().max())
        for a, b in pairs
    ]
    assert max(off) <= 6
    assert len({row.numpy().tobytes() for row in batch["action_units"][count:-count]}) > 1


def test_a_twin_is_taken_a_moment_later_where_that_is_known(
    source: FaceSource, live_units: tuple[str, ...]
) -> None:
    taught = source.rows(TRAIN)
    moments = np.zeros_like(source.moments)
    moments[taught[:-1]] = np.diff(taught)  # each row's partner is the next one
    count = 6
    batch = stream_of(replace(source, moments=moments), live_units, Augment.none(), twins=count)[0]
    rows = source.units[taught][:, [ACTION_UNIT_INDEX[name] for name in live_units]]

    def place(units: np.ndarray) -> int:
        return int(np.flatnonzero((rows == units).all(axis=1))[0])

    said = batch["action_units"].numpy()
    for first, last in zip(said[:count], said[-count:][:, mirror_of(live_units)], strict=True):
        assert place(last) == min(place(first) + 1, len(rows) - 1)


def mirror_of(units: tuple[str, ...]) -> list[int]:
    return [units.index(mirrored(name)) for name in units]


def test_twins_of_nobody_are_nobody(source: FaceSource, live_units: tuple[str, ...]) -> None:
    presence = stream_of(source, live_units, Augment(), 0.5, twins=8)[0]["presence"]
    torch.testing.assert_close(presence[:8], presence[8:])
    assert 0 < presence[:8].sum() < 8


def test_twins_are_lit_anew(source: FaceSource, live_units: tuple[str, ...]) -> None:
    images = stream_of(source, live_units, Augment(), twins=8)[0]["image"].float()
    assert ((images[:8].flip(3) - images[8:]).abs().mean(dim=(1, 2, 3)) > 1).all()


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
    for key in ("landmarks", "action_units", "emotions", "gaze"):
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
