"""Every net of the cascades is tested by existing."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.detection.base import (
    INPUT_NAME,
    ExportedWindow,
    WindowNet,
    face_chance,
)
from avatar_bridge.nets.registry import nets
from avatar_bridge.training.cost import count_multiplications
from avatar_bridge.training.export import export_onnx

NAMES = [name for name in nets("detection").names() if name != "ssd"]
ABLATIONS: list[tuple[str, dict[str, Any]]] = [
    ("immtcnn_pnet", {"octave": True}),
    *(("immtcnn_rnet", {"alpha": alpha}) for alpha in (0.0, 0.25, 0.75)),
    *(("immtcnn_onet", {"hr_pcn": False, "alpha": alpha}) for alpha in (0.0, 0.5)),
    ("immtcnn_onet", {"alpha": 0.0, "width": 4}),
]
CASES = [*((name, {}) for name in NAMES), *ABLATIONS]
PNETS = [case for case in CASES if case[0].endswith("pnet")]
SIDES = {"pnet": 12, "rnet": 24, "onet": 48}


def make(name: str, options: dict[str, Any]) -> WindowNet:
    torch.manual_seed(0)
    net = nets("detection").create(name, **options)
    assert isinstance(net, WindowNet)
    # Branches that start at zero would be neither taught nor compared.
    for weight in net.parameters():
        if not weight.any():
            torch.nn.init.uniform_(weight, 0.0, 0.1)
    return net.eval()


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def net(request: pytest.FixtureRequest) -> WindowNet:
    return make(*request.param)


def spec_of(net: WindowNet) -> InputSpec:
    return InputSpec(size=net.size, channels=1, mean=0.5, std=0.25, margin=1.0)


def windows(net: WindowNet, count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(count)
    return torch.randn(count, net.channels, net.size, net.size, generator=generator)


@pytest.mark.parametrize("name", NAMES)
def test_each_stage_has_its_window(name: str) -> None:
    stage = name.split("_")[1]
    net = make(name, {})
    assert net.size == SIDES[stage]
    assert net.slides is (stage == "pnet")
    assert net.heads.expressive is (name == "immtcnn_onet")


@pytest.mark.parametrize("count", [1, 3])
def test_each_window_gets_an_answer(net: WindowNet, count: int) -> None:
    place = (1, 1) if net.slides else ()
    with torch.inference_mode():
        output = net(windows(net, count))
    assert output.face.shape == (count, 2, *place)
    assert output.box.shape == (count, 4, *place)
    assert output.points.shape == (count, 10, *place)
    if net.heads.expressive:
        assert output.expressions is not None and output.expressions.shape == (count, 7)
    else:
        assert output.expressions is None


@pytest.mark.parametrize(("name", "options"), PNETS, ids=str)
@pytest.mark.parametrize("size", [(12, 12), (21, 26)])
def test_a_place_of_a_map_answers_as_its_window(
    name: str, options: dict[str, Any], size: tuple[int, int]
) -> None:
    net = make(name, options)
    picture = torch.randn(1, 1, *size)
    cut = picture.unfold(2, 12, 2).unfold(3, 12, 2)  # (1, 1, h, w, 12, 12)
    rows, columns = cut.shape[2:4]
    with torch.inference_mode():
        whole = net(picture)
        single = net(cut.reshape(-1, 1, 12, 12))
    for over, alone in zip(whole[:3], single[:3], strict=True):
        assert over.shape[2:] == (rows, columns)
        torch.testing.assert_close(over.flatten(2)[0].T, alone[..., 0, 0], atol=1e-4, rtol=0)


def test_every_weight_is_taught(net: WindowNet) -> None:
    net.train()
    output = net(windows(net, 4))
    sum(part.square().sum() for part in output if part is not None).backward()
    lost = [
        name
        for name, weight in net.named_parameters()
        if weight.grad is None or not torch.isfinite(weight.grad).all() or not weight.grad.any()
    ]
    net.zero_grad()
    net.eval()
    assert lost == []


def test_onnx_agrees_with_torch(net: WindowNet, tmp_path: Path) -> None:
    exported, path = ExportedWindow(net), tmp_path / "net.onnx"
    export_onnx(exported, exported.outputs, spec_of(net), path)  # raises where they differ
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = dict(
        zip(
            exported.outputs,
            session.run(list(exported.outputs), {INPUT_NAME: windows(net, 2).numpy()}),
            strict=True,
        )
    )
    assert got["face"].shape[:2] == (2, 1)
    assert ((got["face"] >= 0) & (got["face"] <= 1)).all()
    if "expressions" in got:
        np.testing.assert_allclose(got["expressions"].sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(("shape", "axis"), [((3, 2), 1), ((3, 2, 4, 5), 1), ((3, 6, 2), 2)])
def test_the_chance_of_a_face_is_the_softmaxs(shape: tuple[int, ...], axis: int) -> None:
    logits = 9 * torch.randn(shape)
    expected = torch.softmax(logits, dim=axis).narrow(axis, 1, 1)
    torch.testing.assert_close(face_chance(logits, axis), expected)


@pytest.mark.parametrize(("name", "options"), PNETS, ids=str)
def test_an_exported_net_slides_over_odd_pictures(
    name: str, options: dict[str, Any], tmp_path: Path
) -> None:
    net, path = make(name, options), tmp_path / "net.onnx"
    exported = ExportedWindow(net)
    export_onnx(exported, exported.outputs, spec_of(net), path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    picture = torch.randn(1, 1, 37, 25)
    with torch.inference_mode():
        expected = exported(picture)
    got = session.run(list(exported.outputs), {INPUT_NAME: picture.numpy()})
    for left, right in zip(expected, got, strict=True):
        np.testing.assert_allclose(right, left.numpy(), atol=1e-4)
    assert got[0].shape == (1, 1, 13, 7)


def test_the_low_band_saves_multiplications() -> None:
    for name, options in (("immtcnn_rnet", {}), ("immtcnn_onet", {"hr_pcn": False})):
        counts = []
        for alpha in (0.0, 0.25, 0.5, 0.75):
            net = make(name, {"alpha": alpha, **options})
            counts.append(count_multiplications(net, spec_of(net)))
        assert counts == sorted(counts, reverse=True)


def test_the_pair_takes_the_place_of_a_square_kernel() -> None:
    pair = next(make("immtcnn_pnet", {}).features.children())[0]
    kernel = torch.einsum("oh,ow->ohw", pair[0].weight[:, 0, :, 0], pair[1].weight[:, 0, 0])
    picture = torch.randn(1, 1, 12, 12)
    bias = pair[0].bias * pair[1].weight.sum(dim=(1, 2, 3)) + pair[1].bias
    square = torch.nn.functional.conv2d(picture, kernel[:, None], bias)
    torch.testing.assert_close(pair(picture), square)


def test_the_improved_pnet_has_the_papers_filters() -> None:
    convolutions = [
        module
        for module in make("immtcnn_pnet", {}).modules()
        if isinstance(module, torch.nn.Conv2d)
    ]
    assert [module.kernel_size for module in convolutions[:3]] == [(3, 1), (1, 3), (3, 3)]
    assert [module.out_channels for module in convolutions[:4]] == [12, 12, 16, 32]


@pytest.mark.parametrize(
    ("name", "published", "first", "hidden"),
    [
        ("mtcnn_pnet", 6_632, 10, 32),
        ("mtcnn_rnet", 100_178, 28, 128),
        ("mtcnn_onet", 389_040, 32, None),
    ],
)
def test_the_plain_nets_have_the_published_number_of_weights(
    name: str, published: int, first: int, hidden: int | None
) -> None:
    # The public weights read three colours, and P-Net's and R-Net's leave the points out.
    colours = 2 * 9 * first
    points = 0 if hidden is None else 10 * (hidden + 1)
    count = sum(weight.numel() for weight in make(name, {}).parameters())
    assert count == published - colours + points
