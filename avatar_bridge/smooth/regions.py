"""The regions of a face that move alike, each with a filter of its own.

**Convention (values):** a motion as one row: the 52 weights in canonical order, the head's place
(3, metres), then yaw and pitch of the left and of the right eye (4, radians). The head's direction
is a quaternion and stands apart.
"""

import numpy as np

from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.smooth.one_euro import Groups, Values
from avatar_bridge.smooth.rotation import Quaternion
from avatar_bridge.types import Blendshapes, Gaze, HeadPose, Motion

# The first region with a prefix that fits a shape's name has it. mouthClose is how far the lips
# stay together while the jaw opens, so it moves with the jaw or it parts them.
_PREFIXES: dict[str, tuple[str, ...]] = {
    "blink": ("eyeBlink",),
    "look": ("eyeLook",),
    "lids": ("eyeSquint", "eyeWide"),
    "brows": ("brow",),
    "jaw": ("jaw", "mouthClose"),
    "mouth": ("mouth",),
    "cheeks": ("cheek", "nose"),
    "tongue": ("tongue",),
}
PLACE = slice(len(BLENDSHAPES), len(BLENDSHAPES) + 3)
GAZE = slice(PLACE.stop, PLACE.stop + 4)
VALUES = GAZE.stop
# Every weight counts for itself; the place is one vector, and so is where the eyes look.
GROUPS = Groups(
    starts=np.array([*range(PLACE.start), PLACE.start, GAZE.start]),
    of=np.array([*range(PLACE.start), *[PLACE.start] * 3, *[PLACE.start + 1] * 4]),
)
DIRECTION = "head_orientation"


def _region(shape: str) -> str:
    return next(name for name, prefixes in _PREFIXES.items() if shape.startswith(prefixes))


# The region of every value, and all regions: those, and the head's direction.
REGION_OF: tuple[str, ...] = (
    *(_region(shape) for shape in BLENDSHAPES),
    *(["head_position"] * 3),
    *(["gaze"] * 4),
)
REGIONS: tuple[str, ...] = (*_PREFIXES, "head_position", DIRECTION, "gaze")


def to_values(motion: Motion) -> Values:
    """(VALUES,) a motion as one row, without the head's direction."""
    return np.concatenate(
        [
            motion.blendshapes.weights,
            motion.head_pose.position,
            motion.gaze.left,
            motion.gaze.right,
        ],
        dtype=np.float64,
    )


def to_motion(values: Values, orientation: Quaternion) -> Motion:
    """The motion of a row and the head's direction; weights are clipped to [0, 1]."""
    row = values.astype(np.float32)
    eyes = row[GAZE]
    return Motion(
        Blendshapes(row[: PLACE.start].clip(0.0, 1.0)),
        HeadPose(row[PLACE], np.array(orientation, np.float32)),
        Gaze(eyes[:2], eyes[2:]),
    )
