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
from avatar_bridge.geometry import cut_face, face_box
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.preview.base import UNITS
from avatar_bridge.preview.compositor import compose, luminance
from avatar_bridge.preview.expression import Expression, of_weights
from avatar_bridge.preview.generator import (
    Generators,
    choose_generator,
    cut_for,
    generator_names,
)
from avatar_bridge.preview.mask import FaceMask, face_mask
from avatar_bridge.types import Blendshapes, Image, Landmarks

REST = Blendshapes.neutral()


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
    face = mask_in_picture(generators, image, landmarks) == 1
    risen = luminance(made)[face].astype(float).mean() - luminance(image)[face].mean()
    assert risen == pytest.approx(STEP, abs=8)


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


def test_large_changes_replace_detail() -> None:
    image, landmarks = portrait()
    box, roll = face_box(landmarks.points)
    crop = cut_face(image, box, roll, 1.4, SIZE, 0.05)
    dark = np.full((SIZE, SIZE), 10.0, np.float32)  # as an open mouth is
    everywhere = FaceMask(np.ones((SIZE, SIZE), np.float32), np.zeros((SIZE, SIZE), np.float32))
    made = luminance(compose(image, crop, dark, everywhere))
    assert abs(made[180:220, 180:220].astype(float) - 10).max() < 20
    assert luminance(image)[180:220, 180:220].std() > 3 * made[180:220, 180:220].std()


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
    made = compose(image, crop, np.zeros((SIZE, SIZE), np.float32), FaceMask(mask, 1 - mask))
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
