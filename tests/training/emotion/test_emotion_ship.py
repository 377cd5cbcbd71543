"""From a run to the installed model, by the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import tomli_w
import torch
from typer.testing import CliRunner

from avatar_bridge.errors import ConfigError, ModelError
from avatar_bridge.facs.emotions import LABELS
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.training import cli
from avatar_bridge.training.emotion import ship as shipping
from avatar_bridge.training.emotion.judge import onnx_reader, torch_reader
from avatar_bridge.training.export import export_onnx
from avatar_bridge.training.quantise import quantise
from avatar_bridge.training.tasks.emotion import EmotionTask

MakeTask = Callable[..., EmotionTask]
RUNNER = CliRunner()


def run(*arguments: object) -> str:
    result = RUNNER.invoke(cli.app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_fit_evaluate_export_compare_explain(
    make_emotion_task: MakeTask, tiny_data: Path, tmp_path: Path
) -> None:
    recipe = make_emotion_task(steps=2).recipe
    path = tmp_path / "recipe.toml"
    values = recipe.model_dump(exclude_none=True)
    path.write_text(tomli_w.dumps(values), encoding="utf-8")
    runs, models, out = tmp_path / "runs", tmp_path / "models", tmp_path / "out"
    assert "step 2 votes" in run("fit", path, "--data", tiny_data, "--runs", runs)
    assert "votes_emotion_accuracy" in run("evaluate", path, "--data", tiny_data, "--runs", runs)
    assert (runs / recipe.name / "votes_confusion.png").stat().st_size > 1000
    assert (runs / recipe.name / "votes_predictions.csv").is_file()
    table = (runs / recipe.name / "votes_scores.csv").read_text().splitlines()
    assert table[0].startswith("subset,labels,rows,accuracy")
    assert [line.split(",")[0] for line in table[1::2]] == ["all", "mask", "glasses", "object"]
    summary = json.loads((runs / recipe.name / "scores.json").read_text())["summary"]
    run("export", path, "--data", tiny_data, "--runs", runs, "--models", models)
    model = ModelStore(models).find(recipe.name)
    assert model.card.task == "emotion"
    assert model.card.emotions == LABELS
    assert model.card.input == recipe.input
    assert set(model.card.scores) == set(summary)
    said = run("compare", path, "--data", tiny_data, "--models", models, "--out", out)
    assert recipe.name in said
    header, row = (out / "compare.csv").read_text().splitlines()
    assert header.startswith("net,FER-2013,FER+")
    assert row.startswith(recipe.name)
    assert (out / "compare.png").stat().st_size > 1000
    face = tmp_path / "face.png"
    cv2.imwrite(str(face), np.random.default_rng(0).integers(0, 256, (48, 48), np.uint8))
    run("explain", path, face, "--runs", runs, "--out", out)
    assert (out / "face_heat.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "student"], "expected the recipe of an emotion net"),
        (["fit", "deep_cnn5", "--set", "net.options.dropout=2.0"], "expected options that"),
    ],
)
def test_a_users_mistake_is_told(
    arguments: list[str], message: str, tiny_data: Path, tmp_path: Path,
    make_emotion_task: MakeTask, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)  # where a run would be begun
    recipe = tmp_path / "recipe.toml"
    values = make_emotion_task().recipe.model_dump(exclude_none=True)
    recipe.write_text(tomli_w.dumps(values), encoding="utf-8")
    command = [str(recipe) if argument == "deep_cnn5" else argument for argument in arguments]
    result = RUNNER.invoke(cli.app, [*command, "--data", str(tiny_data)])
    assert isinstance(result.exception, ConfigError)
    assert message in str(result.exception)


@pytest.fixture
def exported(
    make_emotion_task: MakeTask, tmp_path: Path
) -> tuple[EmotionTask, torch.nn.Module, Path]:
    torch.manual_seed(0)
    task = make_emotion_task()
    net = task.make_net().eval()
    path = tmp_path / "net.onnx"
    export_onnx(task.exported(net), task.outputs, task.recipe.input, path)
    return task, net, path


def test_int8_is_small_static_and_per_channel(
    exported: tuple[EmotionTask, torch.nn.Module, Path], tmp_path: Path
) -> None:
    task, _, path = exported
    small = tmp_path / "small.onnx"
    images = np.random.default_rng(0).standard_normal((16, 1, 48, 48), np.float32)
    quantise(path, small, images)
    assert small.stat().st_size < 0.4 * path.stat().st_size
    graph = onnx.load(small).graph
    kinds = {node.op_type for node in graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= kinds
    scales = [t for t in graph.initializer if t.name.endswith("_scale")]
    assert any(len(t.dims) == 1 and t.dims[0] == 256 for t in scales)  # the widest convolution
    tiles = np.random.default_rng(1).integers(0, 256, (5, 48, 48), np.uint8)
    spec = task.recipe.input
    whole, coarse = onnx_reader(path, spec)(tiles), onnx_reader(small, spec)(tiles)
    for name, probabilities in coarse.items():
        np.testing.assert_allclose(probabilities, whole[name], atol=0.1)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-3)


def test_torch_and_the_file_read_alike(
    exported: tuple[EmotionTask, torch.nn.Module, Path],
) -> None:
    task, net, path = exported
    tiles = np.random.default_rng(1).integers(0, 256, (5, 64, 64), np.uint8)
    spec = task.recipe.input
    ours, theirs = torch_reader(spec, net)(tiles), onnx_reader(path, spec)(tiles)
    for name, probabilities in ours.items():
        np.testing.assert_allclose(theirs[name], probabilities, atol=1e-4)


@pytest.mark.parametrize(("fall", "small"), [(0.004, True), (0.006, False)])
def test_int8_is_taken_only_where_it_costs_little(
    exported: tuple[EmotionTask, torch.nn.Module, Path],
    tiny_data: Path,
    monkeypatch: pytest.MonkeyPatch,
    fall: float,
    small: bool,
) -> None:
    task, net, path = exported
    before = path.read_bytes()
    found = iter([{"a": 0.8}, {"a": 0.8}, {"a": 0.8 - fall}])
    monkeypatch.setattr(shipping, "held_out_accuracy", lambda *_: next(found))
    spec = task.recipe.input
    sources = task.read(tiny_data)
    assert shipping.ship(torch_reader(spec, net), path, spec, sources, True) is small
    assert (path.read_bytes() != before) is small
    assert not list(path.parent.glob("*.int8.onnx"))


def test_int8_is_not_taken_where_nothing_is_held_out(
    exported: tuple[EmotionTask, torch.nn.Module, Path],
    tiny_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task, net, path = exported
    before = path.read_bytes()
    monkeypatch.setattr(shipping, "held_out_accuracy", lambda *_: {})
    spec = task.recipe.input
    assert not shipping.ship(torch_reader(spec, net), path, spec, task.read(tiny_data), True)
    assert path.read_bytes() == before


def test_sets_of_other_tiles_are_calibrated_together(
    exported: tuple[EmotionTask, torch.nn.Module, Path],
    tiny_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task, net, path = exported
    (source,) = task.read(tiny_data)
    fields = {n: getattr(source, n) for n in source.__slots__}
    finer = type(source)(**fields | {"images": source.images.repeat(2, axis=1).repeat(2, axis=2)})
    monkeypatch.setattr(shipping, "MOST_LOSS", 1.0)
    spec = task.recipe.input
    assert shipping.ship(torch_reader(spec, net), path, spec, (source, finer), True)


def test_a_rank_that_is_too_low_is_told(
    exported: tuple[EmotionTask, torch.nn.Module, Path],
    tiny_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task, net, path = exported
    found = iter([{"a": 0.8}, {"a": 0.7}])
    monkeypatch.setattr(shipping, "held_out_accuracy", lambda *_: next(found))
    spec = task.recipe.input
    with pytest.raises(ModelError, match="raise rank"):
        shipping.ship(torch_reader(spec, net), path, spec, task.read(tiny_data), True)


def test_the_held_out_rows_decide_not_the_test_rows(
    make_emotion_task: MakeTask, tiny_data: Path
) -> None:
    (source,) = make_emotion_task().read(tiny_data)
    asked: list[int] = []

    def reader(tiles: np.ndarray) -> dict[str, np.ndarray]:
        asked.append(len(tiles))
        return {"emotions": np.eye(8)[[0] * len(tiles)], "fer2013": np.eye(7)[[0] * len(tiles)]}

    shipping.held_out_accuracy(reader, [source])
    assert asked == [len(source.rows(1))]
