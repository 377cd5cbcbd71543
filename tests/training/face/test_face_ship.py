"""What ships is as small as it may be."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from avatar_bridge.nets.action_units.base import OUTPUT_NAMES, ExportedFace
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION, FaceSource
from avatar_bridge.training.export import export_onnx
from avatar_bridge.training.face import ship as shipping
from avatar_bridge.training.face.build import load_sources
from avatar_bridge.training.face.judge import Reading, torch_reader
from avatar_bridge.training.face.recipe import FaceRecipe
from avatar_bridge.training.tasks.face import FaceTask

MakeTask = Callable[..., FaceTask]


@pytest.fixture
def recipe(make_task: MakeTask) -> FaceRecipe:
    return make_task().recipe


@pytest.fixture
def sources(recipe: FaceRecipe, tiny_data: Path) -> tuple[FaceSource, ...]:
    return load_sources(recipe, tiny_data)


@pytest.fixture
def exported(make_task: MakeTask, tmp_path: Path) -> Path:
    task = make_task()
    torch.manual_seed(0)
    net = task.make_net()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.bias, 0.0, 0.2)  # no two alike, as after a training
    path = tmp_path / "student.onnx"
    export_onnx(task.exported(net), task.outputs, task.recipe.input, path)
    return path


def kinds(path: Path) -> set[str]:
    return {node.op_type for node in onnx.load(str(path)).graph.node}


def test_int8_keeps_the_outputs_near(
    recipe: FaceRecipe,
    sources: tuple[FaceSource, ...],
    exported: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shipping, "MOST_LOSS", 1.0)
    before = exported.read_bytes()
    assert shipping.ship(recipe, exported, sources)
    whole = exported.with_name("student.float32.onnx")
    assert whole.read_bytes() == before
    assert exported.stat().st_size < len(before)
    assert "QuantizeLinear" in kinds(exported)
    assert "QuantizeLinear" not in kinds(whole)
    assert {path.name for path in exported.parent.glob("*.onnx")} == {exported.name, whole.name}
    crops = np.random.default_rng(1).integers(0, 256, (5, 112, 112), np.uint8)
    spec = recipe.input
    said = (shipping.onnx_reader(spec, path)(crops) for path in (exported, whole))
    for name, small, large in zip(OUTPUT_NAMES, *(vars_of(r) for r in said), strict=True):
        assert small.shape == large.shape
        np.testing.assert_allclose(small, large, atol=0.05, err_msg=name)


def vars_of(reading: Reading) -> list[np.ndarray]:
    return [getattr(reading, name) for name in OUTPUT_NAMES]


def test_the_heads_stay_whole(
    recipe: FaceRecipe,
    sources: tuple[FaceSource, ...],
    exported: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shipping, "MOST_LOSS", 1.0)
    assert shipping.ship(recipe, exported, sources)
    graph = onnx.load(str(exported)).graph
    makers = {output: node for node in graph.node for output in node.output}
    node = makers["landmarks"]
    for _ in range(4):  # Reshape, Add, Mul, Gemm
        assert node.op_type != "DequantizeLinear", node.name
        node = makers[next(name for name in node.input if name in makers)]


@pytest.mark.parametrize(("fall", "small"), [(0.009, True), (0.011, False)])
def test_int8_is_taken_only_where_it_costs_little(
    recipe: FaceRecipe,
    sources: tuple[FaceSource, ...],
    exported: Path,
    monkeypatch: pytest.MonkeyPatch,
    fall: float,
    small: bool,
) -> None:
    before = exported.read_bytes()
    # The worst set decides.
    found = iter([{"a": 0.8, "b": 0.5}, {"a": 0.8 - fall, "b": 0.9}])
    monkeypatch.setattr(shipping, "held_out_r", lambda *_: next(found))
    assert shipping.ship(recipe, exported, sources) is small
    assert (exported.read_bytes() != before) is small
    assert exported.with_name("student.float32.onnx").is_file() is small
    assert not exported.with_name("student.int8.onnx").exists()


def test_without_held_out_rows_it_stays_float32(
    recipe: FaceRecipe,
    sources: tuple[FaceSource, ...],
    exported: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = exported.read_bytes()
    taught = [replace(s, splits=np.full_like(s.splits, TRAIN)) for s in sources]
    with caplog.at_level(logging.WARNING):
        assert not shipping.ship(recipe, exported, taught)
    assert "too few rows" in caplog.text
    assert exported.read_bytes() == before
    assert [path.name for path in exported.parent.glob("*.onnx")] == [exported.name]


def test_held_out_rows_decide_not_test_rows(
    recipe: FaceRecipe, sources: tuple[FaceSource, ...], make_task: MakeTask
) -> None:
    net = make_task().make_net()
    asked: list[int] = []
    inner = torch_reader(recipe, net)  # type: ignore[arg-type]

    def reader(crops: np.ndarray) -> Reading:
        asked.append(len(crops))
        return inner(crops)

    held_out = {s.name: len(rows) for s in sources if len(rows := s.rows(VALIDATION))}
    assert held_out
    assert set(shipping.held_out_r(reader, recipe, sources)) == set(held_out)
    assert asked == list(held_out.values())


def test_torch_and_the_file_read_alike(
    recipe: FaceRecipe, make_task: MakeTask, tmp_path: Path
) -> None:
    net = make_task().make_net()
    path = tmp_path / "net.onnx"
    export_onnx(ExportedFace(net), OUTPUT_NAMES, recipe.input, path)  # type: ignore[arg-type]
    crops = np.random.default_rng(1).integers(0, 256, (3, 112, 112), np.uint8)
    ours = torch_reader(recipe, net)(crops)  # type: ignore[arg-type]
    theirs = shipping.onnx_reader(recipe.input, path)(crops)
    for name in OUTPUT_NAMES:
        np.testing.assert_allclose(getattr(theirs, name), getattr(ours, name), atol=1e-4)
