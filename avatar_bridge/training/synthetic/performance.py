"""The performer's script: what the face does in twelve seconds that loop.

A beat is one movement: it eases in, holds, and eases out along minimum-jerk curves. Beats of one
blendshape do not add up; the strongest counts.

**Convention:** seconds from the start; weights in [0, 1]; angles in radians as in `scene`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.synthetic.eyes import look_weights
from avatar_bridge.training.synthetic.scene import HeadPlace
from avatar_bridge.types import Float32

FPS = 30
SECONDS = 12.0
FRAMES = 360

# The motion of the head rests at both ends for this long, so that the loop has no seam.
_REST = 0.6
# Share of the head's turn that the eyes take back to stay on the camera.
_HOLD_GAZE = 0.75
_BLINKS = (1.62, 3.12, 4.98, 6.32, 7.72, 9.12, 10.22, 11.42)
_BLINK_TIMES = (-0.07, 0.0, 0.035, 0.17)  # starts, shut, opens, open; from its time


@dataclass(frozen=True, slots=True)
class Beat:
    """One movement.

    Attributes:
        times: when it starts, is full, lets go, and is over.
        weights: blendshape to weight when full. "mouthSmile*" stands for both sides.
    """

    times: tuple[float, float, float, float]
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """One movement of head or eyes, added to the others; times as a beat's."""

    times: tuple[float, float, float, float]
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    nearer: float = 0.0


BEATS: tuple[Beat, ...] = (
    # A greeting.
    Beat(
        (0.20, 0.60, 1.15, 1.65),
        {"mouthSmile*": 0.85, "cheekSquint*": 0.65, "mouthUpperUp*": 0.3, "jawOpen": 0.1,
         "browOuterUp*": 0.25, "mouthDimple*": 0.2, "eyeSquint*": 0.3},
    ),
    # A few words.
    Beat(
        (1.50, 1.62, 1.66, 1.80),
        {"jawOpen": 0.42, "mouthLowerDown*": 0.45,
         "mouthUpperUp*": 0.2},
    ),
    Beat((1.66, 1.80, 1.84, 1.96), {"mouthFunnel": 0.75, "jawOpen": 0.25}),
    Beat(
        (1.84, 1.95, 1.99, 2.08),
        {"mouthPress*": 0.6, "mouthRollLower": 0.35,
         "mouthRollUpper": 0.3},
    ),
    Beat((1.98, 2.10, 2.14, 2.28), {"jawOpen": 0.5, "mouthLowerDown*": 0.35, "mouthStretch*": 0.3}),
    Beat((2.14, 2.26, 2.32, 2.44), {"mouthPucker": 0.7, "jawOpen": 0.08}),
    Beat((2.34, 2.46, 2.56, 2.70), {"jawOpen": 0.62, "mouthClose": 0.58, "mouthShrugUpper": 0.6}),
    Beat((2.30, 2.40, 2.44, 2.56), {"mouthSmile*": 0.3, "mouthStretch*": 0.45, "jawOpen": 0.2}),
    Beat((2.52, 2.66, 2.80, 2.94), {"mouthRollLower": 0.85, "mouthRollUpper": 0.8}),
    # One brow, the other, both.
    Beat((2.36, 2.56, 2.68, 2.88), {"browOuterUpLeft": 0.9}),
    Beat((2.76, 2.94, 3.04, 3.26), {"browOuterUpRight": 0.9}),
    # Surprise.
    Beat(
        (3.22, 3.42, 3.80, 4.05),
        {"browInnerUp": 0.95, "browOuterUp*": 0.85, "eyeWide*": 0.95, "jawOpen": 0.8,
         "mouthFunnel": 0.15},
    ),
    # Fright.
    Beat(
        (3.90, 4.06, 4.22, 4.42),
        {"mouthStretch*": 0.9, "mouthLowerDown*": 0.75, "browInnerUp": 0.7, "eyeWide*": 0.6,
         "jawOpen": 0.15},
    ),
    # Anger.
    Beat(
        (4.34, 4.58, 4.94, 5.20),
        {"browDown*": 1.0, "noseSneer*": 0.25, "mouthPress*": 0.9, "eyeSquint*": 0.5,
         "mouthFrown*": 0.3, "mouthShrugLower": 0.45},
    ),
    Beat((4.50, 4.70, 4.90, 5.10), {"jawForward": 0.6}),
    # A kiss, a wide round mouth, full cheeks.
    Beat((5.16, 5.36, 5.52, 5.70), {"mouthPucker": 0.95}),
    Beat((5.60, 5.78, 5.88, 6.04), {"mouthFunnel": 0.95, "jawOpen": 0.22}),
    Beat((5.98, 6.18, 6.40, 6.58), {"cheekPuff": 0.95, "mouthPress*": 0.3}),
    # Jaw and mouth to the sides.
    Beat((6.50, 6.68, 6.78, 6.94), {"jawLeft": 0.85, "jawOpen": 0.12}),
    Beat((6.84, 7.02, 7.12, 7.28), {"jawRight": 0.85, "jawOpen": 0.12}),
    Beat((7.18, 7.36, 7.44, 7.58), {"mouthLeft": 0.85}),
    Beat((7.48, 7.66, 7.74, 7.90), {"mouthRight": 0.85}),
    # A smirk on each side.
    Beat(
        (7.84, 8.02, 8.16, 8.30),
        {"mouthSmileLeft": 0.85, "mouthDimpleLeft": 0.7,
         "cheekSquintLeft": 0.4},
    ),
    Beat(
        (8.22, 8.40, 8.52, 8.68),
        {"mouthSmileRight": 0.85, "mouthDimpleRight": 0.7,
         "cheekSquintRight": 0.4},
    ),
    # A wink of each eye.
    Beat(
        (8.56, 8.68, 8.76, 8.90),
        {"eyeBlinkLeft": 1.0, "cheekSquintLeft": 0.8,
         "mouthSmileLeft": 0.45},
    ),
    Beat(
        (8.84, 8.96, 9.04, 9.18),
        {"eyeBlinkRight": 1.0, "cheekSquintRight": 0.8,
         "mouthSmileRight": 0.45},
    ),
    # Disgust, a little to the left.
    Beat(
        (10.16, 10.36, 10.58, 10.82),
        {"noseSneerLeft": 1.0, "noseSneerRight": 0.85, "mouthUpperUpLeft": 0.7,
         "mouthUpperUpRight": 0.55, "browDown*": 0.45, "eyeSquint*": 0.65,
         "mouthShrugLower": 0.3},
    ),
    # Sadness, then a breath.
    Beat(
        (10.76, 11.00, 11.26, 11.56),
        {"browInnerUp": 0.95, "mouthFrown*": 0.95, "mouthShrugLower": 0.75,
         "mouthShrugUpper": 0.3, "eyeSquint*": 0.15},
    ),
)  # fmt: skip

# Where the eyes go besides the camera: a look about.
LOOKS: tuple[Turn, ...] = (
    Turn((9.12, 9.24, 9.38, 9.48), yaw=0.52),
    Turn((9.40, 9.50, 9.62, 9.70), yaw=0.10, pitch=0.38),
    Turn((9.62, 9.72, 9.88, 9.98), yaw=-0.52),
    Turn((9.90, 10.00, 10.10, 10.20), yaw=-0.05, pitch=-0.42),
    Turn((10.86, 11.04, 11.22, 11.44), pitch=-0.18),
)

NODS: tuple[Turn, ...] = (
    Turn((0.30, 0.60, 0.75, 1.20), pitch=-0.10, roll=0.07),
    Turn((1.50, 1.80, 2.20, 2.60), yaw=0.14, pitch=0.03),
    Turn((2.40, 2.70, 2.95, 3.25), yaw=-0.12, roll=-0.07),
    Turn((3.22, 3.45, 3.90, 4.25), pitch=0.09, nearer=-1.5),
    Turn((4.34, 4.62, 4.95, 5.25), pitch=-0.12, nearer=2.0),
    Turn((5.16, 5.40, 5.60, 5.95), yaw=-0.16, roll=0.09),
    Turn((6.45, 6.75, 6.80, 7.05), yaw=0.12),
    Turn((6.85, 7.10, 7.15, 7.45), yaw=-0.12),
    Turn((7.80, 8.05, 8.15, 8.40), yaw=0.24, roll=-0.08),
    Turn((8.15, 8.45, 8.55, 8.75), yaw=-0.24, roll=0.08),
    Turn((9.14, 9.40, 9.48, 9.72), yaw=0.18),
    Turn((9.60, 9.86, 9.92, 10.15), yaw=-0.18, pitch=0.04),
    Turn((10.14, 10.40, 10.60, 10.90), yaw=-0.12, pitch=0.07),
    Turn((10.76, 11.05, 11.25, 11.65), pitch=-0.12, roll=0.10),
)


def ease(share: float) -> float:
    """Minimum-jerk curve from 0 to 1 (Flash and Hogan, 1985)."""
    x = min(max(share, 0.0), 1.0)
    return x * x * x * (10 - 15 * x + 6 * x * x)


def strength(times: tuple[float, float, float, float], seconds: float) -> float:
    """How full a movement is, in [0, 1]."""
    start, full, release, over = times
    if seconds < full:
        return ease((seconds - start) / (full - start))
    return 1.0 - ease((seconds - release) / (over - release))


def both_sides(name: str) -> tuple[str, ...]:
    """Both sides of a name such as "mouthSmile*"; any other name is itself."""
    if name.endswith("*"):
        return name[:-1] + "Left", name[:-1] + "Right"
    return (name,)


def head_at(seconds: float) -> HeadPlace:
    """How the head is held: slow sway, and the nods of the script."""
    calm = ease(seconds / _REST) * ease((SECONDS - seconds) / _REST)
    phase = 2 * math.pi * seconds / SECONDS
    total = {
        "yaw": calm * (0.07 * math.sin(2 * phase) + 0.03 * math.sin(5 * phase)),
        "pitch": calm * (0.03 * math.sin(3 * phase + 0.8)),
        "roll": calm * (0.03 * math.sin(2 * phase + 1.9)),
        "nearer": calm * 0.5 * math.sin(4 * phase),
    }
    for nod in NODS:
        amount = strength(nod.times, seconds)
        for axis in total:
            total[axis] += amount * float(getattr(nod, axis))
    rest = HeadPlace()
    return HeadPlace(
        yaw=total["yaw"],
        pitch=total["pitch"],
        roll=total["roll"],
        right=calm * 0.5 * math.sin(2 * phase) + 3.0 * total["yaw"],
        up=rest.up + calm * 0.25 * math.sin(3 * phase),
        distance=rest.distance - total["nearer"],
    )


def weights_at(seconds: float) -> Float32:
    """(52,) the face at one time."""
    weights = np.zeros(len(BLENDSHAPES), np.float32)

    def raise_to(name: str, value: float) -> None:
        index = BLENDSHAPE_INDEX[name]
        weights[index] = max(float(weights[index]), min(value, 1.0))

    for beat in BEATS:
        amount = strength(beat.times, seconds)
        if amount > 0:
            for pattern, full in beat.weights.items():
                for name in both_sides(pattern):
                    raise_to(name, amount * full)
    for blink in _BLINKS:
        start, shut, opens, over = (blink + offset for offset in _BLINK_TIMES)
        for name in both_sides("eyeBlink*"):
            raise_to(name, strength((start, shut, opens, over), seconds))
    head = head_at(seconds)
    yaw, pitch = -_HOLD_GAZE * head.yaw, -_HOLD_GAZE * head.pitch
    for look in LOOKS:
        amount = strength(look.times, seconds)
        yaw += amount * look.yaw
        pitch += amount * look.pitch
    for name, value in look_weights(yaw, pitch).items():
        raise_to(name, value)
    return weights


def script() -> tuple[Float32, list[HeadPlace]]:
    """(FRAMES, 52) weights and the head of every picture; the last one is as the first."""
    times = np.linspace(0.0, SECONDS, FRAMES)
    return np.stack([weights_at(float(t)) for t in times]), [head_at(float(t)) for t in times]
