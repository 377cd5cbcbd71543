"""A take cut, or at another frame rate.

Numbers go straight from row to row and rotations along the shortest arc, so nothing overshoots.
Rows without a face are bridged by their neighbours, and stay marked as such.
"""

from dataclasses import fields, replace
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from avatar_bridge.clock import NS_PER_S
from avatar_bridge.errors import ConfigError
from avatar_bridge.take import DAY_NS, LEAST_FPS, MOST_FPS, Int64, Take
from avatar_bridge.types import Float32

MOST_ROWS = 10_000_000  # more than a day at 100 frames a second
_LINEAR = (
    "weights",
    "head_position",
    "gaze",
    "eye_roll",
    "action_units",
    "emotions",
    "confidence",
)


def cut(take: Take, start_s: float | None = None, end_s: float | None = None) -> Take:
    """The rows between two moments, both included; time 0 moves to the first of them.

    Args:
        take: of which.
        start_s: seconds from the first row; None for all from there.
        end_s: seconds from the first row; None for all to the end.

    Raises:
        ConfigError: no row lies there.
    """
    seconds = (take.times_ns - take.times_ns[0]) / NS_PER_S
    low = -np.inf if start_s is None else start_s
    high = np.inf if end_s is None else end_s
    chosen = np.flatnonzero((seconds >= low) & (seconds <= high))
    if not chosen.size:
        raise ConfigError(
            f"expected a part of the take's {take.duration_s:.3f} s, got {low:g} s to {high:g} s"
        )
    first = int(take.times_ns[chosen[0]])
    rows: dict[str, Any] = {
        field.name: value[chosen]
        for field in fields(take)
        if isinstance(value := getattr(take, field.name), np.ndarray)
    }
    rows["times_ns"] = rows["times_ns"] - first
    return replace(take, start_ns=(take.start_ns + first) % DAY_NS, **rows)


def resample(take: Take, fps: float) -> Take:
    """The same performance with this many rows a second, from the first row on.

    Raises:
        ConfigError: a rate that no take has, or too many rows.
    """
    if not LEAST_FPS <= fps <= MOST_FPS:
        raise ConfigError(f"expected {LEAST_FPS:g} to {MOST_FPS:g} frames a second, got {fps}")
    count = int(take.duration_s * fps + 1e-6) + 1
    if count > MOST_ROWS:
        raise ConfigError(f"expected {MOST_ROWS} rows at most, got {count} at {fps:g} a second")
    times = take.times_ns[0] + np.rint(np.arange(count) * (NS_PER_S / fps)).astype(np.int64)
    near = _nearest(take.times_ns, times)
    seen = np.flatnonzero(take.tracked) if take.tracked.any() else np.arange(len(take))
    at = take.times_ns[seen]
    changed: dict[str, Any] = {
        name: _straight(at, value[seen], times)
        for name in _LINEAR
        if (value := getattr(take, name)) is not None
    }
    if take.head_orientation is not None:
        changed["head_orientation"] = _arc(at, take.head_orientation[seen], times)
    return replace(take, times_ns=times, fps=fps, tracked=take.tracked[near], **changed)


def _straight(at: Int64, values: Float32, times: Int64) -> Float32:
    columns = values.reshape(len(at), -1).T
    if not columns.size:
        return np.zeros((len(times), *values.shape[1:]), np.float32)
    found = np.stack([np.interp(times, at, column) for column in columns], axis=1)
    return found.astype(np.float32).reshape(len(times), *values.shape[1:])


def _arc(at: Int64, quaternions: Float32, times: Int64) -> Float32:
    if len(at) == 1:
        return np.repeat(quaternions, len(times), axis=0)
    # In seconds of the take: nanoseconds of a day would not fit the interpolator's floats.
    seconds, asked = (at - at[0]) / NS_PER_S, (np.clip(times, at[0], at[-1]) - at[0]) / NS_PER_S
    return np.asarray(Slerp(seconds, Rotation.from_quat(quaternions))(asked).as_quat(), np.float32)


def _nearest(at: Int64, times: Int64) -> Int64:
    after = np.clip(np.searchsorted(at, times), 1, len(at) - 1) if len(at) > 1 else 0 * times
    before = np.maximum(after - 1, 0)
    return np.asarray(np.where(times - at[before] <= at[after] - times, before, after), np.int64)
