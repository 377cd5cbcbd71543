"""What goes into a file comes out of it again."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError, SinkError, TakeError
from avatar_bridge.export.files import format_names, format_of, is_take, read_take, write_take
from avatar_bridge.export.formats import FORMATS
from avatar_bridge.export.timecode import read_timecodes, timecode, timecodes
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.take import DAY_NS
from export.takes import make_take, real_takes, same

READABLE = format_names(written=False)
BOTH = [name for name in READABLE if name in format_names(written=True)]
LOSSY = {  # what a format does not carry
    "livelink": ("head_position", "action_units", "emotions", "confidence"),
    "facs": ("weights", "emotions", "eye_roll", "action_units"),
    "mcap": ("eye_roll",),
    "track": ("eye_roll", "action_units", "confidence"),
}


def path_of(folder: Path, name: str) -> Path:
    return folder / f"take{FORMATS.create(name).suffix}"


@pytest.mark.parametrize("name", BOTH)
def test_round_trip(tmp_path: Path, name: str) -> None:
    take = make_take(90, jawOpen=np.linspace(0, 1, 90), browInnerUp=0.3)
    tracked = np.ones(90, bool)
    tracked[10:20] = False
    start_ns = 0 if name in ("track", "facs") else take.start_ns
    confidence = take.confidence * tracked
    take = replace(take, tracked=tracked, start_ns=start_ns, confidence=confidence)
    path = path_of(tmp_path, name)
    write_take(path, take)
    back = read_take(path)
    but = LOSSY.get(name, ())
    # Timecodes count thousandths of a frame, and texts of seconds have six decimals.
    assert back.times_ns == pytest.approx(take.times_ns, abs=10_000)
    assert back.start_ns == pytest.approx(take.start_ns, abs=10_000)
    close = replace(back, times_ns=take.times_ns, start_ns=take.start_ns)
    same(replace(close, fps=60), take, but=but, within=2e-6)
    assert back.fps == pytest.approx(60, abs=0.01)


@pytest.mark.parametrize("name", ["livelink", "jsonl", "mcap"])
def test_real_takes_go_through_and_come_back(data_root: Path, tmp_path: Path, name: str) -> None:
    for source in real_takes(data_root)[
        : None if name == "livelink" else 1
    ]:  # the others take their time
        take = read_take(source)
        assert take.fps == 60
        middle = path_of(tmp_path, name).with_stem(f"{source.stem} {name}")
        write_take(middle, take)
        back = read_take(middle)
        same(back, take, but=("head_position", *LOSSY["livelink"], *LOSSY.get(name, ())))
        end = tmp_path / "end.csv"
        write_take(end, back)
        if name == "mcap":  # which has no field for how an eye is twisted
            lines = zip(source.read_text().splitlines(), end.read_text().splitlines(), strict=True)
            for a, b in lines:
                told, found = a.split(","), b.split(",")
                assert found[:59] == told[:59]
                assert found[60:62] == told[60:62]
        else:
            assert end.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("rate", [24, 25, 30, 50, 60, 120])
def test_the_rate_is_read_off_the_timecodes(rate: int) -> None:
    codes = [timecode(3600 * 5 + n / (rate * 1.002), rate) for n in range(3 * rate)]
    times, start_ns, found = read_timecodes(codes)
    assert found == rate
    assert start_ns == 3600 * 5 * 10**9
    assert times == pytest.approx(np.arange(3 * rate) / (rate * 1.002) * 1e9, abs=1e9 / rate / 999)


def test_timecodes_over_midnight() -> None:
    times, start_ns, rate = read_timecodes([timecode(86400 - 0.5 + n / 60, 60) for n in range(60)])
    assert (np.diff(times) > 0).all()
    assert rate == 60
    assert start_ns == DAY_NS - 500_000_000
    with pytest.raises(ValueError, match=r"HH:MM:SS:FF\.fff, got 'noon'"):
        read_timecodes(["noon"])


def test_a_short_take_counts_as_the_apps() -> None:
    assert read_timecodes(["00:00:00:00.000", "00:00:00:01.000"])[2] == 60
    assert read_timecodes(["00:00:00:00.000", "00:00:00:100.000"])[2] == 120


def test_a_take_keeps_its_timecode(tmp_path: Path) -> None:
    take = make_take(200, jawOpen=0.5)
    codes = timecodes(take)
    for name in ("livelink", "jsonl", "mcap"):
        write_take(path_of(tmp_path, name), take)
        assert timecodes(read_take(path_of(tmp_path, name))) == codes


def test_livelink_takes_columns_by_name(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    write_take(path, make_take(jawOpen=0.5))
    rows = [line.split(",") for line in path.read_text().splitlines()]
    turned = [[row[0], *row[:0:-1]] for row in rows]  # all but the timecode in reverse
    turned[1][turned[0].index("JawOpen")] = "1.25"  # calibrated beyond full
    path.write_text("\ufeff" + "\n".join(",".join(row) for row in turned))
    jaw = read_take(path).weights[:, BLENDSHAPE_INDEX["jawOpen"]]
    assert jaw[:2].tolist() == [1.0, 0.5]


def test_a_table_of_openface_is_read(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text(
        "frame, face_id, timestamp, confidence, success, AU12_r, AU26_r, AU25_r, AU12_c\n"
        + "".join(f"{n + 1}, 0, {n / 25:.3f}, 0.98, 1, 2.5, 5.00, 1.0, 1\n" for n in range(3))
    )
    take = read_take(path)
    assert take.fps == pytest.approx(25)
    weights = take.weights[0]
    assert weights[BLENDSHAPE_INDEX["mouthSmileLeft"]] == 0.5
    assert weights[BLENDSHAPE_INDEX["mouthSmileRight"]] == 0.5
    assert weights[BLENDSHAPE_INDEX["jawOpen"]] == 1.0
    assert take.head_orientation is None


def test_facs_columns(tmp_path: Path) -> None:
    path = tmp_path / "take.facs.csv"
    write_take(path, make_take())
    header, *rows = [line.split(",") for line in path.read_text().splitlines()]
    assert header[:5] == ["frame", "face_id", "timestamp", "confidence", "success"]
    assert header[-6:] == ["AU01_r", "AU12_r", "AU26_r", "AU01_c", "AU12_c", "AU26_c"]
    last = dict(zip(header, rows[-1], strict=True))
    assert (last["AU01_r"], last["AU12_r"], last["AU26_c"]) == ("5.000000", "5.000000", "0")
    assert (last["AU01_c"], rows[0][-3]) == ("1", "0")
    assert float(last["pose_Tz"]) == pytest.approx(1500)  # away from the camera
    # To the subject's left, which is the picture's right, and down.
    assert float(last["pose_Ry"]) < 0
    assert float(last["gaze_angle_x"]) > 0


def test_facs_needs_units(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="facs: expected a take with action units"):
        write_take(tmp_path / "take.facs.csv", make_take(full=False))


def test_lines_are_json(tmp_path: Path) -> None:
    path = tmp_path / "take.jsonl"
    write_take(path, make_take(2))
    told, first, _ = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert told["subject"] == 'Ä "performer"'
    assert told["start"] == first["timecode"]
    assert set(first) >= {"head", "gaze", "emotions", "valence", "arousal", "action_units"}


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 50, b"{}\n{}", b"a,b\n1,2\n"])
def test_a_broken_file_is_one_line(tmp_path: Path, name: str, data: bytes) -> None:
    path = path_of(tmp_path, name)
    path.write_bytes(data)
    with pytest.raises(TakeError) as told:
        read_take(path, name)
    assert str(path) in str(told.value)


@pytest.mark.parametrize("name", READABLE)
def test_half_a_file_is_half_a_take_or_one_line(tmp_path: Path, name: str) -> None:
    path = path_of(tmp_path, name)
    write_take(path, make_take(50))
    # Of a recording, half the file is the schemas, once before the rows and once after them.
    kept = path.stat().st_size // (4 if name == "mcap" else 2)
    path.write_bytes(path.read_bytes()[:kept])
    try:
        assert len(read_take(path)) < 50
    except TakeError as error:
        assert str(path) in str(error)


@pytest.mark.parametrize("name", READABLE)
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(TakeError, match="expected a readable take"):
        read_take(path_of(tmp_path, name))


@pytest.mark.parametrize("name", BOTH)
def test_where_nothing_can_be_written(tmp_path: Path, name: str) -> None:
    path = path_of(tmp_path / "none", name)
    with pytest.raises(SinkError, match="expected"):
        write_take(path, make_take())
    older = path_of(tmp_path, name)
    older.write_text("older")
    write_take(older, make_take())
    assert [entry.name for entry in tmp_path.iterdir()] == [older.name]
    assert len(read_take(older)) == 8


def test_the_format_follows_from_the_name(tmp_path: Path) -> None:
    assert format_of(Path("A.CSV"), written=True).title == "Live Link Face"
    assert format_of(Path("a.facs.csv"), written=True).title.startswith("FACS")
    assert format_of(Path("a.csv"), "facs", written=True).title.startswith("FACS")
    with pytest.raises(ConfigError, match=r"expected one of \.anim, .* got '\.fbx'"):
        format_of(Path("a.fbx"), written=True)
    with pytest.raises(ConfigError, match=r"expected a format that can be read .* got 'unity'"):
        format_of(Path("a.csv"), "unity", written=False)
    with pytest.raises(ConfigError, match="unknown format 'what'"):
        format_of(Path("a.csv"), "what", written=True)
    assert is_take(Path("x.mcap"))
    assert not is_take(Path("x.mp4"))


def test_a_row_that_ends_before_its_timecode_is_told(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    write_take(path, make_take())
    head, *rows = (line.split(",") for line in path.read_text().splitlines())
    lines = [",".join([*cells[1:], cells[0]]) for cells in (head, *rows)]
    lines[3] = lines[3].rpartition(",")[0]
    path.write_text("\n".join(lines))
    with pytest.raises(TakeError, match=r"row 3: expected a whole row"):
        read_take(path, "livelink")
