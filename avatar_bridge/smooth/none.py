"""No smoothing: what is measured goes out."""

from avatar_bridge.types import Motion


class NoSmoother:
    """Gives back what it gets."""

    def smooth(self, motion: Motion, elapsed_s: float) -> Motion:
        return motion


def create() -> NoSmoother:
    """A smoother that does nothing."""
    return NoSmoother()
