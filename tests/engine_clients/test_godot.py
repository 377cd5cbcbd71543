"""The Godot client: its scripts by the field's linter, and its own tests on a real Godot.

Godot is looked for in `GODOT`, then on the path; gdtoolkit beside this Python, then on the path.
"""

import os
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from paced_bridge import free_address, serving

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "engine_clients" / "godot"
ADDON = PROJECT / "addons" / "avatar_bridge"
SCRIPTS = sorted(
    path for path in PROJECT.rglob("*.gd") if ".godot" not in path.relative_to(PROJECT).parts
)
PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def godot() -> str:
    program = os.environ.get("GODOT") or shutil.which("godot4") or shutil.which("godot")
    if program is None:
        pytest.skip("needs Godot 4.3 or newer: set GODOT to it, or have godot on the path")
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30)
    version = re.search(r"^4\.(\d+)", asked.stdout, re.MULTILINE)
    if version is None or int(version[1]) < 3:
        pytest.skip(f"needs Godot 4.3 or newer, {program} is {asked.stdout.strip() or 'another'}")
    return program


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, so that what the engine writes beside a project stays out of the checkout."""
    copy = tmp_path_factory.mktemp("godot") / "project"
    return Path(shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(".godot")))


@pytest.mark.parametrize("command", [["gdlint"], ["gdformat", "--check"]], ids=lambda c: c[0])
def test_scripts_are_clean(command: list[str]) -> None:
    beside = Path(sys.executable).with_name(command[0])
    program = str(beside) if beside.exists() else shutil.which(command[0])
    if program is None:
        pytest.skip("needs gdtoolkit: pip install 'gdtoolkit>=4.3,<5'")
    done = subprocess.run(
        [program, *command[1:], *map(str, SCRIPTS)], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_addon_can_be_copied_alone() -> None:
    assert (ADDON / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert (ADDON / "plugin.cfg").is_file()
    for script in ADDON.rglob("*.gd"):
        for path in re.findall(r'(?:pre)?load\("([^"]+)"\)', script.read_text("utf-8")):
            found = (script.parent / path).resolve()
            assert found.is_relative_to(ADDON.resolve()), f"{script.name}: {path} is outside"
            assert found.is_file(), f"{script.name}: there is no {path}"


def test_public_members_are_documented() -> None:
    public = re.compile(r"^(?:@export\b.*|static )?(?:func|var|signal|enum) ?[a-zA-Z]")
    bare = [
        f"{script.name}: {line}"
        for script in ADDON.rglob("*.gd")
        for above, line in pairwise(script.read_text("utf-8").splitlines())
        if public.match(line) and not above.startswith("##")
    ]
    assert not bare, "\n".join(bare)


def test_on_a_real_engine(godot: str, project: Path) -> None:
    text = run(godot, project, f"--golden={ROOT / 'tests' / 'golden'}")
    assert re.search(r"^\d+ checks, 0 failed$", text, re.MULTILINE), text


def test_live_with_a_restart(godot: str, project: Path) -> None:
    pub, control = free_address(), free_address()
    arguments = [f"--endpoint={pub}", f"--control={control}", "--seconds=2", "--restart"]
    with running(godot, project, *arguments) as lines:
        with serving(pub, control, stream_id="first"):
            said = read_until(lines, "waiting for the restart")
        with serving(pub, control, stream_id="second"):
            said += read_until(lines, "checks, ")
    assert "back after the restart" in said, said
    assert " 0 failed" in said, said
    assert "ERROR" not in said, said


def run(godot: str, project: Path, *arguments: str) -> str:
    done = subprocess.run(
        command(godot, project, *arguments),
        env=environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout
    # Bad input must not make the engine complain either.
    assert "ERROR" not in done.stdout, done.stdout
    return done.stdout


@contextmanager
def running(godot: str, project: Path, *arguments: str) -> "Iterator[queue.SimpleQueue[str]]":
    """The tests in the background, and the lines that they say."""
    process = subprocess.Popen(
        command(godot, project, *arguments),
        env=environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    listening = threading.Thread(
        target=lambda stream: [lines.put(line) for line in stream], args=(process.stdout,)
    )
    listening.start()
    try:
        yield lines
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        listening.join()
        process.stdout.close()


def read_until(lines: "queue.SimpleQueue[str]", mark: str) -> str:
    said = ""
    while mark not in said:
        try:
            said += lines.get(timeout=PATIENCE_S)
        except queue.Empty:
            pytest.fail(f"expected to read {mark!r}, got:\n{said}")
    return said


def command(godot: str, project: Path, *arguments: str) -> list[str]:
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
