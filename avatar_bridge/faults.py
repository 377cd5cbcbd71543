"""Frames that a stage fell over: told once, then ever more rarely, and told when it is over."""

import logging

from avatar_bridge.clock import NS_PER_S, Clock

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
CLEAR_S = 1.0  # without a fault for so long, it is over

_log = logging.getLogger(__name__)


class FaultLog:
    """Tells of frames that could not be read; used by one thread.

    Args:
        clock: measures the pauses.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pause_s = 0.0  # after the last line; 0 while all is well
        self._told_ns = 0
        self._last_ns = 0
        self._untold = 0  # faults since the last line

    def note(self, error: Exception) -> None:
        """One more frame could not be read."""
        now_ns = self._last_ns = self._clock.now_ns()
        self._untold += 1
        if self._pause_s and now_ns - self._told_ns < self._pause_s * NS_PER_S:
            return
        _log.warning(
            "%d frame(s) could not be read and show no face: %s: %s",
            *(self._untold, type(error).__name__, " ".join(str(error).split())),
        )
        _log.debug("the last of them", exc_info=error)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S) or FIRST_PAUSE_S
        self._told_ns, self._untold = now_ns, 0

    def clear(self) -> None:
        """A frame could be read."""
        if self._pause_s and self._clock.now_ns() - self._last_ns >= CLEAR_S * NS_PER_S:
            _log.warning("frames can be read again")
            self._pause_s, self._untold = 0.0, 0
