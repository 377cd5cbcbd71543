"""A UDP socket that never waits."""

import socket
from typing import Any

from avatar_bridge.errors import SinkError

SEND_BUFFER = 1 << 18  # bytes: a few frames of everything, so that a burst fits
LARGEST_RECEIVED = 2048
Address = tuple[str, int]


def place_of(host: str, port: int, kind: socket.SocketKind) -> tuple[Any, ...]:
    """The first address of a host, as `socket.getaddrinfo` has it.

    One of IPv4 comes before all of IPv6: `localhost` is both, and programs listen to the former.

    Raises:
        OSError, UnicodeError: no such host.
    """
    found = socket.getaddrinfo(host, port, type=kind)
    return min(found, key=lambda each: each[0] != socket.AF_INET)


class UdpSocket:
    """Sends datagrams to one place, or listens there.

    What the system cannot take at once is dropped, and nobody need listen at the other end.

    Args:
        sink: for messages.
        host: name or address.
        port: to send to or to listen at; when listening, 0 takes a free one.
        listens: whether the place is its own.

    Raises:
        SinkError: no such host, or the port cannot be listened at.
    """

    def __init__(self, sink: str, host: str, port: int, *, listens: bool = False) -> None:
        self._sink = sink
        try:
            family, kind, protocol, _, place = place_of(host, port, socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:
            raise SinkError(f"{sink}: expected a host that can be found, got {host!r}") from error
        self._address = str(place[0]), int(place[1])
        self._socket = socket.socket(family, kind, protocol)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        if listens:
            self._listen(host, port)

    def _listen(self, host: str, port: int) -> None:
        try:
            self._socket.bind(self._address)
        except OSError as error:
            self._socket.close()
            raise SinkError(
                f"{self._sink}: UDP port {port} of {host} cannot be used: {error.strerror}"
            ) from error
        self._address = self._address[0], self._socket.getsockname()[1]

    @property
    def address(self) -> Address:
        """The place, by numbers."""
        return self._address

    def send(self, datagram: bytes, to: Address | None = None) -> None:
        """Send to a place given by numbers, or to its own.

        Raises:
            SinkError: the network refuses.
        """
        try:
            self._socket.sendto(datagram, to or self._address)
        except (BlockingIOError, ConnectionError):
            pass  # full, or nobody listens: the next one will do
        except OSError as error:
            raise SinkError(f"{self._sink}: cannot send: {error.strerror}") from error

    def receive(self) -> tuple[bytes, Address] | None:
        """The next datagram that is here and where it came from, or None."""
        try:
            datagram, sender = self._socket.recvfrom(LARGEST_RECEIVED)
        except OSError:  # none, or a receiver went away
            return None
        return datagram, (str(sender[0]), int(sender[1]))

    def close(self) -> None:
        """Release the port."""
        self._socket.close()
