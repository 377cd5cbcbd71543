import torch
from torch import nn

from avatar_bridge.inference.card import InputSpec
from avatar_bridge.training.cost import count_multiplications

SPEC = InputSpec(size=8, channels=1, mean=0.5, std=0.25, margin=1.0)


def test_multiplications_are_counted_by_hand() -> None:
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),  # 8 * 8 places * 4 channels * 9
        nn.ReLU(),
        nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2),  # 4 * 4 * 6 * (4 / 2) * 9
        nn.Flatten(),
        nn.Linear(96, 5),
    )
    assert count_multiplications(net, SPEC) == 8 * 8 * 4 * 9 + 4 * 4 * 6 * 2 * 9 + 96 * 5


def test_a_layer_that_runs_twice_counts_twice() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Conv2d(1, 1, 1)

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return self.layer(self.layer(image))

    assert count_multiplications(Twice(), SPEC) == 2 * 64
