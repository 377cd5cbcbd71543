"""The walls of ARCHITECTURE.md, held by machine."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import avatar_bridge

ROOT = Path(__file__).parents[1]
TRAINING_SIDE = ("avatar_bridge.nets", "avatar_bridge.training")
TRAINING_LIBRARIES = ("torch", "onnx", "matplotlib", "moderngl", "tomli_w")

RUNTIME_MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(avatar_bridge.__path__, "avatar_bridge.")
    if not module.name.startswith(TRAINING_SIDE)
)


def _imported_by(modules: list[str]) -> set[str]:
    """Names in sys.modules after importing these in a fresh interpreter."""
    program = (
        "import importlib, json, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stderr == ""
    return set(json.loads(done.stdout))


def test_no_runtime_module_brings_torch() -> None:
    loaded = _imported_by(RUNTIME_MODULES)
    assert "avatar_bridge.bridge" in loaded
    assert not loaded & set(TRAINING_LIBRARIES)
    assert not [name for name in loaded if name.startswith(TRAINING_SIDE)]


def test_the_package_itself_imports_next_to_nothing() -> None:
    loaded = _imported_by(["avatar_bridge"])
    assert not loaded & {"numpy", "cv2", "onnxruntime", "zmq"}


def test_imports_go_down_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", RUNTIME_MODULES)
def test_no_module_is_a_drawer(name: str) -> None:
    assert name.rsplit(".", 1)[-1] not in {"utils", "helpers", "common", "misc"}


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "avatar_bridge").rglob("*.py")
        if not path.name.endswith("_pb2.py")
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}
