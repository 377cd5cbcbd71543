"""What a smoother is.

A smoother's module exposes `create() -> Smoother`; every face has one of its own.
"""

from typing import Protocol

from avatar_bridge.types import Motion


class Smoother(Protocol):
    """Takes the noise out of one face's motion without making it late."""

    def smooth(self, motion: Motion, elapsed_s: float) -> Motion:
        """The next value.

        Args:
            motion: as it was measured.
            elapsed_s: seconds since the one before, by the frames' capture times; whatever it is
                at the first call, that value comes back unchanged.
        """
        ...
