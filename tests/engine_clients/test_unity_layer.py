"""The UnityEngine layer of the Unity package, compiled and played against small stand-ins.

Nothing here is Unity: `unity/UnityStandIns` has the few types that the package uses. The
assemblies are those of Unity, one for each asmdef, so that a reference that is not declared shows.
"""

import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import zmq
from mono import CORE, ENGINE, NUNIT, PACKAGE, UNITY, Compiler, needs_mono, sources

import avatar_bridge
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.wire.v1 import face_pb2

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden"
SAMPLE = PACKAGE / "Samples~/BasicFace"


@pytest.fixture(scope="module")
def harness(compiler: Compiler) -> Path:
    """The harness and the package, compiled as Unity would, assembly by assembly."""
    start, finish = compiler.start, compiler.finish
    engine = (ENGINE, CORE)
    finish(
        start("AvatarBridge.Unity.dll", sources(PACKAGE / "Runtime/Unity"), *engine),
        start(
            "UnityEditor.dll", sources(UNITY / "UnityStandIns/UnityEditor"), ENGINE, strict=False
        ),
    )
    runtime = (*engine, "AvatarBridge.Unity.dll")
    editor = (*runtime, "UnityEditor.dll")
    finish(
        start("AvatarBridge.Editor.dll", sources(PACKAGE / "Editor"), *editor),
        start("Sample.dll", sources(SAMPLE), *runtime),
    )
    own = sources(PACKAGE / "Tests/Editor") + sources(UNITY / "UnityHarness")
    everything = (*editor, "AvatarBridge.Editor.dll", "Sample.dll", NUNIT)
    finish(start("unity_harness.exe", own, *everything))
    return compiler.out / "unity_harness.exe"


def run(harness: Path, *arguments: str) -> str:
    ran = subprocess.run(
        ["mono", str(harness), *arguments], capture_output=True, text=True, timeout=60
    )
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def played(harness: Path) -> str:
    """What the harness prints, one line a test."""
    return run(harness, str(GOLDEN))


def names_of_tests() -> list[str]:
    """Every test of the harness and of the package's own editor tests, Type.Method."""
    names = []
    for file in sources(PACKAGE / "Tests/Editor") + sources(UNITY / "UnityHarness"):
        text = file.read_text(encoding="utf-8")
        found = re.findall(r"\[Test\]\s+public void (\w+)", text)
        names += [f"{file.stem}.{name}" for name in found]
    return names


@needs_mono
@pytest.mark.parametrize("name", names_of_tests())
def test_played(played: str, name: str) -> None:
    assert f"ok {name}\n" in played, played


@needs_mono
def test_a_publisher_moves_the_avatar(harness: Path) -> None:
    frame = face_pb2.FaceFrame.FromString((GOLDEN / "normal.bin").read_bytes().split(b"\0", 1)[1])
    stop = threading.Event()
    with zmq.Context() as context, context.socket(zmq.PUB) as publisher:
        publisher.setsockopt(zmq.LINGER, 0)
        port = publisher.bind_to_random_port("tcp://127.0.0.1")

        def publish() -> None:
            while not stop.wait(1 / 60):
                frame.seq += 1
                frame.captured_ns += 16_666_667
                publisher.send(b"face\0" + frame.SerializeToString())

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            said = run(harness, "live", f"tcp://127.0.0.1:{port}", "", "1")
        finally:
            stop.set()
            thread.join()
    names = list(BLENDSHAPES)
    for name in ("jawOpen", "eyeBlinkLeft", "eyeBlinkRight"):
        weight = re.search(rf"weight {name} (\S+)", said)
        assert weight is not None, said
        expected = 100 * frame.blendshapes[names.index(name)]
        assert float(weight[1]) == pytest.approx(expected, abs=1e-3)
    assert re.search(r"line \d+ frames a second, face found", said), said
    assert "ended True" in said


def test_package_is_ready_for_a_registry() -> None:
    manifest = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
    assert manifest["name"] == PACKAGE.name == "com.avatarbridge.client"
    assert manifest["version"] == avatar_bridge.__version__
    assert manifest["unity"] == "2021.3"
    assert manifest["license"] == "Apache-2.0"
    assert all(name.startswith("com.unity.modules.") for name in manifest["dependencies"])
    for key in ("displayName", "description", "author", "keywords"):
        assert manifest[key]
    for sample in manifest["samples"]:
        assert (PACKAGE / sample["path"]).is_dir()
        assert sample["displayName"]
        assert sample["description"]
    for name in ("README.md", "Documentation~/index.md"):
        assert (PACKAGE / name).is_file()
    changes = (PACKAGE / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{manifest['version']}]" in changes
    licence = (PACKAGE / "LICENSE.md").read_text(encoding="utf-8")
    assert licence == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_no_binary_in_the_package() -> None:
    binary = {".dll", ".so", ".dylib", ".bundle", ".a", ".lib", ".exe", ".pdb", ".jar", ".aar"}
    assert [path for path in PACKAGE.rglob("*") if path.suffix.lower() in binary] == []


@pytest.mark.parametrize(
    ("path", "references", "only_in"),
    [
        ("Runtime/Core/AvatarBridge.Core.asmdef", set(), []),
        ("Runtime/Unity/AvatarBridge.Unity.asmdef", {"AvatarBridge.Core"}, []),
        (
            "Editor/AvatarBridge.Editor.asmdef",
            {"AvatarBridge.Core", "AvatarBridge.Unity"},
            ["Editor"],
        ),
    ],
)
def test_assembly_definitions(path: str, references: set[str], only_in: list[str]) -> None:
    definition = json.loads((PACKAGE / path).read_text(encoding="utf-8"))
    assert definition["name"] == Path(path).stem
    assert set(definition["references"]) == references
    assert definition["includePlatforms"] == only_in
    assert not definition["allowUnsafeCode"]
    assert definition["precompiledReferences"] == []
    assert definition["excludePlatforms"] == []
    assert definition["noEngineReferences"] == (definition["name"] == "AvatarBridge.Core")


def test_code_that_il2cpp_takes() -> None:
    forbidden = re.compile(
        r"System\.Reflection|System\.Linq|\bdynamic\b|DllImport|\bunsafe\b|Activator\."
    )
    for file in sources(PACKAGE / "Runtime"):
        code = re.sub(r"//.*", "", file.read_text(encoding="utf-8"))
        assert not forbidden.search(code), file


def serialized_fields(script: Path) -> set[str]:
    return set(re.findall(r"\[SerializeField\] private \S+ (\w+)", script.read_text("utf-8")))


def test_every_field_of_an_inspector_has_a_tooltip() -> None:
    for file in sources(PACKAGE / "Runtime/Unity"):
        text = file.read_text(encoding="utf-8")
        if "MonoBehaviour" in text or "ScriptableObject" in text:
            folded = text.count("HeadSettings settings")  # shows its own fields, which have theirs
            assert text.count("[Tooltip(") == text.count("[SerializeField]") - folded, file


def test_no_state_survives_a_reload_of_code() -> None:
    # Unity carries private fields of simple types over to the code that is loaded anew, but neither
    # the client, nor the clock, nor any other object that they belong to.
    simple = r"(?:bool|u?int|u?long|float|double|string|Vector3|Quaternion|Transform)(?:\[\])?"
    field = re.compile(rf"^ *private {simple} \w+(?: = [^;]+)?;", re.M)
    for file in sources(PACKAGE / "Runtime/Unity"):
        text = file.read_text(encoding="utf-8")
        if "MonoBehaviour" in text or "ScriptableObject" in text:
            assert field.findall(text) == [], file


def test_meta_files() -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "scripts/make_unity_meta.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, f"run scripts/make_unity_meta.py\n{ran.stderr}"


def guids() -> dict[str, Path]:
    """The file of every GUID in the package."""
    files = {}
    for meta in PACKAGE.rglob("*.meta"):
        guid = re.search(r"^guid: ([0-9a-f]{32})$", meta.read_text(encoding="utf-8"), re.M)
        assert guid is not None, meta
        assert guid[1] not in files, meta
        files[guid[1]] = meta.with_suffix("")
    return files


@pytest.mark.parametrize("name", ["BasicFace.unity", "Connection.asset"])
def test_the_sample_refers_to_what_is_there(name: str) -> None:
    files = guids()
    text = (SAMPLE / name).read_text(encoding="utf-8")
    anchors = re.findall(r"^--- !u!\d+ &(\d+)$", text, re.M)
    assert len(anchors) == len(set(anchors))
    local = re.findall(r"\{fileID: ([1-9]\d*)\}", text)
    assert set(local) <= set(anchors)
    for document in text.split("\n--- ")[1:]:
        for guid in re.findall(r"guid: ([0-9a-f]{32})", document):
            assert files[guid].is_file()
        script = re.search(r"m_Script: \{fileID: 11500000, guid: (\w+), type: 3\}", document)
        if script is None:
            continue
        own = set(re.findall(r"^  ([a-z]\w*):", document, re.M))
        known = serialized_fields(files[script[1]]) if own else set()
        assert {field for field in own if not field.startswith("m_")} <= known
