"""Capture times out of a phone's timecode, as far as it makes sense."""

import pytest

from avatar_bridge.capture.states.timecode import TimecodeClock
from avatar_bridge.clock import NS_PER_MS, NS_PER_S

FPS = 60.0
FRAME_NS = NS_PER_S / FPS
BEGIN = 3600 * FPS  # one o'clock


def told(late_ms: list[float], codes: list[float] | None = None, fps: float = FPS) -> list[float]:
    """Milliseconds from the first capture to each, told from packets that were so late."""
    clock = TimecodeClock()
    result = []
    for n, late in enumerate(late_ms):
        arrived_ns = round(NS_PER_S + n * FRAME_NS + late * NS_PER_MS)
        code = BEGIN + n if codes is None else codes[n]
        result.append(clock.captured_ns(code, fps, arrived_ns) / NS_PER_MS)
    return [each - 1000.0 for each in result]


def test_late_packets_are_put_back_to_where_they_belong():
    late = [5.0, 5.0, 30.0, 8.0, 20.0, 5.0]
    wanted = [5.0 + n * FRAME_NS / NS_PER_MS for n in range(6)]
    assert told(late) == pytest.approx(wanted, abs=0.02)


def test_a_faster_packet_corrects_what_is_known_and_time_never_falls():
    captured = told([40.0, 5.0, 6.0, 5.0])
    assert captured == sorted(captured)
    assert captured[3] == pytest.approx(5.0 + 3 * FRAME_NS / NS_PER_MS, abs=0.1)


@pytest.mark.parametrize(
    ("codes", "fps"),
    [
        ([0.0] * 4, FPS),
        ([-5.0] * 4, FPS),
        ([7.0] * 4, FPS),
        ([1e9, 2e9, 3e9, 4e9], FPS),
        ([1.0, 2.0, 3.0, 4.0], 0.0),
        ([1.0, 2.0, 3.0, 4.0], 1e9),
        ([float("nan")] * 4, FPS),
    ],
)
def test_a_timecode_of_no_use_leaves_the_time_of_arrival(codes, fps):
    late = [5.0, 9.0, 7.0, 5.0]
    wanted = [late[n] + n * FRAME_NS / NS_PER_MS for n in range(4)]
    assert told(late, codes, fps) == pytest.approx(wanted)


def test_midnight_and_a_clock_that_was_set_begin_anew():
    codes = [BEGIN, BEGIN + 1, 1.0, 2.0, BEGIN + 100_000, BEGIN + 100_001]
    late = [5.0] * 6
    assert told(late, codes) == pytest.approx(
        [5.0 + n * FRAME_NS / NS_PER_MS for n in range(6)], abs=0.02
    )
