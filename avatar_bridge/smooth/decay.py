"""What a face does while it is lost: hold still for a moment, then ease back to neutral."""

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from avatar_bridge.types import Blendshapes, Gaze, HeadPose, Motion


def remaining(lost_s: float, hold_s: float, decay_s: float) -> float:
    """How much of the last expression is left, 1 to 0.

    Args:
        lost_s: seconds since the face was last seen.
        hold_s: seconds for which it is held whole.
        decay_s: seconds in which it then fades.
    """
    progress = np.clip((lost_s - hold_s) / decay_s, 0.0, 1.0)
    return float(1.0 - progress * progress * (3.0 - 2.0 * progress))  # smoothstep: no jerk


def fade(motion: Motion, left: float) -> Motion:
    """The last motion with a share of it left; the head turns straight where it is.

    Args:
        motion: of the last frame in which the face was seen.
        left: in [0, 1].
    """
    turns = Rotation.from_quat(
        np.stack([np.array([0.0, 0.0, 0.0, 1.0]), motion.head_pose.orientation])
    )
    orientation = Slerp([0.0, 1.0], turns)(left).as_quat(canonical=True)
    return Motion(
        Blendshapes(motion.blendshapes.weights * np.float32(left)),
        HeadPose(motion.head_pose.position, np.asarray(orientation, np.float32)),
        Gaze(motion.gaze.left * np.float32(left), motion.gaze.right * np.float32(left)),
    )
