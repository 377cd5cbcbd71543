"""The command line from data to a model that the runtime's own store accepts."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tomli_w
from typer.testing import CliRunner

from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.training import cli
from avatar_bridge.training.face import ship as shipping
from avatar_bridge.training.tasks.face import FaceTask

RUNNER = CliRunner()


def run(*arguments: object) -> str:
    result = RUNNER.invoke(cli.app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_fit_evaluate_export(
    make_task: Callable[..., FaceTask],
    tiny_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    precision: str,
) -> None:
    monkeypatch.setattr(shipping, "MOST_LOSS", 1.0 if precision == "int8" else -1.0)
    recipe = make_task(steps=2).recipe
    path = tmp_path / "recipe.toml"
    path.write_text(tomli_w.dumps(_without_none(recipe.model_dump())), encoding="utf-8")
    runs, models = tmp_path / "runs", tmp_path / "models"
    assert "step 2" in run("fit", path, "--data", tiny_data, "--runs", runs)
    assert "votes_nme" in run("evaluate", path, "--data", tiny_data, "--runs", runs)
    assert precision in run("export", path, "--data", tiny_data, "--runs", runs, "--models", models)
    card = ModelStore(models).find(recipe.name).card
    summary = json.loads((runs / recipe.name / "scores.json").read_text())["summary"]
    assert {"votes_r", "votes_emotion_accuracy", "votes_own_label_accuracy"} <= set(summary)
    assert set(card.scores) == set(summary)
    # The figures are those of the file that ships.
    assert (card.scores == summary) is (precision == "float32")
    assert card.precision == precision
    assert card.gaze == recipe.gaze
    assert card.action_units == recipe.action_units
    assert card.input == recipe.input
    assert len(card.data) == 2


def _without_none(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(item) for item in value]
    return value


def test_list_names_everything() -> None:
    output = run("list")
    assert "student" in output
    kinds = next(line for line in output.splitlines() if line.startswith("faces: "))
    assert kinds == "faces: rendered, shards, tiles"


def test_a_users_mistake_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # restored afterwards
    monkeypatch.setattr(sys, "argv", ["avatar-bridge-train", "fit", "no_such", "--data", "."])
    with pytest.raises(SystemExit) as exit_info:
        cli.main()
    assert exit_info.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("error: unknown recipe 'no_such'")
    assert error.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    make_task: Callable[..., FaceTask],
    tiny_data: Path,
    tmp_path: Path,
) -> None:
    path, taken = tmp_path / "recipe.toml", tmp_path / "taken"
    values = _without_none(make_task(steps=1).recipe.model_dump())
    assert isinstance(values, dict)
    path.write_text(tomli_w.dumps(values), encoding="utf-8")
    taken.touch()
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # restored afterwards
    command = ["avatar-bridge-train", "fit", path, "--data", tiny_data, "--runs", taken]
    monkeypatch.setattr(sys, "argv", [str(word) for word in command])
    with pytest.raises(SystemExit) as exit_info:
        cli.main()
    assert exit_info.value.code == 2
    error = capsys.readouterr().err
    assert "Not a directory" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("text", ["{cut", '{"mood": 1}'])
def test_broken_scores_are_told(
    make_task: Callable[..., FaceTask], tiny_data: Path, tmp_path: Path, text: str
) -> None:
    recipe = make_task(steps=1).recipe
    path, runs = tmp_path / "recipe.toml", tmp_path / "runs"
    values = _without_none(recipe.model_dump())
    assert isinstance(values, dict)
    path.write_text(tomli_w.dumps(values), encoding="utf-8")
    run("fit", path, "--data", tiny_data, "--runs", runs)
    (runs / recipe.name / "scores.json").write_text(text)
    export = ["export", path, "--data", tiny_data, "--runs", runs, "--models", tmp_path / "models"]
    result = RUNNER.invoke(cli.app, [str(word) for word in export])
    assert isinstance(result.exception, ConfigError)
    assert "scores.json: expected scores" in str(result.exception)
