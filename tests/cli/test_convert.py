"""`convert` and `export` as a user types them, in this process."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from glb import make_glb

from avatar_bridge.avatar.gltf import Gltf
from avatar_bridge.cli.main import main
from avatar_bridge.export.files import format_names, read_take, write_take
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.take import Take

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call `avatar-bridge` with arguments; gives the exit code and what it said of errors."""

    def call(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["avatar-bridge", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "500")
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return call


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """A take of two seconds at 60 rows a second, in which the jaw opens."""
    weights = np.zeros((121, 52), np.float32)
    weights[:, BLENDSHAPE_INDEX["jawOpen"]] = np.linspace(0, 1, 121)
    path = tmp_path / "take.csv"
    times = np.rint(np.arange(121) * 1e9 / 60)
    write_take(path, Take(times, 60, np.ones(121, bool), weights, start_ns=3_600_000_000_000))
    return path


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".json", ".mcap", ".anim", ".tres"])
def test_convert(run: Run, take: Path, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"out{suffix}"
    code, said = run("convert", take, output)
    assert code == 0, said
    assert "121 rows, a face in 121, 2.00 s" in said
    assert output.stat().st_size > 0


def test_convert_resamples_and_cuts(run: Run, take: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    assert run("convert", take, output, "--fps", 24, "--start", 0.5, "--end", 1.5)[0] == 0
    found = read_take(output)
    assert (len(found), found.fps) == (25, 24)
    assert found.start_ns == 3_600_500_000_000
    jaw = found.weights[:, BLENDSHAPE_INDEX["jawOpen"]]
    assert jaw == pytest.approx(np.linspace(0.25, 0.75, 25), abs=1e-6)


def test_the_format_can_be_said(run: Run, take: Path, tmp_path: Path) -> None:
    odd = tmp_path / "take.txt"
    assert run("convert", take, odd, "--to", "jsonl")[0] == 0
    assert run("convert", odd, tmp_path / "back.csv", "--from", "jsonl")[0] == 0
    assert (tmp_path / "back.csv").read_bytes() == take.read_bytes()


def test_export_onto_an_avatar(run: Run, take: Path, tmp_path: Path) -> None:
    avatar = make_glb(tmp_path / "avatar.glb", ["JawOpen", "hat"])
    output = tmp_path / "out.glb"
    code, said = run("export", take, "-o", output, "--avatar", avatar, "--fps", 30)
    assert code == 0, said
    assert "glTF animation on an avatar, 61 rows" in said
    gltf = Gltf(output)
    sampler = gltf.json["animations"][0]["samplers"][0]
    weights = gltf.accessor(sampler["output"]).reshape(-1, 2)
    assert weights[:, 0] == pytest.approx(np.linspace(0, 1, 61), abs=1e-6)


def test_an_engines_shapes_are_the_avatars(run: Run, take: Path, tmp_path: Path) -> None:
    avatar = make_glb(tmp_path / "avatar.glb", ["JawOpen", "hat"])
    output = tmp_path / "out.tres"
    assert run("export", take, "-o", output, "--avatar", avatar, "--mesh", "Skeleton3D/X")[0] == 0
    text = output.read_text()
    assert text.count("/path = ") == 1
    assert 'NodePath("Skeleton3D/X:JawOpen")' in text


def test_export_by_profile_without_an_avatar(run: Run, take: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.anim"
    assert run("export", take, "-o", output, "--profile", "vrm1", "--head", "Head")[0] == 0
    assert 'attribute: "blendShape.aa"' in output.read_text()


def test_export_names_its_file(
    run: Run, take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("export", take, "--to", "godot")[0] == 0
    assert (tmp_path / "take.tres").exists()
    code, said = run("export", take, "--to", "godot")
    assert code == 2
    assert "take.tres exists already" in said


def test_export_of_a_video(run: Run, data_root: Path, tmp_path: Path) -> None:
    clip = next(iter(sorted((data_root / "clips").glob("d0.*"))), None)
    if clip is None or clip.suffix == ".npz":
        pytest.skip(f"needs the clip d0 in {data_root / 'clips'}, got none")
    output = tmp_path / "out.jsonl"
    code, said = run("export", clip, "-o", output, "--end", 0.2)
    assert code == 0, said
    take = read_take(output)
    assert take.tracked.all()
    assert take.action_unit_names


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "TAKE"], "expected -o FILE or --to FORMAT, got neither"),
        (["export", "TAKE", "--to", "what"], "unknown format 'what'; expected one of: facs, gltf"),
        (["export", "TAKE", "-o", "x.fbx"], "as its suffix, got '.fbx'"),
        (["export", "TAKE", "-o", "x.glb"], "expected --avatar FILE.glb or FILE.vrm"),
        (
            ["export", "TAKE", "-o", "x.csv", "--avatar", "a.glb"],
            "--avatar: expected a format",
        ),
        (
            ["export", "TAKE", "-o", "x.csv", "--profile", "vrm1"],
            "--profile: expected a",
        ),
        (["export", "TAKE", "-o", "x.glb", "--avatar", "a", "--head", "H"], "--head: expected a"),
        (["export", "TAKE", "-o", "x.glb", "--avatar", "none.glb"], "expected a readable avatar"),
        (["export", "TAKE", "-o", "x.anim", "--profile", "none"], "unknown profile 'none'"),
        (["export", "none.mp4", "-o", "x.csv"], "expected performer, camera:INDEX"),
        (["export", "none.csv", "-o", "x.anim"], "expected a readable take at none.csv"),
        (["convert", "TAKE", "x.glb"], "expected an avatar to animate"),
        (["convert", "TAKE", "x.facs.csv"], "facs: expected a take with action units"),
        (["convert", "TAKE", "x.csv", "--fps", "0"], "expected 1e-06 to 1e+06 frames"),
        (["convert", "TAKE", "x.csv", "--fps", "1e-300"], "expected 1e-06 to 1e+06 frames"),
        (["convert", "TAKE", "x.csv", "--start", "9"], "expected a part of the take's 2.000 s"),
        (["convert", "TAKE", "x.csv", "--from", "unity"], "expected a format that can be read"),
        (["convert", "TAKE", "no/x.csv"], "expected an existing folder"),
        (["convert", "TAKE", "."], "as its suffix, got none"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    run: Run, take: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(take.parent)
    code, said = run(*[str(take) if word == "TAKE" else word for word in arguments])
    assert code == 2
    assert message in said
    assert said.count("\n") == 1
    assert list(take.parent.iterdir()) == [take]


def test_the_formats_are_told() -> None:
    assert set(format_names(written=True)) > set(format_names(written=False))
