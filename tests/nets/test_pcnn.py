import pytest
import torch

from avatar_bridge.errors import ConfigError, ModelError
from avatar_bridge.nets.emotion.pcnn import Pcnn
from avatar_bridge.nets.emotion.resnet18 import ResNet18

SIZE, SIDE = 128, 8


@pytest.fixture(scope="module", params=[True, False], ids=["overlap", "disjoint"])
def net(request: pytest.FixtureRequest) -> Pcnn:
    torch.manual_seed(0)
    return Pcnn(SIZE, overlap=request.param).eval()


def trained() -> dict[str, torch.Tensor]:
    """Weights of a ResNet-18, all different."""
    state = ResNet18(size=64).state_dict()
    return {name: torch.randn_like(value.float()) for name, value in state.items()}


@pytest.mark.parametrize("size", [32, 100, 0])
def test_a_size_it_cannot_cut_is_refused(size: int) -> None:
    with pytest.raises(ConfigError, match=f"multiple of 32.*got {size}"):
        Pcnn(size)


def test_it_starts_by_passing_local_features_on(net: Pcnn) -> None:
    local = torch.randn(2, 256, SIDE, SIDE)
    with torch.inference_mode():
        torch.testing.assert_close(net.register(local), local, atol=1e-4, rtol=0)


def test_it_can_move_local_features(net: Pcnn) -> None:
    local = torch.randn(2, 256, SIDE, SIDE)
    with torch.no_grad():
        net.transform.bias[2] = 2 / SIDE  # one pixel to the right
        moved = net.register(local)
        net.transform.bias[2] = 0
    torch.testing.assert_close(moved[..., :-1], local[..., 1:], atol=1e-4, rtol=0)


@pytest.mark.parametrize("part", range(5))
def test_a_part_is_felt_where_it_was_cut(net: Pcnn, part: int) -> None:
    region = net.regions[part]
    before = torch.randn(1, 1, SIZE, SIZE)
    after = before.clone()
    after[(0, 0, *region.box(SIZE))] += 1
    # Only the parts that look at these pixels may change.
    touched = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    changed = after != before
    for other in net.regions:
        if changed[(0, 0, *other.box(SIZE))].any():
            touched[other.box(SIDE)] = True
    with torch.inference_mode():
        difference = net.local_features(after) - net.local_features(before)
    moved = difference[0].abs().amax(dim=0) > 1e-5
    assert moved[region.box(SIDE)].any()
    assert not moved[~touched].any()


def test_fronts_and_refinement_take_trained_weights() -> None:
    net, state = Pcnn(64), trained()
    head = net.fc.weight.clone()
    net.load_fronts(state)
    assert len(net.parts) == 5
    for front in (net.whole, *net.parts.values()):
        for name, value in front.state_dict().items():
            torch.testing.assert_close(value, state[name].to(value.dtype))
    for name, value in net.layer4.state_dict().items():
        torch.testing.assert_close(value, state[f"layer4.{name}"].to(value.dtype))
    torch.testing.assert_close(net.fc.weight, head)


def test_weights_that_do_not_fit_are_named() -> None:
    net, state = Pcnn(64, channels=3), trained()
    with pytest.raises(ModelError, match=r"stem\.0\.weight: expected .*3, 7, 7.*got .*1, 7, 7"):
        net.load_fronts(state)
    del state["stem.0.weight"]
    with pytest.raises(ModelError, match=r"stem\.0\.weight.*got none"):
        net.load_fronts(state)
