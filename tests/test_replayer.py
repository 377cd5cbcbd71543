"""A take published again: its values to the bit, its time by a clock that only moves when told."""

from pathlib import Path

import pytest
from take_rig import INFO, full_state, numbers, write_take

from avatar_bridge.clock import NS_PER_S, ManualClock
from avatar_bridge.errors import TakeError
from avatar_bridge.facs.arkit import Capability
from avatar_bridge.replayer import Replayer, first_info
from avatar_bridge.sinks.memory import MemorySink
from avatar_bridge.types import FaceState

FRAME_NS = 40_000_000


class TimedSink(MemorySink):
    """Notes when each face came, and may stop the replayer."""

    def __init__(self, clock: ManualClock, stop_after: int = 10**9) -> None:
        super().__init__()
        self._clock = clock
        self._stop_after = stop_after
        self.at_ns: list[int] = []
        self.replayer: Replayer | None = None

    def publish(self, state: FaceState) -> None:
        super().publish(state)
        self.at_ns.append(self._clock.now_ns())
        if len(self.states) == self._stop_after and self.replayer:
            self.replayer.stop()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(77 * NS_PER_S)


@pytest.fixture
def states() -> list[FaceState]:
    return [full_state(n, captured_ns=10 * NS_PER_S + n * FRAME_NS) for n in range(50)]


@pytest.fixture
def take(tmp_path, states) -> Path:
    return write_take(tmp_path / "one.mcap", states)


def played(path: Path, clock: ManualClock, stop_after: int = 10**9, **options) -> TimedSink:
    sink = TimedSink(clock, stop_after)
    sink.replayer = Replayer(path, [sink], clock, "fresh", **options)
    sink.replayer.run()
    assert sink.closed
    return sink


def test_every_value_goes_out_again_to_the_bit(take, clock, states):
    sink = played(take, clock)
    assert [numbers(state) for state in sink.states] == [numbers(state) for state in states]
    assert [state.tracked for state in sink.states] == [state.tracked for state in states]
    assert [state.frame_index for state in sink.states] == list(range(50))


@pytest.mark.parametrize("speed", [1.0, 2.0, 0.5, 100.0])
def test_in_its_own_time_or_faster(take, clock, speed):
    sink = played(take, clock, speed=speed)
    wanted = [77 * NS_PER_S + round(n * FRAME_NS / speed) for n in range(50)]
    assert sink.at_ns == pytest.approx(wanted, abs=100)
    assert [state.captured_ns for state in sink.states] == pytest.approx(wanted, abs=100)


def test_the_stream_is_described_first_and_then_once_a_second(take, clock):
    sink = played(take, clock)  # 2 s less a frame
    assert len(sink.infos) == 2
    assert {info.stream_id for info in sink.infos} == {"fresh"}
    assert sink.infos[0].source == INFO.source
    assert sink.statuses[0].source_state == "replaying"


def test_faces_of_one_picture_go_out_together(tmp_path, clock):
    pairs = [
        full_state(2 * n + face, captured_ns=n * FRAME_NS, face_id=face + 1)
        for n in range(3)
        for face in range(2)
    ]
    sink = played(write_take(tmp_path / "two.mcap", pairs), clock)
    assert [state.frame_index for state in sink.states] == [0, 0, 1, 1, 2, 2]
    assert [state.face_id for state in sink.states] == [1, 2] * 3
    assert sink.at_ns[0] == sink.at_ns[1]


def test_a_loop_goes_on_counting_until_it_is_stopped(take, clock, states):
    sink = played(take, clock, stop_after=120, loop=True)
    assert [state.frame_index for state in sink.states] == list(range(120))
    assert [numbers(state) for state in sink.states[50:100]] == [numbers(each) for each in states]
    steps = [after - before for before, after in zip(sink.at_ns, sink.at_ns[1:], strict=False)]
    assert min(steps) > 0
    assert max(steps) <= FRAME_NS + 100


def test_a_long_silence_is_kept_and_described(tmp_path, clock):
    pause = [full_state(1, captured_ns=0), full_state(2, captured_ns=5 * NS_PER_S)]
    sink = played(write_take(tmp_path / "pause.mcap", pause), clock)
    assert sink.at_ns[1] - sink.at_ns[0] == 5 * NS_PER_S
    assert len(sink.infos) == 6


def test_stamps_that_fall_hold_up_nothing(tmp_path, clock):
    looped = [full_state(n, captured_ns=n % 3 * FRAME_NS) for n in range(6)]
    sink = played(write_take(tmp_path / "looped.mcap", looped), clock)
    assert [at - sink.at_ns[0] for at in sink.at_ns] == [n * FRAME_NS for n in (0, 1, 2, 2, 3, 4)]


def test_a_take_that_does_not_say_what_it_carries(tmp_path):
    path = write_take(tmp_path / "bare.mcap", [full_state(1)], info=None)
    info = first_info(path, "fresh")
    assert (info.stream_id, info.source) == ("fresh", "bare.mcap")
    assert set(info.capabilities) == {Capability.MEASURED}


def test_a_take_without_a_face_is_refused(tmp_path, clock):
    path = write_take(tmp_path / "empty.mcap", [])
    with pytest.raises(TakeError, match="expected a take with a face, got none"):
        Replayer(path, [], clock, "fresh")
