import math

import pytest
import torch

from avatar_bridge.training.emotion.augment import Augment, mix, sample


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def dot(row: int, column: int, side: int = 48) -> torch.Tensor:
    image = torch.zeros(1, 1, side, side)
    image[..., row, column] = 1.0
    return image


def brightest(image: torch.Tensor) -> tuple[int, int]:
    place = int(image[0, 0].argmax())
    return divmod(place, image.shape[-1])


def test_no_change_is_none() -> None:
    images = torch.rand(4, 1, 48, 48, generator=chance(1))
    plain = Augment.none()
    torch.testing.assert_close(plain.place(images, 48, chance()), images, atol=1e-5, rtol=0)
    torch.testing.assert_close(plain.paint(images, chance()), images)


def test_a_flip_swaps_left_and_right() -> None:
    flipped = Augment(**vars_of(Augment.none(), mirror=1.0)).place(dot(10, 5), 48, chance())
    assert brightest(flipped) == (10, 42)


def test_places_run_from_edge_to_edge() -> None:
    # One side of the picture is two units: a quarter to the right is half a unit.
    matrix = torch.tensor([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]])
    assert brightest(sample(dot(20, 30), matrix, 48)) == (20, 18)


def test_a_turn_is_about_the_middle() -> None:
    angle = math.radians(90)
    matrix = torch.tensor(
        [[[math.cos(angle), -math.sin(angle), 0.0], [math.sin(angle), math.cos(angle), 0.0]]]
    )
    # What is shown at (x, y) was at (-y, x): the dot above the middle comes out left of it.
    row, column = brightest(sample(dot(4, 24), matrix, 48))
    assert (row, column) == (23, 4)


def test_the_size_follows_the_net() -> None:
    assert Augment().place(torch.rand(2, 1, 48, 48), 64, chance()).shape == (2, 1, 64, 64)


@pytest.mark.parametrize("name", ["contrast", "light", "noise", "blur", "cutout"])
def test_every_change_of_pixels_changes_pixels(name: str) -> None:
    images = torch.rand(8, 1, 48, 48, generator=chance(1)) * 0.5 + 0.25
    changed = Augment(**vars_of(Augment.none(), **{name: 1.0})).paint(images, chance())
    assert not torch.allclose(changed, images)
    assert 0 <= float(changed.min()) <= float(changed.max()) <= 1


def test_cutout_hides_one_square() -> None:
    images = torch.rand(1, 1, 48, 48, generator=chance(1))
    changed = Augment(**vars_of(Augment.none(), cutout=1.0)).paint(images, chance())
    different = (changed - images).abs() > 1e-4  # more than rounding
    rows, columns = torch.nonzero(different[0, 0], as_tuple=True)
    height, width = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
    assert abs(int(height) - int(width)) <= 1
    assert 0.15 * 48 - 1 <= int(height) <= 0.45 * 48 + 1


def test_the_same_chance_gives_the_same_pictures() -> None:
    images = torch.rand(4, 1, 48, 48, generator=chance(1))
    first = Augment().paint(Augment().place(images, 48, chance(3)), chance(4))
    torch.testing.assert_close(
        first, Augment().paint(Augment().place(images, 48, chance(3)), chance(4))
    )


def test_mixing_mixes_pictures_and_labels_alike() -> None:
    images = torch.stack([torch.zeros(1, 4, 4), torch.ones(1, 4, 4)])
    labels = {"fer2013": torch.eye(7)[:2], "emotions": torch.full((2, 8), torch.nan)}
    mixed, told = mix(images, labels, 0.4, chance())
    share = float(told["fer2013"][0, 0])
    assert 0 < share < 1
    torch.testing.assert_close(mixed[0], torch.full((1, 4, 4), 1 - share))
    torch.testing.assert_close(told["fer2013"][0, 1], torch.tensor(1 - share))
    assert torch.isnan(told["emotions"]).all()
    same, _ = mix(images, labels, 0.0, chance())
    assert same is images


def vars_of(base: Augment, **changed: float) -> dict[str, float]:
    return {name: getattr(base, name) for name in base.__slots__} | changed
