"""How a face that is back, or suddenly elsewhere, takes its avatar along without a pop.

The gap between what the avatar shows and what the face does is taken once, when the face is back,
and then shrinks to nothing while the face's own motion comes through at once: no cross-fade that
would make it late (Bollo, "Inertialization", GDC 2018).
"""

import math
from dataclasses import dataclass

from avatar_bridge.smooth.decay import eased
from avatar_bridge.smooth.one_euro import Values
from avatar_bridge.smooth.regions import to_motion, to_values
from avatar_bridge.smooth.rotation import (
    Quaternion,
    Vector,
    compose,
    exp,
    inverse,
    log,
    normalised,
    quaternion,
    scaled,
)
from avatar_bridge.types import HeadPose, Motion

# What a head can do at most between two frames: noise of a far face's place, and a quick step;
# noise of a turned face's direction, and 800 degrees a second (Grossman et al., "Frequency and
# velocity of rotational head perturbations during locomotion", 1988: below that even when asked).
NOISE_M, SPEED_MPS = 0.1, 3.0
NOISE_RAD, SPEED_RADPS = 0.35, 14.0


def jumped(before: HeadPose, after: HeadPose, elapsed_s: float) -> bool:
    """Whether a head moved as no head can: the track took another face, or lost its hold."""
    moved = math.dist(before.position.tolist(), after.position.tolist())
    turned = log(compose(quaternion(after.orientation), inverse(quaternion(before.orientation))))
    return (
        moved > NOISE_M + SPEED_MPS * elapsed_s
        or math.hypot(*turned) > NOISE_RAD + SPEED_RADPS * elapsed_s
    )


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """A gap that shrinks.

    Attributes:
        values: (VALUES,) what the avatar showed less what the face does, when it began.
        turn: the same for the head's direction, a rotation vector in radians.
        length_s: seconds after which nothing is left.
    """

    values: Values
    turn: Vector
    length_s: float

    @classmethod
    def between(cls, shown: Motion, target: Motion, length_s: float) -> "Blend":
        """From what the avatar shows to what the face does, in so many seconds."""
        turn = compose(_direction(shown), inverse(_direction(target)))
        return cls(to_values(shown) - to_values(target), log(turn), length_s)

    def apply(self, target: Motion, age_s: float) -> Motion:
        """What the avatar shows so many seconds after it last showed the face as lost."""
        left = 1.0 - eased(age_s / self.length_s)
        direction = compose(exp(scaled(self.turn, left)), _direction(target))
        return to_motion(to_values(target) + left * self.values, normalised(direction))


def _direction(motion: Motion) -> Quaternion:
    return quaternion(motion.head_pose.orientation)
