"""A subscriber that freezes, and a server that is killed and started again."""

import os
import signal
import statistics
import sys
import time
from contextlib import closing

import pytest
from mono import compile_harness, needs_mono
from processes import addresses, child, server, until
from watch import watching

from avatar_bridge.wire.codec import ReceivedFace
from avatar_bridge.wire.subscriber import Subscriber

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="processes are stopped by POSIX signals"
)

RESUME_S = 2.0
READER = """
import sys
from avatar_bridge.wire.subscriber import Subscriber
with Subscriber(sys.argv[1]) as subscriber:
    while subscriber.receive(30) is not None:
        sys.stderr.write("*")
        sys.stderr.flush()
"""


def face(subscriber: Subscriber, patience_s: float = 30.0) -> ReceivedFace:
    """The next face."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        received = subscriber.receive(0.1)
        if isinstance(received, ReceivedFace):
            return received
    raise AssertionError("expected a face, got none")


def latencies_ms(subscriber: Subscriber, seconds: float) -> tuple[list[float], int]:
    """Capture to receipt of all that comes for so long, and how many were lost."""
    end, ages, lost = time.monotonic() + seconds, [], 0
    last = face(subscriber).seq
    while time.monotonic() < end:
        received = face(subscriber)
        ages.append((time.monotonic_ns() - received.state.captured_ns) / 1e6)
        lost, last = lost + received.seq - last - 1, received.seq
    return ages, lost


def test_a_frozen_subscriber_delays_and_loses_nothing_of_another() -> None:
    pub, control = addresses()
    # Fast enough to fill the frozen one's buffers, in the system and here.
    with (
        server(pub, control, fps=500, faces=4),
        Subscriber(pub) as subscriber,
        child([sys.executable, "-c", READER, pub]) as reader,
    ):
        face(subscriber)
        assert reader.stderr is not None
        assert reader.stderr.read(1) == b"*"  # it receives
        os.set_blocking(reader.stderr.fileno(), False)
        before, _ = latencies_ms(subscriber, 0.5)
        reader.send_signal(signal.SIGSTOP)
        during, lost = latencies_ms(subscriber, 1.5)
        reader.send_signal(signal.SIGCONT)
        reader.stderr.read()
        until(reader.stderr.read, "the frozen one receives again")
    assert len(during) > 500
    assert lost < 0.01 * len(during)  # the test itself may be late on a busy machine
    assert statistics.median(during) < 2 * statistics.median(before) + 5


def test_a_python_subscriber_is_back_soon_after_a_kill() -> None:
    pub, control = addresses()
    with Subscriber(pub) as subscriber:
        with server(pub, control) as first:
            old = face(subscriber).stream_id
            first.send_signal(signal.SIGKILL)
            first.wait()
        with server(pub, control):
            while (received := face(subscriber)).stream_id == old:
                pass  # what was on its way
            # Its first message that came: before it, the server ran for so long without us.
            behind_s = received.seq / 60
    assert behind_s < RESUME_S


@needs_mono
def test_a_client_in_csharp_is_back_soon_after_a_kill(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    harness = compile_harness(tmp_path_factory.mktemp("core"))
    pub, control = addresses()
    with watching(harness, pub, control) as client:
        with server(pub, control) as first:
            old = client.until(lambda report: report["applied"] > 10)["stream_id"]
            first.send_signal(signal.SIGKILL)
            first.wait()
        with server(pub, control), Subscriber(pub) as witness, closing(witness):
            face(witness)
            published = time.monotonic()
            client.until(lambda report: report["stream_id"] not in ("", old))
            assert time.monotonic() - published < RESUME_S
            client.until(lambda report: report["control"] == "Connected")
