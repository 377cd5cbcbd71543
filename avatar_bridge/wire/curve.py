"""Keys that let the right programs in: CURVE on ZeroMQ's sockets.

CURVE encrypts and signs every message. Each side has a pair of keys: the client knows the server's
public key beforehand, and the server lets in the clients whose public keys are on its list. Public
and secret keys are 32 bytes, written as 40 characters of Z85.

Sources: RFC 26 (CurveZMQ), RFC 27 (ZAP) and RFC 32 (Z85) of https://rfc.zeromq.org.
"""

import logging
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import zmq
from zmq.utils import z85

from avatar_bridge.errors import ConfigError

KEY_LENGTH = 40  # characters of a key

_ZAP = "inproc://zeromq.zap.01"
_ZAP_VERSION = b"1.0"
_DOMAIN = b"avatar-bridge"
_REQUEST_FRAMES = 7  # version, number, domain, address, identity, mechanism, the client's key
_OK, _REFUSED = (b"200", b"OK"), (b"400", b"this key is not on the list")
_LATER = (b"300", b"the list cannot be read now")  # a client may knock again

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """What a client shows a server, and whom it expects there.

    Attributes:
        public, secret: the client's own pair.
        server: the server's public key.

    Raises:
        ConfigError: one of them is no key.
    """

    public: str
    secret: str = field(repr=False)
    server: str

    def __post_init__(self) -> None:
        for key in (self.public, self.secret, self.server):
            check_key(key)

    def apply(self, socket: "zmq.Socket[bytes]") -> None:
        """Have a socket speak CURVE from its next `connect` on."""
        socket.curve_publickey = self.public.encode()
        socket.curve_secretkey = self.secret.encode()
        socket.curve_serverkey = self.server.encode()


class Guests:
    """Which clients are let in; asked by the gates' threads, and changed by any.

    Subclasses may know of more.
    """

    def __init__(self, public: Iterable[str] = ()) -> None:
        self._public = frozenset(public)

    def admit(self, public: str) -> None:
        """Let a client in from now on, in this process alone."""
        self._public |= {public}

    def lets_in(self, public: str) -> bool:
        """Whether a client is let in now."""
        return public in self._public


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """A server's own pair, and whom it lets in.

    Raises:
        ConfigError: one of them is no key.
    """

    public: str
    secret: str = field(repr=False)
    guests: Guests

    def __post_init__(self) -> None:
        check_key(self.public)
        check_key(self.secret)

    def guest(self) -> ClientKeys:
        """A fresh pair that is let in for as long as this process runs; on no disk."""
        public, secret = new_pair()
        self.guests.admit(public)
        return ClientKeys(public, secret, self.public)

    def guard(
        self, context: "zmq.Context[zmq.Socket[bytes]]", *sockets: "zmq.Socket[bytes]"
    ) -> None:
        """Have sockets let in only the guests; to be called once a context, before `bind`.

        Whoever opened the context ends it with `term`, which ends the gate as well.
        """
        gate = context.socket(zmq.REP)
        gate.bind(_ZAP)
        threading.Thread(target=_keep, args=(gate, self.guests), name="gate", daemon=True).start()
        for socket in sockets:
            socket.curve_server = True
            socket.curve_secretkey = self.secret.encode()
            socket.setsockopt(zmq.ZAP_DOMAIN, _DOMAIN)
            socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)  # without a gate nobody is let in


def sender(frame: zmq.Frame, otherwise: bytes) -> bytes:
    """Who sent a message, however often they connect: the public key where there are keys.

    Args:
        frame: of the message.
        otherwise: who it is where there are none.
    """
    try:
        return str(frame.get("User-Id")).encode()  # as the gate named them
    except zmq.ZMQError:
        return otherwise


def new_pair() -> tuple[str, str]:
    """A fresh public and secret key."""
    public, secret = zmq.curve_keypair()
    while public.startswith(b"-"):  # no command takes it for an option
        public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


def check_key(text: str) -> str:
    """The key, if it is one.

    Raises:
        ConfigError: it is not; the message does not repeat it, since it may be a secret.
    """
    try:
        if len(text) == KEY_LENGTH and len(z85.decode(text.encode("ascii"))) == 32:
            return text
    except (ValueError, KeyError, struct.error):  # other characters, or too large a number
        pass
    raise ConfigError(f"expected a key of {KEY_LENGTH} characters, got {len(text)} others")


def _keep(gate: "zmq.Socket[bytes]", guests: Guests) -> None:
    """Answer who may come in, until the context ends."""
    try:
        while True:
            gate.send_multipart(_judge(gate.recv_multipart(), guests))
    except zmq.ZMQError as error:  # mostly ContextTerminated; without a gate nobody is let in
        if not isinstance(error, zmq.ContextTerminated):
            _log.error("the gate broke, and nobody new is let in: %s", error)
    finally:
        gate.close(0)


def _judge(request: list[bytes], guests: Guests) -> list[bytes]:
    number = request[1] if len(request) > 1 else b""
    key = ""
    if len(request) == _REQUEST_FRAMES and request[0] == _ZAP_VERSION and request[5] == b"CURVE":
        key = z85.encode(request[6]).decode()
    code, text = _REFUSED
    try:
        if key and guests.lets_in(key):
            code, text = _OK
    except Exception as error:  # noqa: BLE001 - of the disk that the list is on, say; the gate stays
        _log.error("the list of clients cannot be read, and nobody new is let in: %s", error)
        code, text = _LATER
    welcome = (code, text) == _OK
    if not welcome:
        _log.info("refused the key %s", key or "of a client that has none")
    return [_ZAP_VERSION, number, code, text, key.encode() if welcome else b"", b""]
