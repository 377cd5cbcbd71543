from builders import make_state
from rich.console import Console

from avatar_bridge.cli.watch import Watched
from avatar_bridge.facs.arkit import Capability
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire.codec import ReceivedFace

MS = 1_000_000
LOCAL = "tcp://127.0.0.1:5570"


def face(seq: int, stream: str = "one", face_id: int = 1, published_ns: int = 0) -> ReceivedFace:
    return ReceivedFace(stream, seq, published_ns, 0.0, 0.0, make_state(face_id=face_id))


def shown(watched: Watched, now_ns: int) -> str:
    console = Console(width=140, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    with console.file:
        console.print(watched.view(now_ns))
    return console.export_text()


def test_rate_latency_and_gaps() -> None:
    watched = Watched(LOCAL)
    for index, seq in enumerate([0, 1, 2, 5, 6]):
        now = index * 20 * MS
        watched.take(face(seq, published_ns=now - 3 * MS), now)
    assert (watched.received, watched.lost) == (5, 2)
    assert round(watched.rate) == 50
    assert watched.latency() == (3.0, 3.0)


def test_a_restarted_server_loses_nothing() -> None:
    watched = Watched(LOCAL)
    watched.take(face(900), 0)
    watched.take(face(0, stream="two"), 1)
    watched.take(face(1, stream="two"), 2)
    assert watched.lost == 0


def test_another_machines_clock_tells_no_latency() -> None:
    watched = Watched("tcp://10.0.0.7:5570")
    watched.take(face(0, published_ns=10**15), 5)
    assert watched.latency() is None


def test_what_is_seen_is_shown() -> None:
    watched = Watched(LOCAL)
    assert "nothing arrives" in shown(watched, 0)
    capabilities = (Capability.DERIVED,) * 52
    watched.take(StreamInfo("one", "cam", "arkit", "", "m", capabilities, (), 30.0), 0)
    watched.take(face(0, face_id=1), 0)
    watched.take(face(1, face_id=2), 0)
    text = shown(watched, 100 * MS)
    assert "~jawOpen" in text
    assert "face 1 tracked" in text
    assert "face 2 tracked" in text


def test_the_last_view_stays_while_the_server_is_silent() -> None:
    watched = Watched(LOCAL)
    watched.take(face(0, face_id=1), 0)
    watched.take(face(1, face_id=2), 0)
    text = shown(watched, 60_000 * MS)
    assert "nothing arrives" in text
    assert "face 2 tracked" in text


def test_a_face_that_left_is_not_shown_for_ever() -> None:
    watched = Watched(LOCAL)
    watched.take(face(0, face_id=2), 0)
    for index in range(1, 100):
        watched.take(face(index, face_id=1), index * 100 * MS)
    text = shown(watched, 99 * 100 * MS)
    assert "face 1 tracked" in text
    assert "face 2" not in text
