"""Addresses of ZeroMQ sockets, and which of them may be bound."""

import ipaddress

import zmq

from avatar_bridge.errors import ConfigError

_ANY_PORT = "*"
_LAST_PORT = 65535
_HANDSHAKE_MS = 5_000  # in which a client must have said who it is, before it is cut off
_BACKLOG = 256  # clients that may knock at once


def check_address(address: str) -> str:
    """The address, if a socket can bind or connect to its like.

    Args:
        address: `tcp://host:port`, where a binding socket may have `*` for a free port, or
            `ipc://path`. IPv6 hosts are in brackets.

    Raises:
        ConfigError: it is neither.
    """
    scheme, _, rest = address.partition("://")
    if scheme == "ipc" and rest:
        return address
    host, _, port = rest.rpartition(":")
    if scheme == "tcp" and host and (port == _ANY_PORT or _is_port(port)):
        return address
    raise ConfigError(f"expected an address like tcp://127.0.0.1:5570, got {address!r}")


def require_loopback(address: str, allowed: bool) -> str:
    """The address, if binding it is safe or allowed all the same.

    Without keys, messages are neither encrypted nor signed, so who can reach the socket sees the
    face.

    Args:
        address: to be bound; checked as `check_address` does.
        allowed: any address is, since there are keys or the user insists.

    Raises:
        ConfigError: other machines could reach it.
    """
    check_address(address)
    if allowed or is_loopback(address):
        return address
    raise ConfigError(
        f"expected an address of this machine, such as tcp://127.0.0.1:5570, got {address}: "
        "others could watch; keep them out with --keys, or allow it with --insecure"
    )


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a socket bound there."""
    scheme, _, rest = address.partition("://")
    if scheme == "ipc":
        return True
    host = rest.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bind(socket: zmq.Socket[bytes], address: str) -> str:
    """Bind a socket to a checked address and say where; for a free port, which one.

    Whoever connects and then says nothing is cut off.

    Raises:
        zmq.ZMQError: the address is taken or cannot be used; `reason` words it.
    """
    socket.setsockopt(zmq.IPV6, int("[" in address))
    socket.setsockopt(zmq.HANDSHAKE_IVL, _HANDSHAKE_MS)
    socket.setsockopt(zmq.BACKLOG, _BACKLOG)
    socket.bind(address)
    return socket.getsockopt_string(zmq.LAST_ENDPOINT)


def reason(address: str, error: zmq.ZMQError) -> str:
    """One line on why an address cannot be bound, and the cure."""
    if error.errno == zmq.EADDRINUSE:
        return f"{address} is in use: end the other server, or choose another address"
    return f"{address} cannot be bound: {zmq.strerror(error.errno or 0)}"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= _LAST_PORT
