"""What a broken server may say to a client: sessions of ZMTP, broken in a few places.

Everything that a peer sends after it accepts: greeting, READY, then messages of a publisher or
answers of a control service. The clients' fuzzers read many of them from one file, each as a byte
for its kind, four for its size (little endian) and its own.
"""

import random
import struct
from collections.abc import Iterator
from pathlib import Path

from mutations import mutate

from avatar_bridge.wire.v1 import control_pb2 as pb

GOLDEN = Path(__file__).parents[1] / "golden"
PUBLISHER, CONTROL = 0, 1
ASKED = 6  # requests that a fuzzer has made before a control session, numbered from 1
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)

_MORE, _LONG, _COMMAND = 1, 2, 4
_SIZES = (0, 1, 255, 256, 65536, 1 << 20, (1 << 20) + 1, 1 << 31, (1 << 63) - 1, 1 << 63)


def frame(body: bytes, flags: int = 0) -> bytes:
    """A frame of ZMTP around some bytes."""
    if len(body) < 256:
        return bytes([flags, len(body)]) + body
    return bytes([flags | _LONG]) + len(body).to_bytes(8, "big") + body


def ready(socket_type: bytes) -> bytes:
    """The command that ends a handshake."""
    size = len(socket_type).to_bytes(4, "big")
    return frame(b"\x05READY\x0bSocket-Type" + size + socket_type, _COMMAND)


def messages() -> tuple[bytes, ...]:
    """What a publisher says."""
    return tuple(
        path.read_bytes()
        for path in sorted(GOLDEN.glob("*.bin"))
        if not path.stem.startswith("control_")
    )


def answers() -> tuple[bytes, ...]:
    """What a control service says to requests 1 to 6, and an error."""
    told = []
    for number, path in enumerate(sorted(GOLDEN.glob("control_*_response.bin"))):
        answer = pb.ControlResponse.FromString(path.read_bytes())
        answer.request_id = 1 + number % ASKED
        told.append(answer.SerializeToString())
    return tuple(told)


class Sessions:
    """Makes them, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._seeds = {PUBLISHER: messages(), CONTROL: answers()}
        self._ready = {PUBLISHER: ready(b"PUB"), CONTROL: ready(b"ROUTER")}

    def make(self, kind: int) -> bytes:
        """One session."""
        chance = self._chance
        handshake = GREETING + self._ready[kind]
        if chance.random() < 0.05:
            handshake = mutate(handshake, chance)
        said = handshake + b"".join(self._part(kind) for _ in range(chance.randrange(1, 6)))
        return mutate(said, chance) if chance.random() < 0.1 else said

    def many(self, count: int) -> Iterator[tuple[int, bytes]]:
        """Kinds and sessions."""
        for _ in range(count):
            kind = self._chance.choice((PUBLISHER, PUBLISHER, CONTROL))
            yield kind, self.make(kind)

    def write(self, path: Path, count: int) -> None:
        """Put so many into one file."""
        with path.open("wb") as file:
            for kind, session in self.many(count):
                file.write(struct.pack("<BI", kind, len(session)) + session)

    def _part(self, kind: int) -> bytes:
        chance = self._chance
        body = chance.choice(self._seeds[kind])
        if chance.random() < 0.6:
            body = mutate(body, chance)
        match chance.randrange(16):
            case 0:  # of several frames
                return frame(body, _MORE) + frame(body)
            case 1:
                return frame(b"\x04PING\0\x0a" + chance.randbytes(chance.randrange(20)), _COMMAND)
            case 2:
                return frame(chance.randbytes(chance.randrange(20)), chance.randrange(8) & ~_LONG)
            case 3:  # another size than it says
                head = bytes([_LONG]) + chance.choice(_SIZES).to_bytes(8, "big")
                return head + body if chance.random() < 0.2 else frame(body)
            case 4:
                return frame(b"") * chance.randrange(1, 200)
            case _:
                return frame(body)
