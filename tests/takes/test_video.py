"""The video beside a take."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from avatar_bridge.clock import SystemClock
from avatar_bridge.sinks.recorder import Recorder
from avatar_bridge.takes import video as video_module
from avatar_bridge.types import Frame


def frame(number: int) -> Frame:
    """A grey picture, lighter for every number."""
    return Frame(np.full((48, 64, 3), 10 * number, np.uint8), number, number * 1_000)


@pytest.fixture
def recorder(tmp_path):
    made = Recorder(SystemClock(), tmp_path, video=True)
    yield made
    made.close()


def test_every_picture_is_there_with_its_time(recorder, tmp_path):
    recorder.see(frame(1))  # before it begins
    recorder.start("one")
    for number in range(2, 12):
        recorder.see(frame(number))
    recorder.stop()
    table = (tmp_path / "one.frames.csv").read_text().splitlines()
    assert table == ["frame_index,captured_ns", *(f"{n},{n * 1_000}" for n in range(2, 12))]
    film = cv2.VideoCapture(str(tmp_path / "one.avi"))
    seen = [int(film.read()[1].mean().round()) for _ in range(10)]
    assert seen == pytest.approx([10 * n for n in range(2, 12)], abs=3)
    assert not film.read()[0]
    film.release()


def test_a_video_that_cannot_be_written_ends_alone(recorder, monkeypatch, caplog):
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(video_module.VideoTrack, "_open", refuse)
    recorder.start("one")
    recorder.see(frame(1))
    assert recorder.stop() is not None
    assert "one.avi ended: No space left on device" in caplog.text


def test_a_video_never_takes_the_place_of_another_file(tmp_path):
    (tmp_path / "one.frames.csv").write_text("somebody's")
    track = video_module.VideoTrack(tmp_path / "one.mcap", 30.0)
    track.end(5.0)
    assert track.failure == "File exists"
    assert (tmp_path / "one.frames.csv").read_text() == "somebody's"


def test_a_slow_encoder_loses_pictures_and_says_so(recorder, monkeypatch, caplog, tmp_path):
    monkeypatch.setattr(video_module, "QUEUE", 2)
    monkeypatch.setattr(video_module.VideoTrack, "_next", lambda _: None)
    recorder.start("one")
    for number in range(5):
        recorder.see(frame(number))
    recorder.stop()
    assert "lacks 3 pictures" in caplog.text


def test_none_without_being_asked(tmp_path: Path):
    recorder = Recorder(SystemClock(), tmp_path)
    recorder.start("one")
    recorder.see(frame(1))
    recorder.close()
    assert [path.name for path in tmp_path.iterdir()] == ["one.mcap"]
