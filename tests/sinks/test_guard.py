import itertools
import logging

import pytest
from builders import make_state

from avatar_bridge.clock import ManualClock
from avatar_bridge.errors import SinkError
from avatar_bridge.sinks.guard import FIRST_PAUSE_S, LONGEST_PAUSE_S, GuardedSink


class Flaky:
    """A sink that fails when told to."""

    def __init__(self) -> None:
        self.broken: Exception | None = None
        self.calls = 0

    def publish(self, state) -> None:
        self.calls += 1
        if self.broken:
            raise self.broken

    describe = report = publish

    def close(self) -> None:
        pass


@pytest.fixture
def rig():
    clock, sink = ManualClock(), Flaky()
    return clock, sink, GuardedSink("flaky", sink, clock)


@pytest.mark.parametrize("error", [SinkError("gone"), ValueError("a bug")])
def test_a_failure_is_logged_once_and_followed_by_growing_pauses(rig, caplog, error) -> None:
    clock, sink, guarded = rig
    sink.broken = error
    tried_at = []
    with caplog.at_level(logging.WARNING):
        for tick in range(2000):
            before = sink.calls
            guarded.publish(make_state())
            if sink.calls > before:
                tried_at.append(tick * 0.1)
            clock.sleep(0.1)
    pauses = [b - a for a, b in itertools.pairwise(tried_at)]
    assert len(caplog.records) == 1
    assert str(error) in caplog.text
    assert pauses[0] == pytest.approx(FIRST_PAUSE_S, abs=0.15)
    assert pauses[-1] == pytest.approx(LONGEST_PAUSE_S, abs=0.15)
    assert pauses == sorted(pauses)


def test_a_description_that_fails_stops_no_face(rig) -> None:
    _, sink, guarded = rig
    sink.broken = ValueError("no text")
    guarded.describe(None)
    sink.broken = None
    calls = sink.calls
    guarded.publish(make_state())
    assert sink.calls == calls + 1


def test_a_sink_that_does_not_close_is_logged(rig, caplog) -> None:
    _, sink, guarded = rig

    def stuck() -> None:
        raise OSError("stuck")

    sink.close = stuck
    with caplog.at_level(logging.WARNING):
        guarded.close()
    assert "stuck" in caplog.text


def test_it_works_again_when_the_sink_does(rig) -> None:
    clock, sink, guarded = rig
    sink.broken = SinkError("gone")
    guarded.publish(make_state())
    sink.broken = None
    clock.sleep(FIRST_PAUSE_S + 0.1)
    calls = sink.calls
    for _ in range(3):
        guarded.publish(make_state())
    assert sink.calls == calls + 3
