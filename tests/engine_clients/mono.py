"""Mono's compiler, for what the tests of the Unity package build."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "engine_clients/unity/com.avatarbridge.client"
UNITY = Path(__file__).resolve().parent / "unity"
CORE = "AvatarBridge.Core.dll"
ENGINE = "UnityEngine.dll"
NUNIT = "nunit.framework.dll"
HARNESS = "core_harness.exe"

UNSET_FIELD = "649"  # the inspector sets serialized fields

needs_mono = pytest.mark.skipif(
    shutil.which("mcs") is None or shutil.which("mono") is None,
    reason="mcs and mono are not installed (Debian: mono-mcs mono-runtime)",
)


def sources(folder: Path) -> list[Path]:
    """The C# files of a folder and of those in it."""
    return sorted(folder.rglob("*.cs"))


class Compiler:
    """Makes assemblies into one folder, several at a time."""

    def __init__(self, out: Path) -> None:
        self.out = out

    def start(
        self, name: str, files: Iterable[Path], *references: str, strict: bool = True
    ) -> subprocess.Popen[str]:
        """Begin with one; strict turns warnings into errors."""
        kind = "exe" if name.endswith(".exe") else "library"
        return subprocess.Popen(
            [
                *("mcs", "-nologo", "-langversion:latest", f"-target:{kind}"),
                *(["-warnaserror", f"-nowarn:{UNSET_FIELD}"] if strict else ["-warn:0"]),
                # With the documentation, a public member without any is a warning.
                *([f"-doc:{self.out / name}.xml"] if name == CORE else []),
                f"-out:{self.out / name}",
                *(f"-r:{self.out / reference}" for reference in references),
                *map(str, files),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @staticmethod
    def finish(*compilations: subprocess.Popen[str]) -> None:
        """Wait for all of them."""
        said = [compilation.communicate(timeout=60)[0] for compilation in compilations]
        for compilation, text in zip(compilations, said, strict=True):
            assert compilation.returncode == 0, text


def compile_harness(folder: Path) -> Path:
    """The client's core and the program around it, alone."""
    compiler = Compiler(folder)
    compiler.finish(compiler.start(CORE, sources(PACKAGE / "Runtime/Core")))
    compiler.finish(compiler.start(HARNESS, sources(UNITY / "CoreHarness"), CORE))
    return folder / HARNESS
