"""A sink's options, from the strings that a user wrote; what cannot be used is one clear line."""

import ipaddress

from avatar_bridge.errors import ConfigError

LOOPBACK = "127.0.0.1"
FIRST_FACE = 1
LAST_PORT = 65535


def whole(sink: str, name: str, text: str, low: int, high: int) -> int:
    """A whole number.

    Raises:
        ConfigError: it is none, or below low or above high.
    """
    number = int(text) if text.isascii() and text.isdigit() else low - 1
    if not low <= number <= high:
        raise ConfigError(f"{sink}: {name}: expected {low} to {high}, got {text!r}")
    return number


def port(sink: str, text: str, name: str = "port", *, free: bool = False) -> int:
    """A port; with `free` also 0, by which the system chooses one."""
    return whole(sink, name, text, 0 if free else 1, LAST_PORT)


def face(sink: str, text: str) -> int:
    """Which face goes out, where a protocol has one avatar: the tracker's number, from 1."""
    return whole(sink, "face", text, FIRST_FACE, 1_000_000)


def flag(sink: str, name: str, text: str) -> bool:
    """Yes or no.

    Raises:
        ConfigError: neither "true" nor "false".
    """
    if text not in ("true", "false"):
        raise ConfigError(f"{sink}: {name}: expected true or false, got {text!r}")
    return text == "true"


def choice(sink: str, name: str, text: str, choices: tuple[str, ...]) -> str:
    """One of several words.

    Raises:
        ConfigError: another word.
    """
    if text not in choices:
        raise ConfigError(f"{sink}: {name}: expected one of {', '.join(choices)}, got {text!r}")
    return text


def bindable(sink: str, host: str, insecure: bool) -> str:
    """A host to listen on that only this machine reaches, unless the user insists.

    What is sent there is neither encrypted nor signed.

    Raises:
        ConfigError: other machines could reach it.
    """
    if insecure or _is_loopback(host):
        return host
    raise ConfigError(
        f"{sink}: expected a host of this machine, such as {LOOPBACK}, got {host}: "
        "others could watch; allow it with insecure=true"
    )


def is_of(face_id: int, chosen: int) -> bool:
    """Whether a state is the chosen face's; before any face was seen, it is the first one's."""
    return face_id == chosen or (face_id == 0 and chosen == FIRST_FACE)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
