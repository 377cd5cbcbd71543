"""How the page was told to run, from the process that started it to its own."""

import ipaddress
import json
import socket
from dataclasses import asdict, dataclass

from avatar_bridge.errors import ConfigError
from avatar_bridge.wire.curve import ClientKeys

DEFAULT_PAGE = "127.0.0.1:5580"
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page is served.

    Attributes:
        host: to listen on.
        port: to listen at; 0 takes a free one.
        token: that browsers must bring along; empty for none.
    """

    host: str
    port: int
    token: str = ""

    @property
    def url(self) -> str:
        """What a browser on this machine opens."""
        host = "127.0.0.1" if self.host in ("", "0.0.0.0", "::") else self.host
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}/" + (f"?token={self.token}" if self.token else "")


@dataclass(frozen=True, slots=True)
class Server:
    """The bridge that the page shows.

    Attributes:
        publish: address to subscribe to.
        control: address of its control service; empty for none.
        keys: that let the page in, where the bridge asks for some.
    """

    publish: str
    control: str
    keys: ClientKeys | None = None


def parse_place(text: str) -> tuple[str, int]:
    """Host and port as a user writes them: `HOST:PORT`, `[ADDRESS]:PORT`, `:PORT` or `PORT`.

    Raises:
        ConfigError: none of these.
    """
    host, _, port = text.rpartition(":")
    if port.isascii() and port.isdigit() and int(port) <= _LAST_PORT and not _half(host):
        return host.strip("[]") or "127.0.0.1", int(port)
    raise ConfigError(f"--page: expected an address like {DEFAULT_PAGE}, got {text!r}")


def is_own(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """A bound socket that listens.

    Raises:
        OSError, UnicodeError: no such host, or the port is taken.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    opened = socket.socket(family, kind, protocol)
    try:
        if socket.has_dualstack_ipv6() and family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen()
    except OSError:
        opened.close()
        raise
    return opened


def to_line(value: Place | Server) -> str:
    """One line of JSON."""
    return json.dumps(asdict(value))


def place_from(line: str) -> Place:
    """What `to_line` made of it."""
    return Place(**json.loads(line))


def server_from(line: str) -> Server:
    """What `to_line` made of it."""
    said = json.loads(line)
    keys = said.pop("keys")
    return Server(**said, keys=ClientKeys(**keys) if keys else None)


def _half(host: str) -> bool:
    """An IPv6 address whose brackets are missing: which of its parts is the port?"""
    return ":" in host and not (host.startswith("[") and host.endswith("]"))
