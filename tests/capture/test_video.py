import math
from pathlib import Path

import cv2
import pytest

from avatar_bridge.capture import video
from avatar_bridge.capture.decoder import FFMPEG_LOG_LEVEL, quiet
from avatar_bridge.capture.video import VideoReel, VideoSource
from avatar_bridge.clock import NS_PER_S, ManualClock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError

from .conftest import ScriptedDecoder, level

FAST = SourceConfig(realtime=False)


def read_all(source: VideoSource) -> list[tuple[int, int, float]]:
    given = []
    while (frame := source.read()) is not None:
        given.append((frame.index, level(frame.image), round(frame.captured_ns / NS_PER_S, 6)))
    source.close()
    return given


def test_plays_a_file(make_video) -> None:
    source = video.create(str(make_video(5, 25)), FAST, ManualClock())
    assert (source.label, source.fps, source.frame_count) == ("clip.mp4", 25, 5)
    assert read_all(source) == [(n, n, n * 0.04) for n in range(5)]


def test_loops_a_file(make_video) -> None:
    config = SourceConfig(realtime=False, loop=True)
    source = video.create(str(make_video(3, 25)), config, ManualClock())
    frames = [source.read() for _ in range(7)]
    source.close()
    assert [level(frame.image) for frame in frames] == [0, 1, 2, 0, 1, 2, 0]
    assert [frame.captured_ns for frame in frames] == pytest.approx(
        [n * 0.04 * NS_PER_S for n in range(7)]
    )


def test_samples_a_file(make_video) -> None:
    config = SourceConfig(realtime=False, fps=12.5)
    source = video.create(str(make_video(6, 25)), config, ManualClock())
    assert source.fps == 12.5
    assert [shown for _, shown, _ in read_all(source)] == [0, 2, 4]


def test_pictures_do_not_share_memory(make_video) -> None:
    source = video.create(str(make_video(2)), FAST, ManualClock())
    first = source.read()
    source.read()
    source.close()
    assert level(first.image) == 0


@pytest.mark.parametrize(
    ("stamps_ms", "seconds"),
    [
        ([0, 0, 0, 0], [0, 0.1, 0.2, 0.3]),
        ([500, 600, 700, 800], [0, 0.1, 0.2, 0.3]),
        ([0, 50, 250, 300], [0, 0.05, 0.25, 0.3]),
        ([0, math.nan, 200, 300], [0, 0.1, 0.2, 0.3]),
        ([900, 1000, 0, 100], [0, 0.1, 0.2, 0.3]),
        ([0, 100, 9e9, 9e9 + 100], [0, 0.1, 0.2, 0.3]),
    ],
    ids=["none", "late start", "uneven", "nan", "wraps", "jumps"],
)
def test_time_stamps_that_lie(stamps_ms: list[float], seconds: list[float]) -> None:
    reel = VideoReel(lambda: ScriptedDecoder([1] * 4, fps=10, stamps_ms=stamps_ms), "clip")
    assert [reel.advance() for _ in stamps_ms] == pytest.approx(seconds)
    assert reel.advance() is None


@pytest.mark.parametrize(
    ("said", "taken"), [(24.0, 24.0), (0.0, 30.0), (math.nan, 30.0), (1000.0, 30.0), (-5, 30.0)]
)
def test_frame_rates_that_lie(said: float, taken: float) -> None:
    assert VideoReel(lambda: ScriptedDecoder([1], fps=said), "clip").fps == taken


@pytest.mark.parametrize("said", [0, -1, math.nan])
def test_an_unknown_count(said: float) -> None:
    source = VideoSource(lambda: ScriptedDecoder([1], count=said), "clip", FAST, ManualClock())
    assert source.frame_count is None


def test_reports_a_file_that_is_cut_off(caplog) -> None:
    read_all(VideoSource(lambda: ScriptedDecoder([1, 2], count=9), "clip", FAST, ManualClock()))
    assert caplog.messages == ["clip ended after 2 of 9 pictures: it may be cut off"]


def test_a_file_that_is_gone_at_the_next_round() -> None:
    decoders = iter([ScriptedDecoder([1]), ScriptedDecoder(opened=False)])
    config = SourceConfig(realtime=False, loop=True)
    source = VideoSource(lambda: next(decoders), "clip", config, ManualClock())
    source.read()
    with pytest.raises(CaptureError, match="clip"):
        source.read()


def test_a_picture_that_cannot_be_decoded(monkeypatch) -> None:
    decoder = ScriptedDecoder([1])
    monkeypatch.setattr(decoder, "retrieve", lambda: (False, None))
    source = VideoSource(lambda: decoder, "clip", FAST, ManualClock())
    with pytest.raises(CaptureError, match=r"clip: expected a picture at 0\.00 s"):
        source.read()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("not a video\n" * 50)


def no_pictures(path: Path) -> None:
    path.unlink()
    cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25, (64, 48)).release()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [cut, empty, text, no_pictures, folder, Path.unlink])
def test_a_bad_file_is_one_line_and_nothing_else(make_video, damage, capfd) -> None:
    path = make_video()
    damage(path)
    with pytest.raises(CaptureError) as caught:
        video.create(str(path), FAST, ManualClock())
    message = str(caught.value)
    assert message.startswith("expected a video")
    assert "clip.mp4" in message
    assert "\n" not in message
    assert capfd.readouterr() == ("", "")


def test_a_level_that_the_user_set_is_kept(monkeypatch) -> None:
    monkeypatch.setenv(FFMPEG_LOG_LEVEL, "56")
    quiet()
    import os

    assert os.environ[FFMPEG_LOG_LEVEL] == "56"
