"""A made face in a picture: what changes, what stays, and in which colours."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from builders import make_points
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_generators import SIZE, STEP, write_generator

from avatar_bridge.errors import ConfigError, ModelError, UnsupportedError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.landmarks import LIPS_OUTER
from avatar_bridge.geometry import cut_face, face_box
from avatar_bridge.inference.session import Made
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.preview.base import UNITS
from avatar_bridge.preview.compositor import compose, luminance
from avatar_bridge.preview.expression import Expression, of_weights
from avatar_bridge.preview.generator import (
    Generators,
    choose_generator,
    crop_points,
    cut_for,
    generator_names,
)
from avatar_bridge.preview.mask import FaceMask, face_mask, pulled
from avatar_bridge.types import Blendshapes, Image, Landmarks

REST = Blendshapes.neutral()
SKIN = (110, 145, 195)  # BGR
LUMA = np.array([0.114, 0.587, 0.299])
LIGHT = round(float(LUMA @ SKIN))


def portrait(side: int = 400, seed: int = 0) -> tuple[Image, Landmarks]:
    """A picture of colourful noise, and a face's landmarks in its middle."""
    noise = np.random.default_rng(seed).integers(60, 170, (side, side, 3)).astype(np.uint8)
    return noise, Landmarks(make_points((side / 2, side * 0.4), side / 6))


@pytest.fixture
def generators(tmp_path: Path) -> Generators:
    """One tiny net of emotions, one of blendshapes, one that knows happiness alone."""
    write_generator(tmp_path)
    write_generator(tmp_path, "mma_gan_au", conditions=BLENDSHAPES)
    write_generator(tmp_path, "cyclegan", emotions=("happiness", "neutral"))
    write_generator(tmp_path, "lamp", whole=True)
    return Generators(ModelStore(tmp_path))


def mask_in_picture(generators: Generators, image: Image, landmarks: Landmarks) -> np.ndarray:
    crop, seen = cut_for(generators.net("mma_gan"), image, landmarks)
    mask = face_mask(seen.points, SIZE).face
    return cv2.warpAffine(mask, crop.to_frame, image.shape[1::-1], flags=cv2.INTER_LINEAR)


def test_only_the_face_changes(generators: Generators) -> None:
    image, landmarks = portrait()
    made = generators.make(image, landmarks, Expression("happiness", 1.0, REST), "lamp")
    outside = mask_in_picture(generators, image, landmarks) == 0
    assert outside.mean() > 0.4
    assert np.array_equal(made[outside], image[outside])
    mouth = luminance(made).astype(float) - luminance(image)
    x, y = landmarks.points[LIPS_OUTER].mean(axis=0).astype(int)
    assert mouth[y - 4 : y + 5, x - 8 : x + 9].mean() == pytest.approx(STEP, abs=8)


def test_no_change_is_no_change(generators: Generators) -> None:
    image, landmarks = portrait()
    for expression in (Expression("neutral", 1.0, REST), Expression("anger", 0.0, REST)):
        assert np.array_equal(generators.make(image, landmarks, expression, "mma_gan"), image)


def test_more_intensity_changes_more(generators: Generators) -> None:
    image, landmarks = portrait()
    changes = [
        np.abs(
            generators.make(image, landmarks, Expression("fear", rho, REST), "mma_gan").astype(int)
            - image
        ).mean()
        for rho in (0.25, 0.5, 0.75, 1.0)
    ]
    assert np.all(np.diff(changes) > 0)


def test_small_changes_keep_detail_and_colour(generators: Generators) -> None:
    image, landmarks = portrait()
    made = generators.make(image, landmarks, Expression("anger", 0.15, REST), "mma_gan")
    tones = [cv2.cvtColor(each, cv2.COLOR_BGR2YCrCb).astype(float) for each in (image, made)]
    changed = np.abs(tones[1][..., 0] - tones[0][..., 0]) > 4
    assert changed.any()
    assert np.abs(tones[1] - tones[0])[changed][:, 1:].max() <= 2  # the colours are its own
    sharp = [cv2.Laplacian(tone[..., 0], cv2.CV_64F)[changed].std() for tone in tones]
    assert sharp[1] == pytest.approx(sharp[0], rel=0.05)


def test_what_moves_takes_its_colour_and_its_detail_along() -> None:
    image, landmarks = portrait()
    image = cv2.GaussianBlur(image, (0, 0), 3)
    box, roll = face_box(landmarks.points)
    crop = cut_face(image, box, roll, 1.4, SIZE, 0.05)
    mask = np.zeros((SIZE, SIZE), np.float32)
    mask[4:-4, 4:-4] = 1
    flow = np.zeros((SIZE, SIZE, 2), np.float32)
    flow[..., 0] = 1.5
    seen = luminance(crop.image).astype(np.float32)
    moved = Made(pulled(seen, flow, cv2.INTER_LINEAR), flow)
    made = compose(image, crop, moved, FaceMask(mask, mask, mask, mask))
    pixels = round(1.5 * float(crop.to_frame[0, 0]))
    assert pixels > 5
    there, here = image[180:220, 180 + pixels : 220 + pixels], made[180:220, 180:220]
    before = image[180:220, 180:220].astype(float)
    assert np.abs(here.astype(float) - there).mean() < 0.3 * np.abs(before - there).mean()


def test_large_changes_replace_detail() -> None:
    image, landmarks = portrait()
    box, roll = face_box(landmarks.points)
    crop = cut_face(image, box, roll, 1.4, SIZE, 0.05)
    dark = np.full((SIZE, SIZE), 10.0, np.float32)  # as an open mouth is
    one = np.ones((SIZE, SIZE), np.float32)
    made = luminance(compose(image, crop, Made(dark), FaceMask(one, 0 * one, one, 0 * one)))
    assert abs(made[180:220, 180:220].astype(float) - 10).max() < 30
    assert luminance(image)[180:220, 180:220].std() > 3 * made[180:220, 180:220].std()


def on_skin(made: float, everywhere: bool = True) -> tuple[Image, Image, FaceMask]:
    """A face of one colour, what becomes of it where its mouth or all of it gets this luminance."""
    image = np.full((400, 400, 3), SKIN, np.uint8)
    points = make_points((200, 160), 66)
    box, roll = face_box(points)
    crop = cut_face(image, box, roll, 1.4, 128, 0.05)
    mask = face_mask(crop_points(crop.to_frame, Landmarks(points)).points, 128)
    before = luminance(crop.image).astype(np.float32)
    asked = np.where((mask.own == 1) | everywhere, np.float32(made), before)
    shown = compose(image, crop, Made(asked.astype(np.float32)), mask)
    back = cv2.warpAffine(
        shown, crop.to_frame, (128, 128), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    return np.asarray(back, np.uint8), shown, mask


def test_skin_is_shaded_and_never_opens() -> None:
    for made, low, high in ((0.0, 0.7, 0.85), (255.0, 1.15, 1.3)):
        seen, _, mask = on_skin(made)
        skin = (mask.face == 1) & (mask.moving == 0)
        assert skin.sum() > 1000
        share = luminance(seen)[skin] / LIGHT
        assert share.min() > low and share.max() < high
        ratios = seen[skin] / seen[skin].mean(axis=1, keepdims=True)
        assert np.abs(ratios - np.array(SKIN) / np.mean(SKIN)).max() < 0.12, "it keeps its colour"


def test_a_mouth_is_red_in_the_dark_and_white_in_the_light() -> None:
    x, y = make_points((200, 160), 66)[LIPS_OUTER].mean(axis=0).astype(int)
    dark = on_skin(0.0, everywhere=False)[1][y, x].astype(float)
    assert 0.05 * LIGHT < dark @ LUMA < 0.2 * LIGHT
    assert dark[2] > 1.5 * dark[1] and abs(dark[1] - dark[0]) < 0.2 * dark[1]
    teeth = on_skin(250.0, everywhere=False)[1][y, x].astype(float)
    assert teeth @ LUMA > 1.3 * LIGHT
    assert np.ptp(teeth) < 0.12 * teeth.max() and np.ptp(SKIN) > 0.4 * max(SKIN)


def test_what_hardly_changes_does_not_change() -> None:
    for made in (LIGHT - 0.9, LIGHT + 0.9):
        assert (on_skin(made)[1] == SKIN).all()


@settings(deadline=None, max_examples=25)
@given(
    x=st.floats(-100, 500), y=st.floats(-100, 500), eyes=st.floats(4, 400), seed=st.integers(0, 9)
)
def test_any_place_and_size(x: float, y: float, eyes: float, seed: int) -> None:
    image, _ = portrait(seed=seed)
    box, roll = face_box(make_points((x, y), eyes))
    crop = cut_face(image, box, roll, 1.4, SIZE, 0.05)
    mask = np.zeros((SIZE, SIZE), np.float32)
    mask[8:24, 8:24] = 1
    black, flow = np.zeros_like(mask), np.full((SIZE, SIZE, 2), seed, np.float32)
    made = compose(image, crop, Made(black, flow), FaceMask(mask, 1 - mask, mask, mask))
    outside = cv2.warpAffine(mask, crop.to_frame, (400, 400), flags=cv2.INTER_LINEAR) == 0
    assert made.shape == image.shape
    assert np.array_equal(made[outside], image[outside])


def test_the_mask_is_soft_and_ends_before_the_crop_does() -> None:
    for eyes in (0.25, 0.6):  # the second face is far larger than the crop
        mask = face_mask(make_points((64, 50), eyes * 128), 128).face
        assert mask.max() == 1 and mask[[0, -1]].max() == mask[:, [0, -1]].max() == 0
        steps = np.abs(np.diff(mask, axis=0)).max(), np.abs(np.diff(mask, axis=1)).max()
        assert max(steps) < 0.2


def test_a_net_of_blendshapes_is_told_weights(generators: Generators) -> None:
    image, landmarks = portrait()
    weights = np.zeros(len(BLENDSHAPES), np.float32)
    weights[BLENDSHAPES.index("jawOpen")] = 0.5
    expression = of_weights(Blendshapes(weights))
    assert expression.name == UNITS and expression.intensity == 0.5
    made = generators.make(image, landmarks, expression, "mma_gan_au")
    assert np.array_equal(
        made, generators.make(image, landmarks, Expression("anger", 0.5, REST), "mma_gan")
    )


def test_what_a_net_cannot_show(generators: Generators, tmp_path: Path) -> None:
    image, landmarks = portrait()
    for name, expression in (("cyclegan", Expression("anger", 1.0, REST)),
                             ("mma_gan", of_weights(REST))):  # fmt: skip
        with pytest.raises(ConfigError, match="expected one of"):
            generators.make(image, landmarks, expression, name)
    with pytest.raises(ModelError, match="unknown model"):
        generators.net("none")
    installed = generator_names(ModelStore(tmp_path))
    assert installed == ("mma_gan", "mma_gan_au", "cyclegan", "lamp")
    assert choose_generator("", "anger", installed) == "mma_gan"
    assert choose_generator("", UNITS, installed) == "mma_gan_au"
    with pytest.raises(ConfigError, match="unknown generator 'x'"):
        choose_generator("x", "anger", installed)
    with pytest.raises(UnsupportedError):
        choose_generator("", "anger", ())
    with pytest.raises(ConfigError, match="0 to 1"):
        Expression("anger", 1.5, REST)
