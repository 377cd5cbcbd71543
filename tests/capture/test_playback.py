import threading
from collections.abc import Sequence

import numpy as np
import pytest

from avatar_bridge.capture.playback import CATCH_UP_S, PlaybackSource
from avatar_bridge.clock import NS_PER_S, ManualClock, SystemClock

S = NS_PER_S


class CountedReel:
    """Pictures whose brightness is their number."""

    def __init__(self, times: Sequence[float], fps: float) -> None:
        self.fps = fps
        self.closed = False
        self._times = times
        self._at = -1

    def advance(self) -> float | None:
        self._at += 1
        return self._times[self._at] if self._at < len(self._times) else None

    def picture(self) -> np.ndarray:
        return np.full((2, 2, 3), self._at, np.uint8)

    def rewind(self) -> None:
        self._at = -1

    def close(self) -> None:
        self.closed = True


def play(
    count: int = 4, rate: float = 10.0, clock: ManualClock | None = None, **options
) -> PlaybackSource:
    settings = {"realtime": False, "loop": False, "fps": None} | options
    reel = CountedReel([n / rate for n in range(count)], rate)
    return PlaybackSource(reel, "reel", count, clock or ManualClock(), **settings)


def rows(source: PlaybackSource, limit: int = 100) -> list[tuple[int, int, float]]:
    """Index, picture number and seconds of what it gives."""
    given = []
    for _ in range(limit):
        frame = source.read()
        if frame is None:
            break
        given.append((frame.index, int(frame.image[0, 0, 0]), frame.captured_ns / S))
    return given


def test_as_fast_as_possible_gives_every_picture_with_its_own_time() -> None:
    clock = ManualClock(5 * S)
    assert rows(play(clock=clock)) == [(0, 0, 0), (1, 1, 0.1), (2, 2, 0.2), (3, 3, 0.3)]
    assert clock.now_ns() == 5 * S


def test_in_real_time_waits_for_each_picture() -> None:
    clock = ManualClock(5 * S)
    given = rows(play(clock=clock, realtime=True))
    assert given == [(0, 0, 5.0), (1, 1, 5.1), (2, 2, 5.2), (3, 3, 5.3)]
    assert clock.now_ns() == pytest.approx(5.3 * S)


def test_a_late_reader_gets_the_picture_that_is_due() -> None:
    clock = ManualClock()
    source = play(10, clock=clock, realtime=True)
    source.read()
    clock.sleep(0.45)
    late = source.read()
    assert (late.index, late.captured_ns) == (4, 0.4 * S)
    on_time = source.read()
    assert (on_time.index, on_time.captured_ns) == (5, 0.5 * S)
    assert clock.now_ns() == pytest.approx(0.5 * S)


def test_a_very_late_reader_still_gets_pictures() -> None:
    clock = ManualClock()
    source = play(100, clock=clock, realtime=True)
    source.read()
    clock.sleep(5)
    assert source.read().index == round(CATCH_UP_S * 10) + 1


def test_a_late_reader_at_the_end() -> None:
    clock = ManualClock()
    source = play(clock=clock, realtime=True)
    source.read()
    clock.sleep(60)
    assert source.read() is None


@pytest.mark.parametrize("realtime", [False, True])
def test_loops_without_a_seam(realtime: bool) -> None:
    given = rows(play(3, loop=True, realtime=realtime), limit=7)
    assert [index for index, _, _ in given] == list(range(7))
    assert [number for _, number, _ in given] == [0, 1, 2, 0, 1, 2, 0]
    assert [time for _, _, time in given] == pytest.approx([n / 10 for n in range(7)])


@pytest.mark.parametrize(
    ("fps", "numbers"),
    [
        (None, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (5, [0, 2, 4, 6, 8]),
        (4, [0, 2, 5, 7]),
        (1, [0]),
        (10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (60, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_sampling_leaves_pictures_out(fps: float | None, numbers: list[int]) -> None:
    source = play(10, fps=fps)
    given = rows(source)
    assert [number for _, number, _ in given] == numbers
    assert [index for index, _, _ in given] == list(range(len(numbers)))  # no gaps: none dropped
    assert [time for _, _, time in given] == pytest.approx([n / 10 for n in numbers])
    assert source.frame_count == pytest.approx(len(numbers), abs=1)
    assert source.fps == min(fps or 10, 10)


def test_sampling_keeps_time_across_loops() -> None:
    given = rows(play(4, fps=5, loop=True), limit=5)
    assert [number for _, number, _ in given] == [0, 2, 0, 2, 0]
    assert [time for _, _, time in given] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


def test_counts() -> None:
    assert play(7).frame_count == 7
    assert play(7, loop=True).frame_count is None


def test_an_empty_loop_ends() -> None:
    assert play(0, loop=True).read() is None


def test_states() -> None:
    source = play(1)
    assert source.state == "running"
    rows(source)
    assert source.state == "ended"
    source.close()
    assert source.state == "closed"
    assert source.read() is None


def test_closing_releases_once_and_then_cleans_up() -> None:
    reel, calls = CountedReel([0.0], 10), []
    source = PlaybackSource(reel, "reel", 1, ManualClock(), realtime=False, loop=False)
    source.call_on_close(lambda: calls.append(reel.closed))
    source.close()
    source.close()
    assert calls == [True]


def test_closing_ends_a_waiting_read() -> None:
    reel = CountedReel([0.0, 600.0], 10)
    source = PlaybackSource(reel, "reel", 2, SystemClock(), realtime=True, loop=False)
    source.read()
    answers: list[object] = []
    reader = threading.Thread(target=lambda: answers.append(source.read()))
    reader.start()
    source.close()
    reader.join(5)
    assert answers == [None]
