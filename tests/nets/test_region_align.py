import pytest
import torch

from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT, LIPS_OUTER
from avatar_bridge.nets.layers.region_align import Place, RegionAlign

SIDE = 48
NOSE = Place("nose", (30,), 0.5)


def face(between_eyes: float = 0.3, height: float = 0.3) -> torch.Tensor:
    """(1, 70, 2) points around the middle of the crop; the last argument is eyes to mouth."""
    points = torch.full((1, 70, 2), 0.5)
    points[:, EYE_RIGHT, 0] -= between_eyes / 2
    points[:, EYE_LEFT, 0] += between_eyes / 2
    points[:, LIPS_OUTER, 1] += height
    return points


def ramps() -> torch.Tensor:
    """(1, 2, 48, 48) a map whose two channels say x and y in crop sides."""
    steps = (torch.arange(SIDE) + 0.5) / SIDE
    return torch.stack(torch.meshgrid(steps, steps, indexing="xy"))[None]


@pytest.mark.parametrize("at", [(0.3, 0.6), (0.75, 0.4)])
def test_a_region_has_its_point_in_its_middle(at: tuple[float, float]) -> None:
    points = face()
    points[0, 30] = torch.tensor(at)
    blob = torch.exp(-((ramps() - torch.tensor(at)[None, :, None, None]) ** 2).sum(1) / 0.002)
    (seen,) = RegionAlign([NOSE], 5)(blob[:, None], points)[0, :, 0]
    assert int(seen.argmax()) == 2 * 5 + 2
    assert seen[2, 2] > 0.9
    torch.testing.assert_close(seen, seen.flip(0, 1), atol=0.05, rtol=0)


def test_several_points_share_their_mean() -> None:
    points = face()
    points[0, 48], points[0, 54] = torch.tensor([0.2, 0.6]), torch.tensor([0.6, 0.8])
    cut = RegionAlign([Place("mouth", (48, 54), 0.3)], 3)(ramps(), points)[0, 0]
    torch.testing.assert_close(cut[:, 1, 1], torch.tensor([0.4, 0.7]))


def test_samples_lie_in_the_middles_of_the_cells() -> None:
    across, down = RegionAlign([NOSE], 5)(ramps(), face(0.3))[0, 0]
    # Half an eye distance of 0.3 to either side of the middle, in five cells of 0.06.
    expected = torch.tensor([0.38, 0.44, 0.5, 0.56, 0.62])
    torch.testing.assert_close(across, expected.expand(5, 5))
    torch.testing.assert_close(down, expected[:, None].expand(5, 5))


@pytest.mark.parametrize(
    ("between_eyes", "height", "unit"),
    [
        (0.2, 0.2, 0.2),  # the distance between the eyes
        (0.4, 0.2, 0.4),
        (0.1, 0.4, 0.32),  # a turned head: its height times 0.8
        (0.0, 0.0, 0.08),  # points that fall together
    ],
)
def test_regions_grow_with_the_head(between_eyes: float, height: float, unit: float) -> None:
    across = RegionAlign([NOSE], 5)(ramps(), face(between_eyes, height))[0, 0, 0]
    assert float(across[0, -1] - across[0, 0]) == pytest.approx(0.8 * unit, abs=1e-3)


def test_beyond_the_crop_its_edge_goes_on() -> None:
    points = face()
    points[0, 30] = torch.tensor([-0.6, 0.5])
    across = RegionAlign([NOSE], 3)(ramps(), points)[0, 0, 0]
    torch.testing.assert_close(across, torch.full((3, 3), 0.5 / SIDE))


def test_every_region_and_picture_keeps_its_place() -> None:
    left, right = face(), face()
    left[0, 30], left[0, 8] = torch.tensor([0.3, 0.5]), torch.tensor([0.3, 0.8])
    right[0, 30], right[0, 8] = torch.tensor([0.7, 0.5]), torch.tensor([0.7, 0.8])
    places = [NOSE, Place("chin", (8,), 0.2)]
    cut = RegionAlign(places, 3)(ramps().repeat(2, 1, 1, 1), torch.cat([left, right]))
    assert cut.shape == (2, 2, 2, 3, 3)
    torch.testing.assert_close(
        cut[:, :, :, 1, 1],
        torch.tensor([[[0.3, 0.5], [0.3, 0.8]], [[0.7, 0.5], [0.7, 0.8]]]),
    )


def test_features_are_taught_where_they_are_seen() -> None:
    features = torch.rand(1, 1, SIDE, SIDE, requires_grad=True)
    RegionAlign([NOSE], 5)(features, face(0.2)).sum().backward()
    assert features.grad is not None
    assert features.grad.sum() == pytest.approx(25.0, rel=1e-4)  # each sample shares out 1
    assert features.grad[0, 0, SIDE // 2, SIDE // 2] > 0
    assert features.grad[0, 0, :10].abs().sum() == 0


def test_points_that_fall_together_have_a_gradient() -> None:
    points = torch.full((1, 70, 2), 0.5, requires_grad=True)
    RegionAlign([NOSE], 3)(ramps(), points).sum().backward()
    assert points.grad is not None
    assert torch.isfinite(points.grad).all()
    assert points.grad[0, 30].abs().min() > 0
