from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.detection.priors import corners, decode, encode, grid_priors
from avatar_bridge.nets.detection.ssd import PRIORS, ExportedSsd, Ssd
from avatar_bridge.nets.registry import nets
from avatar_bridge.training.export import export_onnx


@pytest.fixture(scope="module")
def net() -> Ssd:
    torch.manual_seed(0)
    made = nets("detection").create("ssd")
    assert isinstance(made, Ssd)
    return made.eval()


def count_priors(height: int, width: int) -> int:
    return sum(
        (height // stride) * (width // stride) * len(sides) for stride, sides in PRIORS.items()
    )


@pytest.mark.parametrize("size", [(320, 320), (64, 96)])
def test_each_prior_gets_an_answer(net: Ssd, size: tuple[int, int]) -> None:
    count = count_priors(*size)
    with torch.inference_mode():
        output = net(torch.randn(2, 1, *size))
    assert output.face.shape == (2, count, 2)
    assert output.box.shape == (2, count, 4)
    assert output.priors.shape == (count, 3)


def test_an_answer_is_of_the_prior_in_its_place(net: Ssd) -> None:
    picture = torch.randn(1, 1, 128, 128, requires_grad=True)
    output = net(picture)
    places = output.priors.tolist()
    output.face[0, places.index([120.0, 8.0, PRIORS[16][0]])].sum().backward()
    assert picture.grad is not None
    rows, columns = picture.grad[0, 0].nonzero().T.float().mean(dim=1)  # of what it looked at
    assert rows < 64 < columns
    net.zero_grad()


def test_priors_stand_on_the_middles_of_cells() -> None:
    priors = grid_priors(torch.zeros(1, 1, 1, 2), 16, (10.0, 20.0))
    assert priors.tolist() == [[8, 8, 10], [8, 8, 20], [24, 8, 10], [24, 8, 20]]
    assert corners(priors)[0].tolist() == [3, 3, 13, 13]


def test_boxes_come_back() -> None:
    priors = torch.tensor([[8.0, 8.0, 10.0], [40.0, 8.0, 32.0]])
    boxes = torch.tensor([[[2.0, 1.0, 12.0, 9.0], [30.0, -4.0, 50.0, 20.0]]])
    torch.testing.assert_close(decode(encode(boxes, priors), priors), boxes)
    assert encode(corners(priors), priors).abs().max() == 0


def test_onnx_agrees_with_torch_at_any_size(net: Ssd, tmp_path: Path) -> None:
    exported, path = ExportedSsd(net), tmp_path / "net.onnx"
    spec = InputSpec(size=64, channels=1, mean=0.5, std=0.25, margin=1.0)
    export_onnx(exported, exported.outputs, spec, path)  # raises where they differ
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    picture = torch.randn(2, 1, 96, 160)
    face, box = session.run(list(exported.outputs), {"image": picture.numpy()})
    count = count_priors(96, 160)
    assert face.shape == (2, count) and box.shape == (2, count, 4)
    assert ((face >= 0) & (face <= 1)).all()
    with torch.inference_mode():
        expected = exported(picture)
    np.testing.assert_allclose(face, expected[0].numpy(), atol=1e-4)
    np.testing.assert_allclose(box, expected[1].numpy(), atol=1e-2)


def test_every_weight_is_taught() -> None:
    net = Ssd()
    output = net(torch.randn(2, 1, 64, 64))
    (output.face.square().sum() + output.box.square().sum()).backward()
    assert all(weight.grad is not None and weight.grad.any() for weight in net.parameters())
