"""Every face net is tested by existing."""

from pathlib import Path

import onnx
import pytest
import torch

from avatar_bridge.errors import ConfigError, ModelError
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.action_units.base import OUTPUT_NAMES, ExportedFace, FaceNet
from avatar_bridge.nets.registry import nets
from avatar_bridge.training.export import check_parity, export_onnx

UNITS = ACTION_UNIT_NAMES[:10]
NAMES = nets("face").names()
# Thin nets, which are quick to test; at full width each has as many weights as its paper says.
THIN = {name: {"width": 12 if name == "student" else 0.125} for name in NAMES}
MILLIONS = {
    "baseline": (1.5, 1.8), "resnet50_gcn": (24, 27), "se_gcn": (8, 11), "se_resnet50": (26, 31),
    "se_resnet50_gcn": (26, 30), "se_resnet50_nogcn": (26, 27), "student": (1.8, 2.0),
}  # fmt: skip


@pytest.fixture(params=NAMES)
def net(request: pytest.FixtureRequest) -> FaceNet:
    torch.manual_seed(0)
    made = nets("face").create(request.param, UNITS, **THIN[request.param])
    assert isinstance(made, FaceNet)
    return made


def spec_of(net: FaceNet) -> InputSpec:
    return InputSpec(size=net.size, channels=net.channels, mean=0.5, std=0.25, margin=1.3)


def picture(net: FaceNet, count: int = 2) -> torch.Tensor:
    return torch.randn(count, net.channels, net.size, net.size)


def test_an_unknown_task_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="face"):
        nets("smell")


def test_outputs_have_their_shapes(net: FaceNet) -> None:
    output = net(picture(net, 3))
    assert output.presence.shape == (3, 1)
    assert output.landmarks.shape == (3, 70, 2)
    assert output.action_units.shape == (3, len(UNITS))
    assert output.emotions.shape == (3, 7)
    assert output.gaze.shape == (3, 2, 2)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_as_large_as_its_paper_says(name: str) -> None:
    with torch.device("meta"):
        made = nets("face").create(name, UNITS)
    least, most = MILLIONS[name]
    assert least < sum(parameter.numel() for parameter in made.parameters()) / 1e6 < most


def test_every_weight_is_taught(net: FaceNet) -> None:
    net.train()
    output = net(picture(net, 4))
    # Some weights sleep behind a branch that starts at zero; none may be cut off for good.
    sum(part.square().sum() for part in output).backward()
    assert [name for name, weight in net.named_parameters() if weight.grad is None] == []


def test_training_starts_from_the_mean_face(net: FaceNet) -> None:
    shape = torch.rand(70, 2)
    net.start_at(shape, torch.full((70, 2), 1e-6), torch.full((len(UNITS),), 0.2))
    net.eval()
    with torch.inference_mode():
        points = net(picture(net)).landmarks
    torch.testing.assert_close(points, shape.expand_as(points), atol=1e-3, rtol=0)


def test_exported_outputs_are_in_range(net: FaceNet) -> None:
    net.eval()
    with torch.inference_mode():
        presence, _, units, emotions, _ = ExportedFace(net)(picture(net))
    for part in (presence, units, emotions):
        assert part.min() >= 0 and part.max() <= 1
    torch.testing.assert_close(emotions.sum(dim=1), torch.ones(2))


def test_onnx_agrees_with_torch(net: FaceNet, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    export_onnx(ExportedFace(net), OUTPUT_NAMES, spec_of(net), path)  # raises where they differ
    graph = onnx.load(str(path)).graph
    assert [output.name for output in graph.output] == list(OUTPUT_NAMES)
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_another_nets_onnx_is_refused(net: FaceNet, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    export_onnx(ExportedFace(net), OUTPUT_NAMES, spec_of(net), path)
    with torch.no_grad():
        net.get_parameter("presence.bias").add_(1.0)
    with pytest.raises(ModelError, match="presence"):
        check_parity(ExportedFace(net).eval(), OUTPUT_NAMES, spec_of(net), path)
