from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.layers.octave import OctaveBlock, OctaveConv
from avatar_bridge.training.export import export_onnx


def test_without_a_low_band_it_is_a_plain_convolution() -> None:
    torch.manual_seed(0)
    layer = OctaveConv(3, 5, 0, 0)
    plain = nn.Conv2d(3, 5, 3, padding=1)
    plain.load_state_dict(
        {name.removeprefix("high_to_high."): v for name, v in layer.state_dict().items()}
    )
    image = torch.randn(2, 3, 7, 6)
    high, low = layer(image)
    assert low is None
    torch.testing.assert_close(high, plain(image))


@pytest.mark.parametrize("size", [(8, 8), (7, 9), (1, 2)])
@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.75])
def test_the_low_band_has_half_the_size(size: tuple[int, int], alpha: float) -> None:
    rows, columns = size
    half = (rows + 1) // 2, (columns + 1) // 2
    few = round(8 * alpha)
    first, middle = OctaveConv(1, 8, 0, alpha), OctaveConv(8, 8, alpha, alpha)
    last = OctaveConv(8, 4, alpha, 0)
    high, low = first(torch.randn(2, 1, rows, columns))
    for _ in range(2):
        assert high.shape == (2, 8 - few, rows, columns)
        assert low is not None
        assert low.shape == (2, few, *half)
        high, low = middle(high, low)
    high, low = last(high, low)
    assert high.shape == (2, 4, rows, columns)
    assert low is None


def test_a_band_too_many_or_too_few_is_told() -> None:
    high, low = torch.zeros(1, 2, 4, 4), torch.zeros(1, 2, 2, 2)
    with pytest.raises(ValueError, match="both bands"):
        OctaveConv(4, 4)(high)
    with pytest.raises(ValueError, match="high band alone"):
        OctaveConv(2, 4, alpha_in=0)(high, low)


def _pointwise(**weights: float) -> OctaveConv:
    """One channel in each band, each of the four convolutions a number."""
    layer = OctaveConv(2, 2, kernel=1)
    for name, value in weights.items():
        convolution = layer.get_submodule(name)
        assert isinstance(convolution, nn.Conv2d)
        nn.init.constant_(convolution.weight, value)
        assert convolution.bias is not None
        nn.init.zeros_(convolution.bias)
    return layer


NUMBERS = {"high_to_high": 2.0, "high_to_low": 3.0, "low_to_high": 5.0, "low_to_low": 7.0}


def test_the_bands_are_mixed_as_printed() -> None:
    high, low = _pointwise(**NUMBERS)(
        torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), torch.tensor([[[[10.0]]]])
    )
    assert high.tolist() == [[[[52.0, 54.0], [56.0, 58.0]]]]
    assert low is not None
    assert low.tolist() == [[[[7 * 10 + 3 * 2.5]]]]


def test_an_odd_edge_counts_twice() -> None:
    high, low = _pointwise(**NUMBERS)(
        torch.arange(9.0).reshape(1, 1, 3, 3), torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    )
    assert high[0, 0].tolist() == [[5, 7, 14], [11, 13, 20], [27, 29, 36]]
    assert low is not None
    assert low[0, 0].tolist() == [[7 + 6, 14 + 10.5], [21 + 19.5, 28 + 24]]


@pytest.mark.parametrize("alpha", [-0.1, 1.0, float("nan")])
@pytest.mark.parametrize("name", ["alpha_in", "alpha_out"])
def test_a_share_that_is_none_is_told(name: str, alpha: float) -> None:
    with pytest.raises(ValueError, match=rf"{name}: expected a share in \[0, 1\)"):
        OctaveConv(4, 4, *((alpha, 0.5) if name == "alpha_in" else (0.5, alpha)))


@pytest.mark.parametrize("name", ["alpha_in", "alpha_out"])
def test_a_share_that_rounds_to_everything_is_told(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}: expected a share that leaves a high band"):
        OctaveConv(4, 4, *((0.9, 0.5) if name == "alpha_in" else (0.5, 0.9)))


@pytest.mark.parametrize("side", [12, 6, 3])
def test_a_block_halves_both_bands(side: int) -> None:
    half = (side + 1) // 2
    first = OctaveBlock(1, 8, 0, 0.25, nn.MaxPool2d(3, 2, 1))
    last = OctaveBlock(8, 4, 0.25, 0, nn.MaxPool2d(3, 2, 1))
    high, low = first(torch.randn(2, 1, side, side))
    assert high.shape == (2, 6, half, half)
    assert low is not None and low.shape == (2, 2, (half + 1) // 2, (half + 1) // 2)
    high, low = last(high, low)
    assert high.shape == (2, 4, (half + 1) // 2, (half + 1) // 2)
    assert low is None


class _Three(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [OctaveConv(3, 4, 0, 0.5), OctaveConv(4, 4), OctaveConv(4, 2, 0.5, 0)]
        )

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        high, low = image, None
        for layer in self.layers:
            high, low = layer(high, low)
        return (high,)


@pytest.mark.parametrize("size", [8, 9])
def test_it_exports(size: int, tmp_path: Path) -> None:
    spec = InputSpec(size=size, channels=3, mean=0.5, std=0.25, margin=1.3)
    export_onnx(_Three(), ("map",), spec, tmp_path / "net.onnx")  # raises where they differ
