"""Two processes on one run."""

import subprocess
import sys
from pathlib import Path

import tomli_w
import torch

from avatar_bridge.training.checkpoint import CHECKPOINT
from avatar_bridge.training.recipe import read_recipe

LAUNCH = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def test_torchrun_shares_a_run(tiny_data: Path, tmp_path: Path) -> None:
    _, recipe = read_recipe("deep_cnn5")
    recipe["data"][0]["options"] = {"folder": "votes", "tile": 64, "validation": 0.3}
    recipe["optim"] |= {"batch": 8, "steps": 3}
    path = tmp_path / "two.toml"
    path.write_text(tomli_w.dumps(recipe), encoding="utf-8")
    fit = ["-m", "avatar_bridge.training.cli", "fit", str(path), "--data", str(tiny_data)]
    result = subprocess.run(
        [sys.executable, *LAUNCH, *fit, "--runs", str(tmp_path / "runs")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("step 3 votes") == 1  # one of them speaks
    state = torch.load(tmp_path / "runs" / recipe["name"] / CHECKPOINT, weights_only=True)
    assert state["step"] == 3
    _, kept = read_recipe(str(tmp_path / "runs" / recipe["name"] / "recipe.toml"))
    assert kept["optim"]["batch"] == 8  # of both


def test_processes_share_their_gradients() -> None:
    program = Path(__file__).with_name("average_gradients.py")
    result = subprocess.run(
        [sys.executable, *LAUNCH, str(program)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "2 processes agree" in result.stdout
