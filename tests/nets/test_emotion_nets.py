"""Every emotion net is tested by existing."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.emotion.base import (
    CLASSES,
    INPUT_NAME,
    LABEL_SETS,
    OUTPUT_NAMES,
    EmotionNet,
    ExportedEmotion,
)
from avatar_bridge.nets.registry import nets
from avatar_bridge.training.export import export_onnx

# Sizes at which the nets that take one are quick to test.
SMALL: dict[str, dict[str, Any]] = {
    "hr_pcn": {"size": 48, "width": 8},
    "pcnn": {"size": 64},
}
NAMES = nets("emotion").names()


@pytest.fixture(scope="module", params=NAMES)
def net(request: pytest.FixtureRequest) -> EmotionNet:
    torch.manual_seed(0)
    made = nets("emotion").create(request.param, **SMALL.get(request.param, {}))
    assert isinstance(made, EmotionNet)
    # Branches that start at zero would be neither taught nor compared.
    for weight in made.parameters():
        if not weight.any():
            torch.nn.init.uniform_(weight, 0.0, 0.1)
    return made.eval()


def picture(net: EmotionNet, count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(count)
    return torch.randn(count, net.channels, net.size, net.size, generator=generator)


@pytest.mark.parametrize("count", [1, 3])
def test_each_branch_gives_every_class(net: EmotionNet, count: int) -> None:
    with torch.inference_mode():
        branches = net(picture(net, count))
    assert isinstance(branches, tuple)
    assert [branch.shape for branch in branches] == [(count, CLASSES)] * len(branches)


def test_it_answers_alike_twice(net: EmotionNet) -> None:
    with torch.inference_mode():
        first, second = net(picture(net, 2)), net(picture(net, 2))
    for left, right in zip(first, second, strict=True):
        torch.testing.assert_close(left, right, atol=0, rtol=0)


def test_the_focus_is_a_map(net: EmotionNet) -> None:
    seen: list[torch.Tensor] = []
    handle = net.focus.register_forward_hook(lambda *call: seen.append(call[2]))
    with torch.inference_mode():
        net(picture(net, 2))
    handle.remove()
    assert len(seen) == 1
    count, _, height, width = seen[0].shape
    assert count == 2 and height == width > 1


def test_every_weight_is_taught(net: EmotionNet) -> None:
    net.train()
    sum(branch.square().sum() for branch in net(picture(net, 2))).backward()
    lost = [
        name
        for name, weight in net.named_parameters()
        if weight.grad is None or not torch.isfinite(weight.grad).all() or not weight.grad.any()
    ]
    net.zero_grad()
    net.eval()
    assert lost == []


def test_no_weight_goes_by_two_names(net: EmotionNet) -> None:
    names = [name for name, _ in net.named_parameters(remove_duplicate=False)]
    assert len(names) == len(list(net.parameters()))


def test_onnx_agrees_with_torch(net: EmotionNet, tmp_path: Path) -> None:
    spec = InputSpec(size=net.size, channels=net.channels, mean=0.5, std=0.25, margin=1.2)
    path = tmp_path / "net.onnx"
    export_onnx(ExportedEmotion(net), OUTPUT_NAMES, spec, path)  # raises where they differ
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = session.run(list(OUTPUT_NAMES), {INPUT_NAME: picture(net, 2).numpy()})
    assert [part.shape for part in got] == [(2, classes) for classes in LABEL_SETS.values()]
    for part in got:
        np.testing.assert_allclose(part.sum(axis=1), 1, atol=1e-5)
