"""Timecodes `HH:MM:SS:FF.fff`: frames of a whole rate, with thousandths of a frame."""

import re
from itertools import pairwise
from statistics import median

import numpy as np

from avatar_bridge.clock import NS_PER_S
from avatar_bridge.take import DAY_NS, Int64, Take

SUBFRAMES = 1000
USUAL_RATES = (24, 25, 30, 50, 60, 120, 240)
DEFAULT_RATE = 60  # Live Link Face's own
_CODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})[:;](\d{1,3}(?:\.\d+)?)")
_DAY_S = 24 * 60 * 60


def timecode(time_s: float, fps: float) -> str:
    """HH:MM:SS:FF.fff of a moment; it wraps after a day.

    Args:
        time_s: seconds since midnight, not negative.
        fps: frames a second, above 0; taken to the nearest whole rate.
    """
    rate = max(1, round(fps))
    ticks = round(time_s * rate * SUBFRAMES) % (_DAY_S * rate * SUBFRAMES)
    seconds, ticks = divmod(ticks, rate * SUBFRAMES)
    frames, subframes = divmod(ticks, SUBFRAMES)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}:{frames:02d}.{subframes:03d}"


def timecodes(take: Take) -> list[str]:
    """The timecode of each row."""
    return [
        timecode((take.start_ns + time) / NS_PER_S, take.fps) for time in take.times_ns.tolist()
    ]


def read_timecodes(codes: list[str]) -> tuple[Int64, int, int]:
    """Times of rows by their timecodes.

    A timecode does not say its rate: it is read from where the frames begin anew at a second's
    end. A take too short for that is taken to have the app's 60, or the usual one above its frames.

    Args:
        codes: at least one; a day that ends in between is noticed.

    Returns:
        Times (F,) in nanoseconds since the first row, the time of day of that row in nanoseconds
        after midnight, and the rate.

    Raises:
        ValueError: something that is no timecode.
    """
    parts = [_parts(code) for code in codes]
    rate = _rate(parts)
    ticks = [second * rate * SUBFRAMES + round(frame * SUBFRAMES) for second, frame in parts]
    found = np.array([round(tick * NS_PER_S / (rate * SUBFRAMES)) for tick in ticks], np.int64)
    days = np.cumsum(np.concatenate([[0], np.diff(found) < -DAY_NS // 2]))
    found += days * DAY_NS
    return found - found[0], int(found[0]) % DAY_NS, rate


def _parts(code: str) -> tuple[int, float]:
    """Seconds after midnight, and frames."""
    match = _CODE.fullmatch(code.strip())
    if not match:
        raise ValueError(f"expected a timecode HH:MM:SS:FF.fff, got {code[:40]!r}")
    hours, minutes, seconds = (int(match.group(i)) for i in (1, 2, 3))
    return (hours * 60 + minutes) * 60 + seconds, float(match.group(4))


def _rate(parts: list[tuple[int, float]]) -> int:
    least = int(max(frame for _, frame in parts)) + 1
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(parts)]
    inside = [frames for seconds, frames in steps if seconds == 0 and frames > 0]
    step = median(inside) if inside else 1.0
    crossed = [(step - frames) / seconds for seconds, frames in steps if seconds > 0]
    if crossed:
        return max(least, round(median(crossed)))
    if least <= DEFAULT_RATE:
        return DEFAULT_RATE
    return next((rate for rate in USUAL_RATES if rate >= least), least)
