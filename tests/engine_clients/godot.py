"""The Godot client's tests on a real Godot, which is looked for in `GODOT`, then on the path."""

import os
import re
import shutil
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2] / "engine_clients" / "godot"
PATIENCE_S = 120.0
NEEDED = "needs Godot 4.3 or newer: set GODOT to it, or have godot on the path"


def find() -> str | None:
    """The program; None where there is none that is new enough."""
    program = os.environ.get("GODOT") or shutil.which("godot4") or shutil.which("godot")
    if program is None:
        return None
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30)
    version = re.search(r"^4\.(\d+)", asked.stdout, re.MULTILINE)
    return program if version is not None and int(version[1]) >= 3 else None


def copy(folder: Path) -> Path:
    """A copy of the project, so that what the engine writes beside it stays out of the checkout."""
    ignored = shutil.ignore_patterns(".godot")
    return Path(shutil.copytree(PROJECT, folder / "project", ignore=ignored))


def run(godot: str, project: Path, *arguments: str, patience_s: float = PATIENCE_S) -> str:
    """What the tests print; an assertion fails if they do, or if the engine complains."""
    done = subprocess.run(
        command(godot, project, *arguments),
        env=environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=patience_s,
    )
    assert done.returncode == 0, done.stdout
    # Bad input must not make the engine complain either.
    assert "ERROR" not in done.stdout, done.stdout
    return done.stdout


def command(godot: str, project: Path, *arguments: str) -> list[str]:
    """How the engine is told to run the project's tests."""
    engine = [godot, "--headless", "--path", str(project), "-s", "res://test/run.gd"]
    return [*engine, "--", *arguments]


def environment(project: Path) -> dict[str, str]:
    """The engine writes its settings and caches where nobody else looks."""
    home = str(project.parent)
    return {
        **os.environ,
        "HOME": home,
        "XDG_DATA_HOME": home,
        "XDG_CONFIG_HOME": home,
        "XDG_CACHE_HOME": home,
    }
