"""Readings out of UDP packets, whatever their format.

Anyone who can reach the port can send: packets that are not of the format are counted and told
once, and while one sender makes sense all others are left alone.
"""

import logging
import socket
import threading
from collections.abc import Callable
from typing import Protocol

from avatar_bridge.capture.states.base import Reading
from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import CaptureError, WireError
from avatar_bridge.facs.arkit import Capability
from avatar_bridge.types import Motion

WAIT_S = 0.1  # for a packet, before looking whether the source was closed
SILENCE_S = 1.0  # without a packet for so long, another sender may take over
MOST_BYTES = 65_535
EVERYWHERE = "0.0.0.0"  # a phone is another machine
_LAST_PORT = 65_535

Sighting = tuple[int, Motion | None]  # captured_ns and motion, as in `Reading`

_log = logging.getLogger(__name__)


class Decoder(Protocol):
    """Knows one format."""

    @property
    def fps(self) -> float:
        """As `StateSource.fps`."""
        ...

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """As `StateSource.capabilities`."""
        ...

    def decode(self, packet: bytes, arrived_ns: int) -> Sighting | None:
        """What a packet says, or None where more of the same moment is to come.

        Raises:
            WireError: it is not of the format; what was said before still holds.
        """
        ...


class DatagramSource:
    """The readings that one sender's packets hold.

    Args:
        label: its name for people.
        place: host and port to bind.
        decoder: reads the packets.
        clock: stamps their arrival.
        call: asks for packets, on the bound socket; called at the start and while none come.

    Raises:
        CaptureError: the port cannot be bound.
    """

    def __init__(
        self,
        label: str,
        place: tuple[str, int],
        decoder: Decoder,
        clock: Clock,
        call: Callable[[socket.socket], None] | None = None,
    ) -> None:
        self.label = label
        self._decoder = decoder
        self._clock = clock
        self._call = call
        self._closed = threading.Event()
        self._using = threading.Lock()  # the socket, which is closed by another thread
        self._sender: str | None = None
        self._heard_ns = self._called_ns = clock.now_ns()
        self._index = self._bad = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.settimeout(WAIT_S)
            self._socket.bind(place)
        except (OSError, ValueError, TypeError) as error:  # the latter two of no possible host
            self._socket.close()
            raise CaptureError(
                f"expected UDP port {place[1]} of {place[0]} to be free for {label}, "
                f"got: {_reason(error)}"
            ) from error
        try:
            if call:
                call(self._socket)
        except (OSError, ValueError, TypeError) as error:
            self._socket.close()
            raise CaptureError(
                f"expected {label} to be within reach, got: {_reason(error)}"
            ) from error

    @property
    def port(self) -> int:
        """The UDP port that packets arrive at."""
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def fps(self) -> float:
        return self._decoder.fps

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        return self._decoder.capabilities

    @property
    def state(self) -> str:
        """Whether it hears anything, and how many packets were of no use."""
        if self._closed.is_set():
            return "closed"
        heard = "running" if self._sender and not self._silent() else "waiting"
        return f"{heard}, {self._bad} bad packets" if self._bad else heard

    def read(self) -> Reading | None:
        while not self._closed.is_set():
            received = self._receive()
            if received is None:
                continue
            packet, host = received
            now_ns = self._clock.now_ns()
            try:
                sighting = self._decoder.decode(packet, now_ns)
            except (WireError, ValueError) as error:  # the latter of a value out of its range
                self._skip(error)
                continue
            self._sender, self._heard_ns = host, now_ns
            if sighting is not None:
                self._index += 1
                return Reading(self._index - 1, *sighting)
        return None

    def close(self) -> None:
        self._closed.set()
        with self._using:
            self._socket.close()

    def _receive(self) -> tuple[bytes, str] | None:
        """The next packet of the sender that counts and who that is, or None for now."""
        with self._using:
            if self._closed.is_set():
                return None
            self._call_again()
            try:
                packet, (host, _) = self._socket.recvfrom(MOST_BYTES)
            except TimeoutError:
                return None
            except OSError as error:  # such as Windows' answer to a call that nobody took
                _log.debug("%s: %s", self.label, error)
                self._closed.wait(WAIT_S)
                return None
        if host != self._sender and self._sender is not None and not self._silent():
            return None
        return packet, host

    def _call_again(self) -> None:
        now_ns = self._clock.now_ns()
        if not self._call or now_ns - max(self._called_ns, self._heard_ns) < SILENCE_S * NS_PER_S:
            return
        self._called_ns = now_ns
        try:
            self._call(self._socket)
        except OSError as error:  # the network is away; it may come back
            _log.debug("%s: %s", self.label, error)

    def _silent(self) -> bool:
        return self._clock.now_ns() - self._heard_ns > SILENCE_S * NS_PER_S

    def _skip(self, error: Exception) -> None:
        self._bad += 1
        if self._bad == 1:
            _log.warning("%s: skipped a packet, and will do so silently: %s", self.label, error)


def is_port(text: str) -> bool:
    """Whether a text is the number of a port."""
    return text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) <= _LAST_PORT


def _reason(error: Exception) -> object:
    return getattr(error, "strerror", None) or error


def read_place(name: str, target: str) -> tuple[str, int]:
    """Host and port of a target `PORT` or `HOST:PORT`; a port alone listens to all machines.

    Raises:
        CaptureError: neither.
    """
    host, _, port = target.rpartition(":")
    if is_port(port):
        return host or EVERYWHERE, int(port)
    raise CaptureError(f"expected {name}:PORT or {name}:ADDRESS:PORT, got '{name}:{target}'")
