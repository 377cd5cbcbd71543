"""`avatar-bridge calibrate` as a user types it, without a server."""
# ruff: noqa: F811 - `run` is a fixture

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from test_commands import Run, run  # noqa: F401

from avatar_bridge.capture.performer import assets
from avatar_bridge.cli import calibrate as command
from avatar_bridge.errors import CalibrationError

NO_SERVER = "tcp://127.0.0.1:1"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AVATAR_BRIDGE_CONFIG", str(tmp_path / "settings"))
    impatient = partial(command.ControlClient, timeout_s=0.1)
    monkeypatch.setattr(command, "ControlClient", impatient)
    return tmp_path / "settings" / "calibrations"


@pytest.fixture
def still_face(tmp_path: Path) -> Path:
    """A folder of pictures in which the performer keeps still."""
    film = cv2.VideoCapture(str(assets() / "performer.mp4"))
    _, picture = film.read()
    film.release()
    folder = tmp_path / "still"
    folder.mkdir()
    for number in range(80):
        cv2.imwrite(str(folder / f"{number:03d}.jpg"), picture)
    return folder


def last(text: str) -> str:
    return text.strip().splitlines()[-1]


def test_a_face_is_measured_saved_listed_used_and_deleted(
    run: Run,
    still_face: Path,
    home: Path,
    tmp_path: Path,
) -> None:
    code, _, err = run("calibrate", "anna", "--source", still_face, "--now")
    assert code == 0, err
    assert "neutral: done" in err
    assert f"saved {home / 'anna.toml'}: use it with --calibration anna" in err
    code, out, _ = run("calibrate", "--list")
    assert (code, out) == (0, "anna: at rest, read by student\n")
    picture = next(still_face.iterdir())
    code, _, err = run("track", picture, "-o", tmp_path / "a.json", "--calibration", "anna")
    assert code == 0, err
    assert run("calibrate", "anna", "--undo", "--source", still_face)[0] == 2
    assert run("calibrate", "anna", "--source", still_face, "--now")[0] == 0
    assert run("calibrate", "anna", "--undo", "--source", still_face)[0] == 0
    assert run("calibrate", "anna", "--delete")[0] == 0
    assert run("calibrate", "--list")[1] == ""


def test_a_film_without_a_face_is_one_line(run: Run, tmp_path: Path, home: Path) -> None:
    for number in range(40):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((120, 160, 3), 127, np.uint8))
    code, _, err = run("calibrate", "anna", "--source", tmp_path, "--now", "--tries", 1)
    assert code == 2
    assert last(err) == "avatar-bridge: expected a face before the camera, got none"
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["../x"], "expected a calibration's name"),
        (["anna", "--steps", "nose"], "expected a step of neutral, smile"),
        (["--use"], "expected the NAME of a calibration; saved: none yet"),
        (["--delete"], "expected the NAME of a calibration"),
        (["nobody", "--delete"], "unknown calibration 'nobody'"),
        (["--undo", "--clear"], "expected one of --use, --undo"),
        (["--source", "performer"], "expected a NAME to keep"),
        (["anna", "--source", "no.mp4"], "no.mp4"),
        (["anna", "--source", "performer", "--steps", "smile,neutral"], "neutral face"),
        (["--control", NO_SERVER], f"expected a server at {NO_SERVER}, got none: start"),
        (["--undo", "--control", NO_SERVER], "expected a server"),
        (["--clear", "--control", NO_SERVER], "expected a server"),
        (["anna", "--use", "--control", NO_SERVER], "expected a server"),
        (["--control", "nonsense"], "nonsense"),
        (["--tries", "0"], "--tries"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(run: Run, arguments: list[str], said: str) -> None:
    code, _, err = run("calibrate", *arguments)
    assert code == 2
    assert said in last(err)
    assert "Traceback" not in err


@pytest.mark.parametrize("command_name", ["run", "demo", "track"])
def test_an_unknown_calibration_ends_a_command(run: Run, command_name: str) -> None:
    more = {"track": ["a.mp4", "-o", "a.json"], "demo": ["--no-open"], "run": []}[command_name]
    code, _, err = run(command_name, *more, "--calibration", "nobody")
    assert code == 2
    assert "unknown calibration 'nobody'; saved in" in last(err)


def test_a_guided_calibration_counts_down_and_tries_again(monkeypatch, capsys) -> None:
    asked: list[str] = []
    waited: list[float] = []

    class Bench:
        def measure(self, step: str, name: str, centre: bool) -> None:
            asked.append(step)
            if asked == ["neutral"]:
                raise CalibrationError("expected a head that keeps still, got another")

    monkeypatch.setattr(command.time, "sleep", waited.append)
    wanted = command._wanted(True, None)
    command._measure(Bench(), wanted, "", True, 3, False)
    steps = ["neutral", "smile", "brows_up", "jaw_open", "blink", "pucker"]
    assert asked == ["neutral", *steps]
    assert len(waited) == 7 * command.COUNTDOWN
    said = capsys.readouterr().err
    assert "again: expected a head that keeps still" in said
    assert "Pucker your lips" in said
