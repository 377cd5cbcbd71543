"""Eyeballs: where they sit, how they turn, what gaze the look shapes mean.

**Convention:** gaze yaw is positive to the subject's left and pitch positive upward, in radians.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.types import Float32

# How far an eye turns when its look shape is 1, radians: a comfortable end of its travel.
YAW_RANGE = math.radians(32.0)
UP_RANGE = math.radians(25.0)
DOWN_RANGE = math.radians(30.0)
# Radius of the iris, cm: 11.7 mm across in an adult.
IRIS_RADIUS = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Eyeball:
    """One eye of the neutral mesh.

    Attributes:
        positions: which positions of the mesh turn with it.
        centre: (3,) cm.
        axis: (3,) unit vector from the centre to the middle of the cornea.
        radius: cm.
    """

    positions: NDArray[np.int64]
    centre: Float32
    axis: Float32
    radius: float

    def centre_in(self, positions: Float32, base: Float32) -> Float32:
        """(3,) the centre in another person's mesh: the ball moves with its surface."""
        moved = (positions[self.positions] - base[self.positions]).mean(axis=0)
        return np.asarray(self.centre + moved, np.float32)

    def turn(self, yaw: float, pitch: float) -> Float32:
        """(3, 3) rotation that takes the eye at rest to a gaze."""
        x, y, z = (float(v) for v in self.axis)
        at_rest = Rotation.from_euler("YX", [math.atan2(x, z), -math.asin(y)])
        turned = Rotation.from_euler("YX", [yaw, -pitch]) * at_rest.inv()
        return np.asarray(turned.as_matrix(), np.float32)


def fit_eyeball(base: Float32, positions: NDArray[np.integer]) -> Eyeball:
    """The ball through an eye's vertices, by least squares; its axis goes through the cornea."""
    points = np.asarray(base[positions], np.float64)
    system = np.column_stack([2 * points, np.ones(len(points))])
    solution = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
    centre = solution[:3]
    radius = math.sqrt(solution[3] + centre @ centre)
    axis = points[points[:, 2].argmax()] - centre
    axis /= np.linalg.norm(axis)
    return Eyeball(
        np.asarray(positions, np.int64), centre.astype(np.float32), axis.astype(np.float32), radius
    )


def gaze_direction(yaw: float, pitch: float) -> Float32:
    """(3,) unit vector of a gaze in head axes."""
    flat = math.cos(pitch)
    return np.array([math.sin(yaw) * flat, math.sin(pitch), math.cos(yaw) * flat], np.float32)


def gaze_of(weights: NDArray[np.floating]) -> Float32:
    """(2, 2) left and right eye, yaw and pitch, of (52,) weights."""

    def weight(name: str) -> float:
        return float(weights[BLENDSHAPE_INDEX[name]])

    angles = []
    for side, outward in (("Left", 1.0), ("Right", -1.0)):
        yaw = outward * (weight(f"eyeLookOut{side}") - weight(f"eyeLookIn{side}")) * YAW_RANGE
        up, down = weight(f"eyeLookUp{side}"), weight(f"eyeLookDown{side}")
        angles.append((yaw, up * UP_RANGE - down * DOWN_RANGE))
    return np.array(angles, np.float32)


def look_weights(yaw: float, pitch: float) -> dict[str, float]:
    """The eight look weights of both eyes that turn alike, each clipped to [0, 1]."""
    across, left = min(abs(yaw) / YAW_RANGE, 1.0), yaw > 0
    weights = {
        "eyeLookOutLeft": across if left else 0.0,
        "eyeLookInRight": across if left else 0.0,
        "eyeLookInLeft": 0.0 if left else across,
        "eyeLookOutRight": 0.0 if left else across,
    }
    for side in ("Left", "Right"):
        weights[f"eyeLookUp{side}"] = min(max(pitch, 0.0) / UP_RANGE, 1.0)
        weights[f"eyeLookDown{side}"] = min(max(-pitch, 0.0) / DOWN_RANGE, 1.0)
    return weights
