"""The Godot client: its scripts by the field's linter, and its own tests on a real Godot.

gdtoolkit is looked for beside this Python, then on the path.
"""

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

import client_fuzz
import pytest
from godot import NEEDED, PATIENCE_S, PROJECT, command, copy, environment, find, run
from paced_bridge import free_address, serving

ROOT = Path(__file__).parents[2]
ADDON = PROJECT / "addons" / "avatar_bridge"
SCRIPTS = sorted(
    path for path in PROJECT.rglob("*.gd") if ".godot" not in path.relative_to(PROJECT).parts
)


@pytest.fixture(scope="module")
def godot() -> str:
    program = find()
    if program is None:
        pytest.skip(NEEDED)
    return program


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy(tmp_path_factory.mktemp("godot"))


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


def test_broken_sessions_are_refused_and_nothing_else_happens(
    godot: str, project: Path, tmp_path: Path
) -> None:
    with client_fuzz.sessions(tmp_path, 1_000, seed=1) as path:
        told = client_fuzz.godot_sessions(godot, project, path)
    assert told["sessions"] == 1_000
    assert told["refused"] > 100
    assert told["bad"] > 300
    assert told["faces"] > 250
    assert told["answered"] > 130
    assert told["grown_kb"] < 500


def test_a_rogue_server_is_survived(godot: str, project: Path) -> None:
    told = client_fuzz.godot_rogue(godot, project, 80)
    assert told["connections"] > 5
    assert told["grown_kb"] < 1000


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
