"""What a turned head does to the readings of a net, taken back.

A net reads the same movement a little differently off a head that is turned. How much was measured
on drawn faces (`scripts/draw_poses.py`, `scripts/fit_pose.py`): there, `read = truth · gain +
(1 - truth) · offset`, both smooth in the head's yaw and pitch, 1 and 0 for a head that looks into
the camera. So a reading x becomes `(x - (1 - x) · offset) / gain`, about what it would be on a head
held straight.

A frontal face is not changed, no map turns round, and since no gain exceeds 1 what is full stays
full: a closed eye never opens. Of a gaze, the offset is taken away whole.

Eyes that look down read as a slight blink. Taking that back was tried and left out: on films of
real faces the net reads a look down in every blink, and blinks lost up to 7% of their height.

The numbers are on the net's card (`inference.pose_bias`).
"""

import math

import numpy as np

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, mirrored
from avatar_bridge.inference.pose_bias import TERMS, Bias, PoseBias
from avatar_bridge.types import Float32

# Nothing is more than doubled, and nothing that is seen is lost.
LEAST_GAIN, MOST_GAIN = np.float32(0.5), np.float32(1.0)
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_SIGNS_IN_A_MIRROR = np.array([-1, 1, 1, 1, -1], np.float32)


class PoseCorrection:
    """Takes back what a turned head adds; remembers nothing."""

    def __init__(self, bias: PoseBias) -> None:
        self._yaw_range = math.radians(bias.yaw_range)
        self._pitch_range = math.radians(bias.pitch_range)
        rows: list[tuple[Bias, bool]] = []
        places = []
        for name, each in bias.units.items():
            for node, flipped in ((name, False), (mirrored(name), True)):
                rows.append((each, flipped))
                places.append(ACTION_UNIT_INDEX[node])
        self._places = np.array(places, np.intp)
        eyes = [(each, flipped) for flipped in (False, True)
                for each in (bias.gaze_yaw, bias.gaze_pitch)]  # fmt: skip
        offset, gain = _matrices(rows + eyes)
        offset[len(rows) + 2] *= -1  # an angle to the left is one to the right in a mirror
        self._matrix = np.concatenate([offset, gain])  # (2 · (units + 4), 5)
        self._units = len(rows)

    def terms(self, yaw: float, pitch: float) -> Float32:
        """(5,) of a head turned by so many radians."""
        y = max(-1.0, min(yaw / self._yaw_range, 1.0))
        p = max(-1.0, min(pitch / self._pitch_range, 1.0))
        return np.array([y, p, y * y, p * p, y * p], np.float32)

    def straighten(
        self, intensities: Float32, angles: Float32, terms: Float32
    ) -> tuple[Float32, Float32]:
        """What would be read of a head held straight.

        Args:
            intensities: (59,) in [0, 1].
            angles: (4,) left yaw and pitch, right yaw and pitch, radians.
            terms: of the head.

        Returns:
            The same two, corrected.
        """
        both = self._matrix @ terms
        half = self._units + len(angles)
        offset = both[:half]
        gain = np.minimum(np.maximum(both[half:] + _ONE, LEAST_GAIN), MOST_GAIN)
        read = intensities[self._places]
        straight = (read - (_ONE - read) * offset[: self._units]) / gain[: self._units]
        out = intensities.copy()
        out[self._places] = np.minimum(np.maximum(straight, _ZERO), _ONE)
        return out, (angles - offset[self._units :]) / gain[self._units :]


def turn_of(orientation: Float32) -> tuple[float, float]:
    """Yaw and pitch in radians of where a head faces (quaternion x, y, z, w)."""
    x, y, z, w = orientation.tolist()
    yaw = math.atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y))
    return yaw, math.asin(max(-1.0, min(2 * (y * z - w * x), 1.0)))


def _matrices(rows: list[tuple[Bias, bool]]) -> tuple[Float32, Float32]:
    """(N, 5) offsets and (N, 5) gains, those of the right side for the face's mirrored turn."""
    offset = np.zeros((len(rows), TERMS), np.float32)
    gain = np.zeros((len(rows), TERMS), np.float32)
    for row, (bias, flipped) in enumerate(rows):
        signs = _SIGNS_IN_A_MIRROR if flipped else np.float32(1.0)
        offset[row] = np.array(bias.offset, np.float32) * signs
        gain[row] = np.array(bias.gain, np.float32) * signs
    return offset, gain
