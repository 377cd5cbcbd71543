"""Grad-CAM++ finds the evidence, whatever the net."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from avatar_bridge.errors import ConfigError
from avatar_bridge.nets.emotion.base import CLASSES, EmotionNet
from avatar_bridge.nets.registry import NETS
from avatar_bridge.training.emotion.gradcam import heat, look

SIZE = 48
LABEL, INDEX = "surprise", 5
SMALL = {"hr_pcn": {"size": 48, "width": 8}, "pcnn": {"size": 64}, "resnet18": {"size": 48}}


class BrightSpots(EmotionNet):
    """Bright spots speak for surprise, dark ones for anger; nothing else matters.

    Its only convolution looks at the top left of each cell, and `ahead` of the classifier works
    in place, as nets may.
    """

    size, channels = SIZE, 1

    def __init__(self, stride: int = 8) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 2, 3, stride, 1, bias=False)
        self.focus = nn.ReLU()
        self.ahead = nn.ReLU(inplace=True)
        self.fc = nn.Linear(2, CLASSES, bias=False)
        with torch.no_grad():
            self.convolution.weight[0], self.convolution.weight[1] = 1.0, -1.0
            self.fc.weight.zero_()
            self.fc.weight[INDEX, 0], self.fc.weight[0, 1] = 1.0, 1.0

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        maps = self.ahead(self.focus(self.convolution(image)))
        return (self.fc(maps.mean(dim=(2, 3))),)


def spot(x: int, y: int, level: float = 1.0) -> Tensor:
    image = torch.zeros(1, SIZE, SIZE)
    image[:, y - 3 : y + 4, x - 3 : x + 4] = level
    return image


def peak(warm: np.ndarray) -> np.ndarray:
    """x, y in the middle of what is nearly hottest."""
    y, x = np.nonzero(warm > 0.9)
    return np.array([x.mean(), y.mean()]) + 0.5


@pytest.mark.parametrize("place", [(8, 8), (40, 8), (8, 32), (32, 32), (24, 24)])
def test_heat_lies_on_the_evidence_and_moves_with_it(place: tuple[int, int]) -> None:
    warm = heat(BrightSpots(), spot(*place))
    assert warm.shape == (SIZE, SIZE)
    assert warm.dtype == np.float32
    assert np.abs(peak(warm) - place).max() < 2.5  # a cell is 8; laid edge on edge it is 3.5 off
    assert (
        warm[np.hypot(*(np.indices(warm.shape)[::-1] - np.reshape(place, (2, 1, 1)))) > 16].max()
        < 0.1
    )


def test_each_label_has_its_own_heat() -> None:
    both = spot(8, 8) + spot(32, 32, -1.0)
    net = BrightSpots()
    assert np.abs(peak(heat(net, both, label=LABEL)) - 8).max() < 2.5
    assert np.abs(peak(heat(net, both, label="anger")) - 32).max() < 2.5
    assert not heat(net, both, label="fear").any()  # nothing speaks for it


def test_the_likeliest_label_is_explained() -> None:
    found = look(BrightSpots(), spot(8, 8))
    assert found.label == LABEL
    assert sum(found.shares.values()) == pytest.approx(1, abs=1e-5)
    assert max(found.shares, key=found.shares.__getitem__) == LABEL
    assert list(look(BrightSpots(), spot(8, 8), "fer2013").shares) == list(found.shares)[:7]


def test_a_mirrored_picture_has_the_mirrored_heat() -> None:
    image = torch.randn(1, SIZE, SIZE, generator=torch.Generator().manual_seed(2))
    net = BrightSpots()
    mirrored = heat(net, image.flip(-1), label=LABEL)[:, ::-1]
    np.testing.assert_allclose(heat(net, image, label=LABEL), mirrored, atol=1e-5)


def test_the_map_is_the_papers_formula() -> None:
    """Against the formula as printed, on a net whose cells are pixels that look straight ahead."""
    net = BrightSpots(stride=1)
    image = torch.randn(1, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    image = image + image.flip(-1)
    maps = net.focus(net.convolution(image[None])).detach().requires_grad_()
    score = net.fc(maps.mean(dim=(2, 3)))[0, INDEX]
    (g,) = torch.autograd.grad(score, maps)
    total = maps.sum(dim=(2, 3), keepdim=True)
    alpha = (g**2 / (2 * g**2 + total * g**3)).nan_to_num(0)
    weight = (alpha * (score.exp() * g).relu()).sum(dim=(2, 3), keepdim=True)
    expected = (weight * maps).sum(dim=1)[0].relu().detach().numpy()
    expected /= expected.max()
    inside = slice(2, -2)  # where the edges cut nothing off
    warm = heat(net, image, label=LABEL)
    assert np.corrcoef(warm[inside, inside].ravel(), expected[inside, inside].ravel())[0, 1] > 0.99


@pytest.mark.parametrize("name", NETS["emotion"].names())
def test_every_net_can_be_explained(name: str) -> None:
    torch.manual_seed(0)
    net = NETS["emotion"].create(name, **SMALL.get(name, {}))
    assert isinstance(net, EmotionNet)
    net.train().requires_grad_(False)
    state = {key: value.clone() for key, value in net.state_dict().items()}
    image = torch.randn(net.channels, net.size, net.size)
    warm = heat(net, image, "fer2013", "sadness")
    assert warm.shape == (net.size, net.size)
    assert np.isfinite(warm).all()
    assert warm.min() >= 0
    assert warm.max() in (0, 1)
    assert net.training
    assert not net.focus._forward_hooks
    assert all(torch.equal(value, state[key]) for key, value in net.state_dict().items())


@pytest.mark.parametrize(
    ("label_set", "label", "message"),
    [("emotions", "joy", "unknown label 'joy'"), ("moods", None, "unknown label set 'moods'"),
     ("fer2013", "contempt", "unknown label 'contempt'")],
)  # fmt: skip
def test_unknown_labels_name_the_choices(label_set: str, label: str | None, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        heat(BrightSpots(), spot(8, 8), label_set, label)
