"""What is known exactly about a rendered face."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.geometry import quaternion_from_matrix
from avatar_bridge.training.synthetic.eyes import Eyeball, gaze_direction, gaze_of
from avatar_bridge.training.synthetic.mesh import FaceMesh
from avatar_bridge.training.synthetic.names import rig_weights
from avatar_bridge.training.synthetic.renderer import FaceShape
from avatar_bridge.training.synthetic.scene import Camera, HeadPlace
from avatar_bridge.types import Float32

_CM = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The truth of one picture.

    Attributes:
        weights: (52,) in [0, 1], canonical order.
        rig: (57,) the weights that moved ICT-FaceKit's shapes.
        landmarks: (70, 2) pixels, order of `facs.landmarks`.
        head_position: (3,) metres, as `types.HeadPose`.
        head_orientation: (4,) quaternion x, y, z, w, as `types.HeadPose`.
        gaze: (2, 2) left and right eye, yaw and pitch in radians, as `types.Gaze`.
    """

    weights: Float32
    rig: Float32
    landmarks: Float32
    head_position: Float32
    head_orientation: Float32
    gaze: Float32


def tell_truth(
    mesh: FaceMesh,
    neutral: Float32,
    weights: NDArray[np.floating],
    shape: FaceShape,
    place: HeadPlace,
    camera: Camera,
) -> Truth:
    """The truth of the picture that `Renderer.draw` makes of the same values.

    Args:
        mesh: the kit.
        neutral: (V, 3) the person at rest, cm.
        weights: (52,) in [0, 1].
        shape: from `face.shape_face` of these weights.
        place: of the head.
        camera: of the picture.
    """
    head = place.head_matrix()
    gaze = gaze_of(weights)
    left_centre, right_centre = (ball.centre_in(neutral, mesh.base) for ball in mesh.eyes)
    left_eye, right_eye = mesh.eyes
    left = iris_centre(left_eye, left_centre, gaze[0])
    right = iris_centre(right_eye, right_centre, gaze[1])
    points = np.concatenate([shape.positions[mesh.landmarks], [right], [left]])
    assert len(points) == POINTS
    between = (left_centre + right_centre) / 2
    return Truth(
        weights=np.asarray(weights, np.float32),
        rig=rig_weights(weights, mesh.shapes),
        landmarks=camera.pixels(_to_camera(head, points)),
        head_position=_to_camera(head, between[None])[0] * np.float32(_CM),
        head_orientation=quaternion_from_matrix(head[:3, :3]),
        gaze=gaze,
    )


def iris_centre(ball: Eyeball, centre: Float32, gaze: Float32) -> Float32:
    """(3,) the middle of the iris in the mesh's space, cm: on the ball, where it looks."""
    return np.asarray(centre + ball.radius * gaze_direction(*map(float, gaze)), np.float32)


def _to_camera(matrix: Float32, points: NDArray[np.floating]) -> Float32:
    return np.asarray(points @ matrix[:3, :3].T + matrix[:3, 3], np.float32)
