"""Keys on real sockets: who is let in, and who sees and changes nothing."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import zmq
from builders import make_state
from spied_backend import SpiedBackend

from avatar_bridge.clock import SystemClock
from avatar_bridge.control.client import ControlClient
from avatar_bridge.control.service import ControlService
from avatar_bridge.errors import ConfigError, WireError
from avatar_bridge.sinks.zmq_pub import create
from avatar_bridge.wire import topics
from avatar_bridge.wire.curve import ClientKeys, Guests, ServerKeys, check_key, new_pair
from avatar_bridge.wire.curve_files import KeyFolder, load_client_keys
from avatar_bridge.wire.subscriber import Subscriber

FREE = "tcp://127.0.0.1:*"
PATIENCE_S = 10.0
REFUSED_S = 0.4  # in which a client that is let in has long had its answer
STATE = make_state(jawOpen=0.5)


class Forgetful(Guests):
    """Whose list cannot be read once."""

    broken = True

    def lets_in(self, public: str) -> bool:
        if self.broken:
            self.broken = False
            raise OSError("Too many open files")
        return super().lets_in(public)


def test_a_list_that_cannot_be_read_keeps_out_one_client_and_not_all(caplog) -> None:
    keys = ServerKeys(*new_pair(), Forgetful())
    with ExitStack() as stack:
        rig = Rig(stack, keys)
        assert rig.sees(keys.guest()), "whoever is refused knocks again"
    assert "the list of clients cannot be read" in caplog.text


class Rig:
    """A publisher and a control service with keys, and clients of all kinds."""

    def __init__(self, stack: ExitStack, keys: ServerKeys) -> None:
        self.keys = keys
        self.backend = SpiedBackend()
        self.publisher = create(SystemClock(), address=FREE, stream_id="run", keys=keys)
        stack.callback(self.publisher.close)
        service = ControlService(FREE, self.backend, SystemClock(), keys=keys)  # type: ignore[arg-type]
        stack.callback(service.stop)
        service.start()
        self.control = service.address

    def sees(self, keys: ClientKeys | None, within_s: float = PATIENCE_S) -> bool:
        """Whether a subscriber with these keys gets anything."""
        with Subscriber(self.publisher.address, (topics.FACE,), keys=keys) as subscriber:
            deadline = time.monotonic() + within_s
            while time.monotonic() < deadline:
                self.publisher.publish(STATE)
                if subscriber.receive(0.02) is not None:
                    return True
        return False

    def changes(self, keys: ClientKeys | None, within_s: float = PATIENCE_S) -> bool:
        """Whether a control client with these keys changes the profile, and is told so."""
        self.backend.profile = "arkit"
        client = ControlClient(self.control, SystemClock(), timeout_s=within_s, keys=keys)
        with client, suppress(WireError):
            client.set_profile("vrm")
            return self.backend.profile == "vrm"
        assert self.backend.profile == "arkit"
        return False


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AVATAR_BRIDGE_CONFIG", str(tmp_path))
    return tmp_path


@pytest.fixture
def rig(stack: ExitStack) -> Rig:
    return Rig(stack, KeyFolder().new_server())


def test_a_client_of_the_list_sees_and_changes_until_it_is_revoked(rig: Rig) -> None:
    folder = KeyFolder()
    laptop = load_client_keys(str(folder.new_client("laptop")))  # the server runs already
    assert rig.sees(laptop)
    assert rig.changes(laptop)
    own = new_pair()
    folder.allow("own", own[0])
    mine = ClientKeys(*own, rig.keys.public)
    assert rig.sees(mine)
    folder.revoke("own")
    assert not rig.sees(mine, REFUSED_S)
    assert not rig.changes(mine, REFUSED_S)
    assert rig.sees(laptop)


@pytest.mark.parametrize("rogue", ["no key", "an unknown key", "another server's key", "no pair"])
def test_a_rogue_sees_and_changes_nothing(rig: Rig, rogue: str) -> None:
    known = rig.keys.guest()
    keys = {
        "no key": None,
        "an unknown key": ClientKeys(*new_pair(), rig.keys.public),
        "another server's key": ClientKeys(known.public, known.secret, new_pair()[0]),
        "no pair": ClientKeys(known.public, new_pair()[1], rig.keys.public),  # a stolen public one
    }[rogue]
    assert not rig.sees(keys, REFUSED_S)
    assert not rig.changes(keys, REFUSED_S)
    assert rig.sees(known)
    assert rig.changes(known)


def test_a_guest_of_this_process_is_on_no_disk(rig: Rig, settings: Path) -> None:
    guest = rig.keys.guest()
    assert rig.sees(guest)
    assert KeyFolder().allowed() == {}
    for file in settings.rglob("*"):
        assert not file.is_file() or guest.public not in file.read_text()


def test_who_says_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
    monkeypatch.setattr("avatar_bridge.wire.address._HANDSHAKE_MS", 50)
    rig = Rig(stack, KeyFolder().new_server())
    raw = stack.enter_context(zmq.Context()).socket(zmq.STREAM)
    stack.callback(raw.close, 0)
    raw.connect(rig.publisher.address)
    assert raw.poll(int(PATIENCE_S * 1000))
    assert raw.recv_multipart()[1] == b""  # connected
    said = b"greeting"
    while said:  # the server's greeting, then the end
        assert raw.poll(int(PATIENCE_S * 1000))
        said = raw.recv_multipart()[1]


def test_with_keys_any_address_may_be_bound(stack: ExitStack) -> None:
    keys = KeyFolder().new_server()
    stack.callback(create(SystemClock(), address="tcp://0.0.0.0:*", stream_id="", keys=keys).close)
    with pytest.raises(ConfigError, match="--keys"):
        create(SystemClock(), address="tcp://0.0.0.0:*", stream_id="")
    with pytest.raises(ConfigError, match="got none: make them with `avatar-bridge keys new"):
        create(SystemClock(), address=FREE, stream_id="", keys="elsewhere")


def test_no_secret_is_shown_by_accident() -> None:
    server = KeyFolder().new_server()
    client = server.guest()
    assert server.secret not in repr(server)
    assert client.secret not in repr(client)
    broken = client.secret[:-1]
    with pytest.raises(ConfigError, match="a key of 40 characters, got 39 others") as caught:
        check_key(broken)
    assert broken not in str(caught.value)


@pytest.mark.parametrize("text", ["", "a" * 39, "é" * 40, '"' * 40, "#" * 40])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="expected a key of 40 characters"):
        check_key(text)
