"""The commands as a user types them, in this process."""

import csv
import json
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from builders import make_state
from tiny_detectors import write_single_shot_net
from tiny_nets import add_to_manifest, write_emotion_net

from avatar_bridge.cli.main import main
from avatar_bridge.cli.score import ScoreSink
from avatar_bridge.config import TIER_NETS
from avatar_bridge.detect import DETECTORS
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.inference import store

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call `avatar-bridge` with arguments; gives exit code, output and errors."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["avatar-bridge", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "500")  # no wrapped lines
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return call


@pytest.fixture
def ports() -> list[str]:
    """Options for two addresses that are free."""
    sockets = [socket.socket() for _ in range(2)]
    for probe in sockets:
        probe.bind(("127.0.0.1", 0))
    first, second = (f"tcp://127.0.0.1:{probe.getsockname()[1]}" for probe in sockets)
    for probe in sockets:
        probe.close()
    return ["--pub", first, "--control", second]


@pytest.fixture
def emotion_net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of an emotion net that is installed beside the packaged nets."""
    folder = tmp_path / "models"
    shutil.copytree(store.packaged_models(), folder)
    write_emotion_net(folder, "spots", lift=0.1)
    monkeypatch.setattr(store, "packaged_models", lambda: folder)
    return "spots"


def test_demo_tracks_the_performer_and_says_how_well(run: Run, ports: list[str]) -> None:
    code, out, _ = run("demo", "--frames", 60, "--no-open", "--json", *ports)
    result = json.loads(out)
    assert code == 0
    assert result["tracked"] > 50
    assert result["mean_r"] > 0.2
    assert set(result["r"]) <= set(BLENDSHAPES)


def test_demo_prints_tables_for_people(run: Run, ports: list[str]) -> None:
    code, out, _ = run("demo", "--frames", 40, "--no-open", *ports)
    assert code == 0
    assert "correlation with the true weights" in out
    assert "time per stage" in out


def test_a_busy_port_is_one_line_with_the_address(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        code, _, err = run("demo", "--frames", 1, "--no-open", "--pub", address, "--control", "")
    last = err.strip().splitlines()[-1]
    assert code == 2
    assert address in last
    assert "Traceback" not in err


def test_run_serves_a_file_to_its_end(run: Run, ports: list[str], tmp_path: Path) -> None:
    picture = tmp_path / "grey.png"
    cv2.imwrite(str(picture), np.full((120, 160, 3), 127, np.uint8))
    code, _, err = run("run", "--source", picture, "--quiet", *ports)
    assert code == 0
    assert "1 frames captured, 0 dropped" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--source", "no/such.mp4"], "no/such.mp4"),
        (["run", "--profile", "nobody"], "unknown profile 'nobody'; expected one of: arkit"),
        (["run", "--tracker", "nobody"], "unknown tracker 'nobody'; expected one of: kcf"),
        (["run", "--detector", "nobody"], "unknown detector 'nobody'; expected one of: haar"),
        (["run", "--max-faces", "0"], "track.max_faces"),
        (["demo", "--max-faces", "5"], "track.max_faces"),
        (["bench", "--min-face", "5"], "track.min_face"),
        (["track", "a.mp4", "-o", "a.csv", "--min-face", "5"], "track.min_face"),
        (["demo", "--detector", "nobody"], "unknown detector 'nobody'; expected one of: haar"),
        (["bench", "--tracker", "nobody"], "unknown tracker 'nobody'; expected one of: kcf"),
        (["run", "--sink", "nowhere"], "unknown sink 'nowhere'"),
        (["run", "--config", "gone.toml"], "gone.toml"),
        (["run", "--pub", "tcp://0.0.0.0:5570"], "--insecure"),
        (["run", "--pub", "nonsense"], "nonsense"),
        (["track", "no/such.mp4", "-o", "out.csv"], "no/such.mp4"),
        (["bench", "--source", "no/such.mp4"], "no/such.mp4"),
        (["run", "--emotion-net", "nobody"], "unknown model 'nobody'; expected one of:"),
        (["demo", "--emotion-net", "nobody"], "unknown model 'nobody'; expected one of:"),
        (["bench", "--emotion-net", "nobody"], "unknown model 'nobody'; expected one of:"),
        (["track", "a.mp4", "-o", "a.csv", "--emotion-net", "nobody"], "unknown model 'nobody'"),
        (["run", "--emotion-net", "student"], "model 'student': expected an emotion net"),
        (["run", "--emotion-every", "0"], "analyze.emotion_every"),
        (
            ["run", "--tier", "slow"],
            "analyze.tier: Input should be 'fast' or 'quality', got 'slow'",
        ),
        (["demo", "--tier", "slow"], "'fast' or 'quality', got 'slow'"),
        (["bench", "--tier", "slow"], "'fast' or 'quality', got 'slow'"),
        (["track", "a.mp4", "-o", "a.csv", "--tier", "slow"], "'fast' or 'quality', got 'slow'"),
        (["run", "--face-net", "nobody"], "unknown model 'nobody'; expected one of:"),
        (["demo", "--face-net", "nobody"], "unknown model 'nobody'; expected one of:"),
        (["bench", "--face-net", "nobody"], "unknown model 'nobody'; expected one of:"),
        (["track", "a.mp4", "-o", "a.csv", "--face-net", "nobody"], "unknown model 'nobody'"),
        (["run", "--face-net", "cnn"], "model 'cnn': expected a face net, got task 'emotion'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    run: Run, arguments: list[str], message: str
) -> None:
    code, out, err = run(*arguments)
    lines = err.splitlines()
    assert code == 2
    assert message in lines[0]
    assert len(lines) == 1
    assert out == ""


def test_track_writes_one_row_a_picture_and_leaves_cells_empty(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("b.png", "a.png"):
        cv2.imwrite(str(folder / name), np.full((120, 160, 3), 127, np.uint8))
    table = tmp_path / "out.csv"
    code, _, err = run("track", folder, "-o", table)
    assert code == 0
    assert "2 frames, a face in 0" in err
    header, *rows = list(csv.reader(table.read_text().splitlines()))
    assert header[:3] == ["Timecode", "BlendshapeCount", "EyeBlinkLeft"]
    assert len(rows) == 2
    assert all(cell == "" for row in rows for cell in row[2:])


def test_track_names_the_pictures_in_json_and_draws_them(run: Run, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), np.full((120, 160, 3), 127, np.uint8))
    result, film = tmp_path / "out.json", tmp_path / "out.mp4"
    code, _, _ = run("track", tmp_path / "one.png", "-o", result, "--overlay", film)
    assert code == 0
    assert json.loads(result.read_text())["frames"][0]["name"] == "one.png"
    assert cv2.VideoCapture(str(film)).read()[0]


def test_track_refuses_a_suffix_it_does_not_know(run: Run, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), np.full((8, 8, 3), 127, np.uint8))
    code, _, err = run("track", tmp_path / "one.png", "-o", tmp_path / "out.xlsx")
    assert code == 2
    assert ".csv" in err


def test_doctor_judges_every_part(run: Run) -> None:
    _, out, _ = run("doctor", "--json")
    findings = {finding["subject"]: finding for finding in json.loads(out)}
    assert findings["performer"]["verdict"] == "ok"
    assert findings["model student"]["verdict"] == "ok"
    assert findings["profile arkit"]["verdict"] == "ok"
    assert findings["detector haar"]["verdict"] == "ok"
    assert {f"detector {name}" for name in DETECTORS.names()} <= findings.keys()
    assert all(f["cure"] for f in findings.values() if f["verdict"] != "ok")


def test_models_come_from_their_cards(run: Run) -> None:
    code, out, _ = run("models", "--json")
    assert code == 0
    assert "student" in [card["name"] for card in json.loads(out)]
    code, out, _ = run("models")
    assert code == 0
    assert "student" in out
    code, out, _ = run("models", "student")
    assert code == 0
    assert "Apache-2.0, recipe student, tier fast (default)" in out
    assert "clips_nme" in out
    code, _, error = run("models", "no_such")
    assert code == 2
    assert "unknown model 'no_such'" in error


def test_bench_times_every_stage(run: Run) -> None:
    code, out, _ = run("bench", "--frames", 40, "--tier", "fast", "--json")
    result = json.loads(out)
    assert code == 0
    [fast] = result["runs"]
    card = store.ModelStore().find("student").card
    assert (fast["tier"], fast["net"], fast["precision"]) == ("fast", card.name, card.precision)
    assert fast["fps"] > 0
    assert -1 <= fast["mean_r"] <= 1
    stages = ["capture", "detect", "track", "align", "analyze", "retarget", "smooth", "publish"]
    assert set(fast["stages"]) == {*stages, "total"}


@pytest.fixture
def quality_net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of a face net that is installed as the other tier: a second copy of the student."""
    folder, name = tmp_path / "models", "second"
    folder.mkdir()
    packaged = store.packaged_models()
    card = (packaged / "student.toml").read_text().replace('name = "student"', f'name = "{name}"')
    (folder / f"{name}.toml").write_text(card)
    shutil.copy(packaged / "student.onnx", folder / f"{name}.onnx")
    needed = ("student", "mtcnn_pnet", "mtcnn_rnet", "mtcnn_onet")  # by the other tier, to detect
    for file in (f"{net}.{suffix}" for net in needed for suffix in ("toml", "onnx")):
        shutil.copy(packaged / file, folder)
    for net in (*needed, name):
        add_to_manifest(folder, net)
    monkeypatch.setattr(store, "packaged_models", lambda: folder)
    monkeypatch.setitem(TIER_NETS, "quality", name)
    return name


def test_a_detector_and_a_tracker_may_be_chosen(run: Run, tmp_path: Path, quality_net: str) -> None:
    write_single_shot_net(tmp_path / "models")
    chosen = ["--detector", "ssd", "--tracker", "kcf", "--min-face", 80, "--max-faces", 2]
    code, out, _ = run("bench", "--frames", 30, "--tier", "fast", *chosen, "--json")
    assert code == 0
    assert "detect" in json.loads(out)["runs"][0]["stages"]
    _, out, _ = run("doctor", "--json")
    findings = {finding["subject"]: finding for finding in json.loads(out)}
    assert findings["detector ssd"]["verdict"] == "ok"
    assert findings["detector immtcnn"]["verdict"] == "note"


def test_a_detector_whose_model_is_missing_is_one_line(run: Run, quality_net: str) -> None:
    code, _, err = run("run", "--detector", "ssd")
    assert code == 2
    assert "unknown model 'ssd'; expected one of: mtcnn_onet, " in err
    assert len(err.splitlines()) == 1


def test_bench_puts_every_installed_tier_side_by_side(run: Run, quality_net: str) -> None:
    code, out, _ = run("bench", "--frames", 40, "--json")
    result = json.loads(out)
    assert code == 0
    assert [run["net"] for run in result["runs"]] == ["student", quality_net]
    assert result["runs"][0]["mean_r"] == pytest.approx(result["runs"][1]["mean_r"], abs=1e-6)
    assert (result["default_tier"], result["missing_tiers"]) == ("fast", [])
    code, out, _ = run("bench", "--frames", 30)
    assert code == 0
    assert "face nets on the same frames" in out
    assert "default tier: fast. The rule" in out


def test_a_tier_that_is_not_installed_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TIER_NETS, "quality", "nobody")
    code, out, _ = run("bench", "--frames", 30)
    assert code == 0
    assert [line for line in out.splitlines() if "nobody" in line] == [
        "tier quality: nobody is not installed"
    ]
    code, _, err = run("run", "--tier", "quality")
    assert code == 2
    assert err.startswith("avatar-bridge: unknown model 'nobody'; expected one of:")
    findings = {f["subject"]: f for f in json.loads(run("doctor", "--json")[1])}
    assert findings["tier fast"]["found"] == "student (default)"
    assert (findings["tier quality"]["verdict"], findings["tier quality"]["found"]) == (
        "note",
        "nobody is not installed",
    )


def test_a_face_net_may_be_named_in_place_of_a_tier(run: Run, quality_net: str) -> None:
    code, out, err = run("bench", "--frames", 40, "--tier", "fast", "--face-net", quality_net)
    assert code == 0
    assert f"time per stage, {quality_net}" in out
    assert "tier fast" not in out + err


def test_an_emotion_net_is_a_stage_of_its_own(run: Run, emotion_net: str) -> None:
    options = ["--tier", "fast", "--emotion-net", emotion_net, "--emotion-every", 2]
    code, out, _ = run("bench", "--frames", 30, "--json", *options)
    assert code == 0
    assert json.loads(out)["runs"][0]["stages"]["emotion"]["p50_ms"] > 0


def test_track_takes_the_emotions_from_the_net_it_is_told(
    run: Run, emotion_net: str, tmp_path: Path
) -> None:
    picture = Path(__file__).parents[2] / "docs" / "demo.jpg"
    emotions = []
    for options in ([], ["--emotion-net", emotion_net]):
        result = tmp_path / "out.json"
        assert run("track", picture, "-o", result, *options)[0] == 0
        emotions.append(json.loads(result.read_text())["frames"][0]["emotions"])
    assert emotions[0] != emotions[1]


def test_models_lists_an_emotion_net(run: Run, emotion_net: str) -> None:
    assert emotion_net in run("models")[1]
    code, out, _ = run("models", emotion_net)
    assert code == 0
    assert "emotion net" in out
    assert "FER+ test accuracy" in out
    assert "0.875" in out
    findings = {f["subject"]: f["verdict"] for f in json.loads(run("doctor", "--json")[1])}
    assert findings[f"model {emotion_net}"] == "ok"


def test_version(run: Run) -> None:
    code, out, _ = run("--version")
    assert (code, out.strip().count(".")) == (0, 2)


def test_correlations_find_what_moves_together() -> None:
    rng = np.random.default_rng(0)
    truth = np.zeros((50, 52))
    truth[:, 3], truth[:, 7] = rng.random(50), rng.random(50)
    score = ScoreSink(truth)
    for index in range(25, 75):  # over the seam of a loop
        weights = {BLENDSHAPES[3]: float(truth[index % 50, 3])}
        score.publish(replace(make_state(**weights), frame_index=index))
        if index == 30:
            assert score.correlations() == {}  # too little seen
        score.publish(replace(make_state(tracked=False, jawOpen=1.0), frame_index=index))
    assert score.tracked == 50
    assert score.correlations() == {
        BLENDSHAPES[3]: pytest.approx(1.0, abs=1e-6),
        BLENDSHAPES[7]: 0.0,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--sauce", "x"], "No such option: --sauce"),
        (["run", "--max-frames", "x"], "Invalid value for '--max-frames'"),
        (["track"], "Missing argument 'INPUT'"),
        (["dance"], "No such command 'dance'"),
    ],
)
def test_a_mistyped_command_is_one_line_too(run: Run, arguments: list[str], message: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert err.startswith(f"avatar-bridge: {message}")
    assert len(err.splitlines()) == 1


def test_a_folder_in_which_nothing_can_be_read_is_refused(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"no picture")
    code, _, err = run("track", folder, "-o", tmp_path / "out.csv")
    assert code == 2
    assert "expected a picture that can be read in" in err.splitlines()[-1]
    assert not (tmp_path / "out.csv").exists()


def test_a_broken_picture_leaves_its_row_empty(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a.png", "c.png"):
        cv2.imwrite(str(folder / name), np.full((120, 160, 3), 127, np.uint8))
    (folder / "b.png").write_bytes(b"no picture")
    result = tmp_path / "out.json"
    code, _, err = run("track", folder, "-o", result)
    assert code == 0
    assert "left empty: expected an image at" in err
    rows = json.loads(result.read_text())["frames"]
    assert [row["name"] for row in rows] == ["a.png", "b.png", "c.png"]


@pytest.mark.parametrize("shape", [(1, 2000), (2000, 1)])
def test_a_thin_picture_is_tracked_like_any_other(run: Run, tmp_path: Path, shape) -> None:
    cv2.imwrite(str(tmp_path / "thin.png"), np.zeros((*shape, 3), np.uint8))
    film = tmp_path / "out.mp4"
    code, _, _ = run("track", tmp_path / "thin.png", "-o", tmp_path / "o.csv", "--overlay", film)
    assert code == 0
    assert film.stat().st_size < 1 << 20


@pytest.mark.parametrize(
    "source",
    ["[/x].mp4", "[red]x.mp4", "caf\udce9.mp4", "video:~nouser/x.mp4", "images:" + 300 * "x"],
)
def test_odd_names_are_told_as_they_are(run: Run, source: str) -> None:
    code, _, err = run("run", "--source", source)
    assert code == 2
    assert len(err.splitlines()) == 1
    told = source.replace("\udce9", "\\udce9")  # as Python quotes what is no text
    assert told.removeprefix("video:").removeprefix("images:")[:60] in err


def test_a_config_files_faults_are_its_own(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text("[track]\nmax_faces = 2\n")
    _, _, err = run("run", "--config", path, "--max-faces", "9")
    assert "command line: track.max_faces" in err
    path.write_text("[track]\nmax_faces = 9\n")
    _, _, err = run("run", "--config", path)
    assert "my.toml: track.max_faces" in err
