import pytest
import torch

from avatar_bridge.nets.layers.resnet import Stem, Unit, stage


@pytest.mark.parametrize("channels", [1, 3])
def test_the_stem_quarters_the_picture(channels: int) -> None:
    assert Stem(channels)(torch.randn(2, channels, 32, 32)).shape == (2, 64, 8, 8)


@pytest.mark.parametrize(("outputs", "stride", "side"), [(4, 1, 8), (4, 2, 4), (6, 1, 8)])
def test_a_stage_halves_the_map_once(outputs: int, stride: int, side: int) -> None:
    assert stage(4, outputs, stride)(torch.randn(2, 4, 8, 8)).shape == (2, outputs, side, side)


def test_a_new_unit_is_its_shortcut() -> None:
    features = torch.rand(2, 4, 8, 8)
    before = features.clone()
    torch.testing.assert_close(Unit(4, 4).eval()(features), before)
    torch.testing.assert_close(features, before)
