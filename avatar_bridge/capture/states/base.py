"""What a source of face states is.

A module exposes `create(target, clock) -> StateSource`, where `target` is what follows the name in
the source's address (`livelink:11111` → `11111`). It opens its socket there and raises
CaptureError, in one line, when it cannot.

**Freshness:** `read` blocks until the sender has said something new, and gives everything it says,
in order; the bridge's mailbox keeps the newest.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from avatar_bridge.facs.arkit import Capability
from avatar_bridge.types import Motion


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What another tracker says of one face at one moment.

    Attributes:
        index: position in the stream, from 0.
        captured_ns: when it saw the face, on this program's clock; never falls.
        motion: None while it sees no face.
    """

    index: int
    captured_ns: int
    motion: Motion | None


@runtime_checkable
class StateSource(Protocol):
    """A stream of readings, read by one thread."""

    @property
    def label(self) -> str:
        """The source's name for people, such as "livelink 11111"."""
        ...

    @property
    def fps(self) -> float:
        """Readings a second that the sender aims at; 0 where it does not say."""
        ...

    @property
    def state(self) -> str:
        """A few words on its health, such as "running" or "waiting"."""
        ...

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """(52,) MEASURED where the sender sends the shape, else UNSUPPORTED; may still grow."""
        ...

    def read(self) -> Reading | None:
        """The next reading, or None when the source was closed.

        Raises:
            CaptureError: the source broke and will not come back.
        """
        ...

    def close(self) -> None:
        """Release the socket, also while another thread is in `read`, which then ends."""
        ...
