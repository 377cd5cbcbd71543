"""What a face does while it is lost: hold still for a moment, then ease back to neutral."""

import numpy as np

from avatar_bridge.smooth.rotation import exp, log, quaternion, scaled
from avatar_bridge.types import Blendshapes, Gaze, HeadPose, Motion


def remaining(lost_s: float, hold_s: float, decay_s: float) -> float:
    """How much of the last expression is left, 1 to 0.

    Args:
        lost_s: seconds since the face was last seen.
        hold_s: seconds for which it is held whole.
        decay_s: seconds in which it then fades.
    """
    return 1.0 - eased((lost_s - hold_s) / decay_s)


def eased(progress: float) -> float:
    """From 0 to 1 by smoothstep, which neither starts nor ends with a jerk; at most 1.5 steep."""
    progress = min(max(progress, 0.0), 1.0)
    return progress * progress * (3.0 - 2.0 * progress)


def fade(motion: Motion, left: float) -> Motion:
    """The last motion with a share of it left; the head turns straight where it is.

    Args:
        motion: of the last frame in which the face was seen.
        left: in [0, 1].
    """
    turn = log(quaternion(motion.head_pose.orientation))
    orientation = np.array(exp(scaled(turn, left)), np.float32)
    return Motion(
        Blendshapes(motion.blendshapes.weights * np.float32(left)),
        HeadPose(motion.head_pose.position, orientation),
        Gaze(motion.gaze.left * np.float32(left), motion.gaze.right * np.float32(left)),
    )
