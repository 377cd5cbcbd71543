import pytest
import torch

from avatar_bridge.nets.layers.bottleneck import SHALLOW, Bottleneck, BottleneckTrunk
from avatar_bridge.nets.layers.pyramid import MultiScale
from avatar_bridge.nets.layers.squeeze_excite import SqueezeExcite


def test_squeeze_and_excite_weighs_whole_channels() -> None:
    torch.manual_seed(0)
    layer = SqueezeExcite(8, reduction=2)
    features = torch.rand(3, 8, 5, 4) + 0.1
    factors = layer(features) / features
    torch.testing.assert_close(factors, factors[:, :, :1, :1].expand_as(factors))
    assert 0 < factors.min() < factors.max() < 1
    assert factors[:, :, 0, 0].std(dim=0).min() > 0  # every picture has its own


def test_squeeze_and_excite_looks_at_the_whole_map() -> None:
    torch.manual_seed(0)
    layer = SqueezeExcite(8)
    features = torch.randn(1, 8, 4, 4)
    shuffled = features.flatten(2)[:, :, torch.randperm(16)].reshape(features.shape)
    share, other = layer(features) / features, layer(shuffled) / shuffled
    torch.testing.assert_close(share[:, :, 0, 0], other[:, :, 0, 0])


def test_squeeze_and_excite_is_as_narrow_as_it_says() -> None:
    assert SqueezeExcite(256).squeeze.out_features == 16
    assert SqueezeExcite(32).squeeze.out_features == 4  # and never thinner


@pytest.mark.parametrize("squeeze", [True, False])
def test_a_new_bottleneck_is_its_shortcut(squeeze: bool) -> None:
    features = torch.rand(2, 16, 6, 6)
    before = features.clone()
    block = Bottleneck(16, 4, squeeze=squeeze).eval()
    torch.testing.assert_close(block(features), before)
    torch.testing.assert_close(features, before)


@pytest.mark.parametrize(("stride", "side"), [(1, 7), (2, 4)])
def test_a_bottleneck_quadruples_its_middle(stride: int, side: int) -> None:
    assert Bottleneck(6, 4, stride)(torch.randn(2, 6, 7, 7)).shape == (2, 16, side, side)


def test_squeeze_and_excite_comes_last_in_the_branch() -> None:
    assert isinstance(Bottleneck(16, 4).branch[-1], SqueezeExcite)
    without = Bottleneck(16, 4, squeeze=False)
    assert not any(isinstance(module, SqueezeExcite) for module in without.modules())


def test_the_trunk_halves_the_picture_five_times() -> None:
    trunk = BottleneckTrunk(width=0.0625, depths=SHALLOW)
    assert trunk.outputs == (16, 32, 64, 128)
    maps = trunk(torch.randn(1, 1, 64, 64))
    assert [tuple(m.shape) for m in maps] == [
        (1, 16, 16, 16), (1, 32, 8, 8), (1, 64, 4, 4), (1, 128, 2, 2),
    ]  # fmt: skip


def test_the_trunk_is_as_deep_as_it_is_told() -> None:
    trunk = BottleneckTrunk(width=0.0625, depths=(1, 2, 3, 1))
    assert [len(list(stage.children())) for stage in trunk.stages] == [1, 2, 3, 1]


@pytest.mark.parametrize("size", [64, 96, 112])
def test_scales_meet_on_one_map_whatever_the_picture(size: int) -> None:
    trunk = BottleneckTrunk(width=0.0625, depths=SHALLOW)
    merge = MultiScale(trunk.outputs, 6, 12)
    assert merge(trunk(torch.randn(1, 1, size, size))).shape == (1, 6, 12, 12)


def test_every_scale_reaches_the_map() -> None:
    torch.manual_seed(0)
    merge = MultiScale((2, 3), 4, 4).eval()
    maps = [torch.rand(1, 2, 8, 8), torch.rand(1, 3, 2, 2)]
    both = merge(maps)
    for place in range(2):
        other = [m + 1 if i == place else m for i, m in enumerate(maps)]
        assert not torch.allclose(merge(other), both)
