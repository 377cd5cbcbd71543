"""A run goes on only under the recipe that it was begun with."""

from pathlib import Path

import pytest
import torch

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.checkpoint import CHECKPOINT
from avatar_bridge.training.runs import KEPT, keep_recipe, run_task
from avatar_bridge.training.task import load_task


def begun(runs: Path, *changes: str) -> Path:
    recipe = load_task("deep_cnn5", changes=changes).recipe
    folder = runs / recipe.name
    keep_recipe(recipe, folder)
    torch.save({}, folder / CHECKPOINT)
    return folder


def test_another_recipe_is_refused(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    before = (folder / KEPT).read_text()
    for change in ("net.options.dropout=0.5", "optim.rate=1.0", "augment.mixup=0.1", "seed=9"):
        other = load_task("deep_cnn5", changes=[change]).recipe
        section = change.split("=")[0].split(".")[0]
        with pytest.raises(ConfigError, match=rf"another \[{section}\]"):
            keep_recipe(other, folder)
    assert (folder / KEPT).read_text() == before


def test_a_run_may_get_longer(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    keep_recipe(load_task("deep_cnn5", changes=["optim.steps=9"]).recipe, folder)
    assert "steps = 9" in (folder / KEPT).read_text()


def test_a_run_is_judged_with_its_own_net(tmp_path: Path) -> None:
    begun(tmp_path, "net.options.dropout=0.5", "input.mean=0.4")
    task, folder = run_task("deep_cnn5", tmp_path)
    assert task.recipe.net.options == {"dropout": 0.5}
    assert task.recipe.input.mean == 0.4
    assert task.recipe.notes == load_task("deep_cnn5").recipe.notes
    assert folder == tmp_path / "deep_cnn5"


def test_a_recipe_that_was_never_run_is_taken_as_it_is(tmp_path: Path) -> None:
    task, _ = run_task("deep_cnn5", tmp_path)
    assert task.recipe == load_task("deep_cnn5").recipe


def test_a_broken_kept_recipe_is_told(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    (folder / KEPT).write_text("net = [")
    with pytest.raises(ConfigError, match="expected the recipe of a run"):
        run_task("deep_cnn5", tmp_path)
