import pytest

from avatar_bridge.clock import ManualClock
from avatar_bridge.telemetry import WINDOW, Telemetry


def test_timings_are_in_milliseconds() -> None:
    clock = ManualClock()
    telemetry = Telemetry(clock)
    for seconds in (0.001, 0.002, 0.009):
        with telemetry.stage("analyze"):
            clock.sleep(seconds)
    (stage,) = telemetry.snapshot("running").stages
    assert (stage.name, stage.p50_ms, stage.worst_ms) == ("analyze", 2.0, 9.0)
    assert 2.0 < stage.p95_ms <= 9.0


def test_rate_and_counts() -> None:
    clock = ManualClock()
    telemetry = Telemetry(clock)
    for index in range(61):
        telemetry.count_captured(dropped=index % 2)
        telemetry.count_published(tracked_faces=2)
        clock.sleep(1 / 60)
    status = telemetry.snapshot("reconnecting")
    assert status.fps == pytest.approx(60, rel=1e-3)
    clock.sleep(5)
    assert telemetry.snapshot("reconnecting").fps == 0.0  # a dead camera has no rate
    assert (status.captured, status.dropped) == (61, 30)
    assert (status.tracked_faces, status.source_state) == (2, "reconnecting")


def test_nothing_seen_is_no_error() -> None:
    status = Telemetry(ManualClock()).snapshot("starting")
    assert (status.fps, status.stages) == (0.0, ())


def test_only_the_last_samples_count() -> None:
    telemetry = Telemetry(ManualClock())
    telemetry.record("track", 10**9)
    for _ in range(WINDOW):
        telemetry.record("track", 10**6)
    assert telemetry.snapshot("running").stages[0].worst_ms == 1.0
