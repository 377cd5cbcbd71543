"""When a phone saw a face, told from the timecode in its packets.

Packets arrive late by different times. The one that was the least late tells how the phone's
clock stands to ours, and the others' timecodes then say when they were captured.
"""

from avatar_bridge.clock import NS_PER_S

MOST_LATE_S = 0.25  # a packet later than that by its timecode has a timecode of no use
DRIFT = 1e-4  # the phone's clock and ours may part by 100 µs a second
_RATES = (1.0, 1000.0)  # frames a second that make sense


class TimecodeClock:
    """Turns timecodes into moments of our clock, as far as they make sense."""

    def __init__(self) -> None:
        self._offset_ns: int | None = None  # our clock minus the phone's, by the fastest packet
        self._code_ns = self._arrived_ns = self._captured_ns = 0

    def captured_ns(self, frames: float, fps: float, arrived_ns: int) -> int:
        """When a packet's face was captured; never falls.

        Args:
            frames: its timecode, with the part of a frame.
            fps: the timecode's rate.
            arrived_ns: when the packet came, on our clock.
        """
        captured_ns = arrived_ns
        if _RATES[0] <= fps <= _RATES[1] and 0.0 < frames < 24 * 60 * 60 * fps + fps:
            captured_ns = self._by_code(round(frames / fps * NS_PER_S), arrived_ns)
        self._captured_ns = max(self._captured_ns, captured_ns)
        return self._captured_ns

    def _by_code(self, code_ns: int, arrived_ns: int) -> int:
        offset_ns = arrived_ns - code_ns
        drift_ns = round((arrived_ns - self._arrived_ns) * DRIFT)
        runs = code_ns > self._code_ns
        self._code_ns, self._arrived_ns = code_ns, arrived_ns
        if self._offset_ns is None or not runs:  # the first, one that stands still, or a new day
            self._offset_ns = offset_ns
        self._offset_ns = min(self._offset_ns + drift_ns, offset_ns)
        if offset_ns - self._offset_ns > MOST_LATE_S * NS_PER_S:
            self._offset_ns = offset_ns
        return code_ns + self._offset_ns
