"""What each of the 52 blendshapes moves; the right ones are the left ones' mirror images."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from avatar_bridge.avatar.head.falloff import Floats
from avatar_bridge.avatar.head.shapes import brows, cheeks, eyes, jaw, lips, mouth
from avatar_bridge.avatar.head.shapes.field import Field

# Of the middle and of the left; movements (N, 3) of a field's points.
SHAPES: Mapping[str, Callable[[Field], Floats]] = MappingProxyType(
    {
        "eyeBlinkLeft": eyes.blink,
        "eyeLookDownLeft": eyes.look_down,
        "eyeLookInLeft": eyes.look_in,
        "eyeLookOutLeft": eyes.look_out,
        "eyeLookUpLeft": eyes.look_up,
        "eyeSquintLeft": eyes.squint,
        "eyeWideLeft": eyes.wide,
        "jawForward": jaw.forward,
        "jawLeft": jaw.to_left,
        "jawOpen": jaw.jaw_open,
        "mouthClose": mouth.close,
        "mouthFunnel": mouth.funnel,
        "mouthPucker": mouth.pucker,
        "mouthLeft": mouth.to_left,
        "mouthSmileLeft": mouth.smile,
        "mouthFrownLeft": mouth.frown,
        "mouthDimpleLeft": mouth.dimple,
        "mouthStretchLeft": mouth.stretch,
        "mouthRollLower": lips.roll_lower,
        "mouthRollUpper": lips.roll_upper,
        "mouthShrugLower": lips.shrug_lower,
        "mouthShrugUpper": lips.shrug_upper,
        "mouthPressLeft": lips.press,
        "mouthLowerDownLeft": lips.lower_down,
        "mouthUpperUpLeft": lips.upper_up,
        "browDownLeft": brows.down,
        "browInnerUp": brows.inner_up,
        "browOuterUpLeft": brows.outer_up,
        "cheekPuff": cheeks.puff,
        "cheekSquintLeft": cheeks.squint,
        "noseSneerLeft": cheeks.sneer,
        "tongueOut": mouth.tongue_out,
    }
)
