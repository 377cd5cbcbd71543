"""Animations for engines, read back by readers of their own."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.export.curves import Stage, corners
from avatar_bridge.export.files import read_take, write_take
from avatar_bridge.export.resample import cut
from avatar_bridge.facs.arkit import BLENDSHAPES
from export.takes import make_take, real_takes

_NUMBER = r"(-?[\d.]+(?:e[+-]?\d+)?)"


def read_clip(path: Path) -> dict[tuple[str, str], np.ndarray]:
    """(path, attribute) → keys (K, 4) of time, value and both slopes, of an `.anim`."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("%YAML 1.1\n%TAG !u! tag:unity3d.com,2011:\n--- !u!74 &7400000\n")
    floats = text[text.index("  m_FloatCurves:") : text.index("  m_PPtrCurves:")]
    curves = {}
    for block in floats.split("  - curve:\n")[1:]:
        fields = [
            [float(n) for n in re.findall(rf"^        {name}: {_NUMBER}$", block, re.M)]
            for name in ("time", "value", "inSlope", "outSlope")
        ]
        place = json.loads(re.search(r"^    path: (.*)$", block, re.M)[1])
        attribute = json.loads(re.search(r"^    attribute: (.*)$", block, re.M)[1])
        assert "    classID: 137\n" in block
        curves[place, attribute] = np.array(fields).T
    return curves


def read_tracks(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Node path → keys (K, N) with time and transition first; and the resource's settings."""
    opened, _, body = path.read_text(encoding="utf-8").partition("\n\n[resource]\n")
    assert opened == '[gd_resource type="Animation" format=3]'
    said = dict(line.split(" = ", 1) for line in body.splitlines())
    tracks = {}
    for name, kind in said.items():
        if name.endswith("/type"):
            track = name.removesuffix("/type")
            packed = said[f"{track}/keys"]
            numbers = json.loads(f"[{packed.removeprefix('PackedFloat32Array(')[:-1]}]")
            width = {'"blend_shape"': 3, '"rotation_3d"': 6}[kind]
            place = said[f"{track}/path"].removeprefix("NodePath(")[:-1]
            tracks[json.loads(place)] = np.reshape(numbers, (-1, width))
    return tracks, said


def test_clip_of_a_real_take(data_root: Path, tmp_path: Path) -> None:
    take = cut(read_take(real_takes(data_root)[0]), 15, 25)
    write_take(tmp_path / "a.anim", take)
    curves = read_clip(tmp_path / "a.anim")
    assert list(curves) == [("Face", f"blendShape.{name}") for name in BLENDSHAPES]
    assert "  m_SampleRate: 60\n" in (tmp_path / "a.anim").read_text()
    seconds = take.times_ns / 1e9
    for column, keys in enumerate(curves.values()):
        read = np.interp(seconds, keys[:, 0], keys[:, 1]) / 100
        assert np.abs(read - take.weights[:, column]).max() < 1e-6


def test_a_clips_slopes_lead_to_the_next_key(tmp_path: Path) -> None:
    write_take(tmp_path / "a.anim", make_take(jawOpen=[0, 0, 0, 1, 1, 1, 0.5, 0]))
    keys = read_clip(tmp_path / "a.anim")["Face", "blendShape.jawOpen"]
    assert keys[:, 1].tolist() == [0, 0, 100, 100, 50, 0]  # no key within what stands still
    rise = np.diff(keys[:, 1]) / np.diff(keys[:, 0])
    assert keys[:-1, 3] == pytest.approx(rise, rel=1e-6)
    assert keys[1:, 2] == pytest.approx(rise, rel=1e-6)


def test_a_clips_head_is_left_handed(tmp_path: Path) -> None:
    take = make_take()
    write_take(tmp_path / "a.anim", take, Stage(head="Armature/Head"))
    text = (tmp_path / "a.anim").read_text()
    turns = text[text.index("m_RotationCurves:") : text.index("m_CompressedRotation")]
    assert '    path: "Armature/Head"\n' in turns
    pattern = rf"value: {{x: {_NUMBER}, y: {_NUMBER}, z: {_NUMBER}, w: {_NUMBER}}}"
    read = np.array([[float(n) for n in found] for found in re.findall(pattern, turns)])
    assert read * (1, -1, -1, 1) == pytest.approx(take.head_orientation, abs=1e-6)


def test_tracks_of_a_real_take(data_root: Path, tmp_path: Path) -> None:
    take = read_take(real_takes(data_root)[0])
    write_take(tmp_path / "a.tres", take)
    tracks, said = read_tracks(tmp_path / "a.tres")
    assert list(tracks) == [f"Face:{name}" for name in BLENDSHAPES]
    assert said["metadata/timecode"] == '"18:43:58:59.723"'
    assert float(said["step"]) == pytest.approx(1 / 60)
    assert float(said["length"]) == pytest.approx(take.duration_s)
    seconds = take.times_ns / 1e9
    for column, keys in enumerate(tracks.values()):
        assert (keys[:, 1] == 1).all()
        read = np.interp(seconds, keys[:, 0], keys[:, 2])
        assert np.abs(read - take.weights[:, column]).max() < 1e-6


def test_tracks_of_several_nodes(tmp_path: Path) -> None:
    take = make_take(jawOpen=0.5)
    stage = Stage(meshes=("A/Face", 'B "x"'), head="Skeleton3D:Head")
    write_take(tmp_path / "a.tres", take, stage)
    tracks, _ = read_tracks(tmp_path / "a.tres")
    assert len(tracks) == 1 + 2 * 52
    assert tracks["A/Face:jawOpen"][:, 2].tolist() == [0.5, 0.5]
    assert tracks["Skeleton3D:Head"][:, 2:] == pytest.approx(take.head_orientation, abs=1e-6)


@pytest.mark.parametrize("name", ["a.anim", "a.tres"])
def test_a_row_without_a_face_has_no_key(tmp_path: Path, name: str) -> None:
    take = make_take(3, jawOpen=[0.2, 0.9, 0.4])
    take = replace(take, tracked=np.array([True, False, True]))
    write_take(tmp_path / name, take)
    if name == "a.anim":
        values = read_clip(tmp_path / name)["Face", "blendShape.jawOpen"][:, 1] / 100
    else:
        values = read_tracks(tmp_path / name)[0]["Face:jawOpen"][:, 2]
    assert values == pytest.approx([0.2, 0.4])
    nobody = replace(take, tracked=np.zeros(3, bool))
    with pytest.raises(ConfigError, match="expected a take in which a face was seen"):
        write_take(tmp_path / name, nobody)


@pytest.mark.parametrize("name", ["a.anim", "a.tres"])
def test_a_take_of_one_row(tmp_path: Path, name: str) -> None:
    write_take(tmp_path / name, make_take(1, jawOpen=0.5), Stage(head="Head"))
    assert (tmp_path / name).stat().st_size > 0


def test_only_the_ends_of_what_stands_still_are_needed() -> None:
    values = np.array([0, 0, 0, 1, 2, 2, 2, 2], np.float32)
    assert corners(values).tolist() == [True, False, True, True, True, False, False, True]
    assert corners(values[:1]).tolist() == [True]
