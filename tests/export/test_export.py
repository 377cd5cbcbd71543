import csv
import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from avatar_bridge.errors import ConfigError, SinkError
from avatar_bridge.export import WRITERS, open_writer
from avatar_bridge.export.livelink_csv import COLUMNS, app_head, eye_angles
from avatar_bridge.export.timecode import timecode
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.types import (
    ActionUnits,
    Blendshapes,
    EmotionScores,
    FaceState,
    Gaze,
    HeadPose,
)

STATE = FaceState(
    frame_index=0,
    captured_ns=0,
    face_id=1,
    tracked=True,
    confidence=1.0,
    blendshapes=Blendshapes(np.linspace(0, 1, 52, dtype=np.float32)),
    action_units=ActionUnits.neutral(),
    emotions=EmotionScores.neutral(),
    head_pose=HeadPose(np.array([0, 0, -0.5]), np.array([0, 0, 0, 1])),
    gaze=Gaze(np.array([0.2, 0.1]), np.array([0.3, -0.1])),
    image_size=(640, 480),
    box=np.array([1, 2, 3, 4]),
)
LOST = replace(STATE, tracked=False, confidence=0.0)
SUFFIXES = sorted(WRITERS)


def looking(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> HeadPose:
    """A head turned to the subject's left, upward, or clockwise as the camera sees it."""
    turn = Rotation.from_euler("YXZ", [yaw, -pitch, -roll])
    return HeadPose(np.zeros(3), turn.as_quat())


def table(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_csv_is_the_apps_format(tmp_path) -> None:
    path = tmp_path / "take.csv"
    with open_writer(path, 60) as writer:
        writer.write(STATE, 0.0)
        writer.write(None, 1 / 60, "face.png")
        writer.write(LOST, 2 / 60)
    data = path.read_bytes()
    assert b"\r" not in data
    assert data.endswith(b"\n")
    header, found, *lost = table(path)
    assert header[:5] == [
        "Timecode",
        "BlendshapeCount",
        "EyeBlinkLeft",
        "EyeLookDownLeft",
        "EyeLookInLeft",
    ]
    assert header[53:] == [
        "TongueOut",
        "HeadYaw",
        "HeadPitch",
        "HeadRoll",
        "LeftEyeYaw",
        "LeftEyePitch",
        "LeftEyeRoll",
        "RightEyeYaw",
        "RightEyePitch",
        "RightEyeRoll",
    ]
    assert found[:3] == ["00:00:00:00.000", "61", "0.0000000000"]
    assert found[53] == "1.0000000000"
    assert [float(cell) for cell in found[54:]] == pytest.approx(
        [0, 0, 0, -0.2, -0.1, 0.02, -0.3, 0.1, -0.03], abs=1e-6
    )
    assert lost == [
        ["00:00:00:01.000", "0", *[""] * 61],
        ["00:00:00:02.000", "0", *[""] * 61],
    ]


def test_csv_header_is_that_of_real_takes(data_root, tmp_path) -> None:
    takes = sorted((data_root / "arkit_takes").glob("*.csv"))
    if not takes:
        pytest.skip(f"needs takes of Live Link Face in {data_root / 'arkit_takes'}, got none")
    path = tmp_path / "take.csv"
    open_writer(path, 60).close()
    for take in takes:
        assert table(path)[0] == table(take)[0]


def test_eye_signs_are_those_of_real_takes(data_root) -> None:
    takes = sorted((data_root / "arkit_takes").glob("*.csv"))
    if not takes:
        pytest.skip(f"needs takes of Live Link Face in {data_root / 'arkit_takes'}, got none")
    for take in takes:
        header, *rows = table(take)
        values = np.array([[float(cell) for cell in row[2:]] for row in rows])
        column = dict(zip(header[2:], values.T, strict=True))
        for side, outward in (("Left", 1), ("Right", -1)):
            # Our gaze, as the looks tell it: to the subject's left, and upward.
            left = outward * (column[f"EyeLookOut{side}"] - column[f"EyeLookIn{side}"])
            up = column[f"EyeLookUp{side}"] - column[f"EyeLookDown{side}"]
            yaw, pitch, roll = (column[f"{side}Eye{axis}"] for axis in ("Yaw", "Pitch", "Roll"))
            one_left, one_up, _ = eye_angles(np.array([1, 1], np.float32))
            assert np.corrcoef(left, yaw)[0, 1] * one_left > 0.7
            assert np.corrcoef(up, pitch)[0, 1] * one_up > 0.7
            terms = np.column_stack([yaw * pitch, yaw, pitch])
            assert np.linalg.lstsq(terms, roll)[0][0] == pytest.approx(1, abs=0.1)


@given(st.lists(st.floats(0, 1, width=32), min_size=52, max_size=52))
def test_csv_keeps_the_weights(tmp_path_factory, weights: list[float]) -> None:
    path = tmp_path_factory.mktemp("take") / "take.csv"
    with open_writer(path, 30) as writer:
        writer.write(replace(STATE, blendshapes=Blendshapes(np.array(weights))), 0)
    row = dict(zip(*table(path), strict=True))
    read = [float(row[name[0].upper() + name[1:]]) for name in BLENDSHAPES]
    assert read == pytest.approx(weights, abs=1e-9)


@pytest.mark.parametrize(
    ("time_s", "fps", "code"),
    [
        (0, 30, "00:00:00:00.000"),
        (0.5, 30, "00:00:00:15.000"),
        (1 - 1e-9, 60, "00:00:01:00.000"),
        (59.99, 60, "00:00:59:59.400"),
        (3661.25, 24, "01:01:01:06.000"),
        (86400, 60, "00:00:00:00.000"),
        (1.5, 29.97, "00:00:01:15.000"),
        (1.5, 0.2, "00:00:01:00.500"),
    ],
)
def test_timecodes(time_s: float, fps: float, code: str) -> None:
    assert timecode(time_s, fps) == code


@given(st.integers(0, 5_000_000), st.floats(1, 240))
def test_a_timecode_tells_the_time(milliseconds: int, fps: float) -> None:
    hours, minutes, seconds, frames = timecode(milliseconds / 1000, fps).split(":")
    assert float(frames) < round(fps)
    told = int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(frames) / round(fps)
    assert told == pytest.approx(milliseconds / 1000, abs=1e-3)


@pytest.mark.parametrize(
    ("pose", "angles"),
    [
        (looking(), (0, 0, 0)),
        (looking(yaw=0.3), (-0.3, 0, 0)),
        (looking(pitch=0.3), (0, -0.3, 0)),
        (looking(roll=0.3), (0, 0, 0.3)),
        (looking(0.4, -0.2, 0.1), (-0.4, 0.2, 0.1)),
        (looking(-2.5, 0.5, -0.7), (2.5, -0.5, -0.7)),
    ],
    ids=["straight", "to its left", "up", "clockwise", "all", "far"],
)
def test_head_convention(pose: HeadPose, angles: tuple[float, float, float]) -> None:
    assert app_head(pose) == pytest.approx(angles, abs=1e-5)


def test_json_is_one_document(tmp_path) -> None:
    path = tmp_path / "take.json"
    with open_writer(path, 30) as writer:
        writer.write(STATE, 0.0, "face Ä.png")
        writer.write(None, 1 / 30)
        writer.write(LOST, 2 / 30)
    take = json.loads(path.read_text(encoding="utf-8"))
    assert list(take) == ["fps", "names", "frames"]
    assert take["fps"] == 30
    assert take["names"] == list(BLENDSHAPES)
    found, none, lost = take["frames"]
    assert (found["time"], found["tracked"], found["name"]) == (0, True, "face Ä.png")
    assert found["weights"] == pytest.approx(np.linspace(0, 1, 52), abs=1e-5)
    assert list(found["action_units"]) == list(ACTION_UNIT_NAMES)
    assert list(found["emotions"]) == list(EMOTIONS)
    assert found["head"] == {"position": [0, 0, -0.5], "orientation": [0, 0, 0, 1]}
    assert found["gaze"] == {"left": [0.2, 0.1], "right": [0.3, -0.1]}
    assert found["box"] == [1, 2, 3, 4]
    assert none == {
        "time": 0.033333,
        "name": None,
        "tracked": False,
        **dict.fromkeys(("weights", "action_units", "emotions", "head", "gaze", "box")),
    }
    assert lost == none | {"time": 0.066667}
    assert set(none) == set(found)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_take(tmp_path, suffix: str) -> None:
    path = tmp_path / f"take{suffix}"
    open_writer(path, 0).close()
    assert path.stat().st_size > 0
    if suffix == ".json":
        assert json.loads(path.read_text())["frames"] == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_file_appears_when_it_is_whole(tmp_path, suffix: str) -> None:
    path = tmp_path / f"take{suffix}"
    path.write_text("older")
    writer = open_writer(path, 30)
    writer.write(STATE, 0)
    assert path.read_text() == "older"
    writer.close()
    writer.close()
    assert path.read_text() != "older"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(SinkError, match="has ended"):
        writer.write(STATE, 0)


def fail(writer) -> None:
    with writer:
        raise KeyboardInterrupt


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_take_that_is_given_up_leaves_the_older_file(tmp_path, suffix: str) -> None:
    path = tmp_path / f"take{suffix}"
    path.write_text("older")
    with pytest.raises(KeyboardInterrupt):
        fail(open_writer(path, 30))
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk(tmp_path, suffix: str, monkeypatch) -> None:
    path = tmp_path / f"take{suffix}"
    writer = open_writer(path, 30)

    def full(_: Path, __: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(SinkError, match="got: No space left on device"):
        writer.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_where_nothing_can_be_written(tmp_path, suffix: str) -> None:
    (tmp_path / f"dir{suffix}").mkdir()
    with pytest.raises(SinkError, match="got the folder"):
        open_writer(tmp_path / f"dir{suffix}", 30)
    with pytest.raises(SinkError, match="expected an existing folder"):
        open_writer(tmp_path / "none" / f"take{suffix}", 30)
    with pytest.raises(SinkError, match="expected to write"):
        open_writer(tmp_path / f"{'x' * 300}{suffix}", 30)


@pytest.mark.parametrize(("name", "got"), [("take.fbx", "'.fbx'"), ("take", "none")])
def test_an_unknown_suffix_lists_the_choices(tmp_path, name: str, got: str) -> None:
    with pytest.raises(ConfigError, match=rf"expected one of \.csv, \.json .* got {got}"):
        open_writer(tmp_path / name, 30)


def test_the_suffix_is_read_in_any_case(tmp_path) -> None:
    open_writer(tmp_path / "TAKE.CSV", 30).close()


def test_columns() -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == 61


def test_angles_grow_with_the_turn() -> None:
    yaws = [app_head(looking(yaw=math.radians(degrees)))[0] for degrees in range(-80, 81, 20)]
    assert all(later < earlier for earlier, later in pairwise(yaws))
