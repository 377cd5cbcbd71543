"""The frame around every published message: ASCII topic, one 0x00, protobuf bytes.

Both parts share one ZeroMQ frame, because CONFLATE keeps only the last frame of a message. A
subscription to `prefix(topic)` matches that topic alone.
"""

from avatar_bridge.errors import WireError

FACE = b"face"
META = b"meta"
STATUS = b"status"
PREVIEW = b"preview"
CAMERA = b"camera"

_SEPARATOR = b"\x00"
_LONGEST = 32  # bytes; whatever has no separator so far in is not a message of ours


def prefix(topic: bytes) -> bytes:
    """What a subscriber subscribes to."""
    return topic + _SEPARATOR


def join(topic: bytes, payload: bytes) -> bytes:
    """One message of topic and payload."""
    return topic + _SEPARATOR + payload


def under(performer: str) -> bytes:
    """What stands before every topic of one performer in a fleet's merged stream."""
    return f"{performer}/".encode()


def split(message: bytes) -> tuple[bytes, bytes]:
    """Topic and payload of one message; the topic need not be one of ours.

    Raises:
        WireError: there is no topic.
    """
    end = message.find(_SEPARATOR, 0, _LONGEST + 1)
    if end < 1 or not message[:end].isalnum():
        raise WireError(f"expected a topic and 0x00, got {len(message)} bytes: {message[:16]!r}")
    return message[:end], message[end + 1 :]


def expect(topic: bytes, message: bytes) -> bytes:
    """The payload of a message that must have this topic.

    Raises:
        WireError: it has another one or none.
    """
    got, payload = split(message)
    if got != topic:
        raise WireError(f"expected topic {topic.decode()}, got {got.decode()}")
    return payload
