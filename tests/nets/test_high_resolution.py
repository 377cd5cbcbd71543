import pytest
import torch

from avatar_bridge.nets.layers.high_resolution import Concatenate, Fuse, HighResolution, Parallel


def test_a_new_unit_changes_nothing() -> None:
    features = torch.rand(2, 4, 8, 8)
    torch.testing.assert_close(Parallel(4).eval()(features), features)


def test_a_unit_has_branches_of_three_and_five_convolutions() -> None:
    assert [len(branch) for branch in Parallel(4).branches] == [3, 5]


@pytest.mark.parametrize("side", [16, 12, 11])
def test_the_finest_stream_keeps_its_size(side: int) -> None:
    trunk = HighResolution(3, side, 4)
    shapes: list[list[torch.Size]] = []
    for stage in trunk.stages:
        stage.register_forward_hook(lambda *call: shapes.append([map.shape for map in call[2]]))
    maps = trunk(torch.randn(2, 3, side, side))
    assert [found[0] for found in shapes] == [(2, 4, side, side)] * 4
    assert [len(found) for found in shapes] == [1, 2, 3, 4]
    expected = zip(trunk.channels, trunk.sides, strict=True)
    assert [map.shape for map in maps] == [(2, width, side, side) for width, side in expected]


@pytest.mark.parametrize("target", [0, 1, 2])
def test_every_stream_reaches_every_other(target: int) -> None:
    channels, sides = (2, 4, 8), (12, 6, 3)
    streams = [
        torch.rand(1, width, side, side, requires_grad=True)
        for width, side in zip(channels, sides, strict=True)
    ]
    fused = Fuse(channels, sides, target).eval()(streams)
    assert fused.shape == (1, channels[target], sides[target], sides[target])
    fused.sum().backward()
    assert all(stream.grad is not None and stream.grad.any() for stream in streams)


@pytest.mark.parametrize("sides", [(12, 6, 2), (3, 2, 1)])  # whole factors, and one of 3 / 2
def test_growing_takes_the_nearest_pixel(sides: tuple[int, int, int]) -> None:
    fuse = Fuse((1, 1, 1), sides, 0).eval()
    for source, path in list(zip(sides, fuse.paths, strict=True))[1:]:
        assert isinstance(path, torch.nn.Sequential)
        coarse = torch.rand(1, 1, source, source)
        grown = torch.nn.functional.interpolate(coarse, size=(sides[0], sides[0]))
        torch.testing.assert_close(path[-1](coarse), grown)


def test_concatenation_keeps_places() -> None:
    fine, coarse = torch.rand(1, 2, 4, 4), torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    scales = Concatenate(4)([fine, coarse])
    torch.testing.assert_close(scales[:, :2], fine)
    assert scales[0, 2].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
