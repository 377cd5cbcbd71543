"""The v2 parameters of VRCFaceTracking from the 52 weights: base shapes and simplified ones.

https://docs.vrcft.io/docs/tutorial-avatars/tutorial-avatars-extras/parameters. Every parameter is
a sum of inputs. An input is one of ARKit's 52, the constant 1, or the larger one of a pair.

**Convention:** left and right are the subject's; X is positive to the subject's right, Y upward.
ARKit tells less apart than Unified Expressions: where it has one shape for both sides, both lips
or two movements (brow lowerer and pinch; corner pull and slant), all of them get its weight. Of
what it has no shape for (suck, tightener, pupils, tongue but for out), no parameter goes out.
"""

import numpy as np

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.facs.unified import UNIFIED_OF
from avatar_bridge.types import Float32

Mix = dict[str, float]

SIDES = ("Left", "Right")
# Larger one of two, by a name of its own.
_LARGER: dict[str, tuple[str, str]] = {
    "wide": ("eyeWideLeft", "eyeWideRight"),
    "squint": ("eyeSquintLeft", "eyeSquintRight"),
    "sadLeft": ("mouthFrownLeft", "mouthStretchLeft"),
    "sadRight": ("mouthFrownRight", "mouthStretchRight"),
}
_INPUTS = {name: at for at, name in enumerate((*BLENDSHAPES, *_LARGER, "1"))}

# Parameters of one side, where S stands for it.
_SIDED: dict[str, Mix] = {
    "EyeOpenS": {"1": 1.0, "eyeBlinkS": -1.0},
    "EyeLidS": {"1": 0.75, "eyeBlinkS": -0.75, "eyeWideS": 0.25},
    "BrowInnerUpS": {"browInnerUp": 1.0},
    "BrowLowererS": {"browDownS": 1.0},
    "BrowPinchS": {"browDownS": 1.0},
    "BrowUpS": {"browOuterUpS": 0.6, "browInnerUp": 0.4},
    "BrowExpressionS": {"browInnerUp": 0.5, "browOuterUpS": 0.5, "browDownS": -1.0},
    "CheekPuffS": {"cheekPuff": 1.0},
    "CheekPuffSuckS": {"cheekPuff": 1.0},
    "MouthUpperS": {"mouthS": 1.0},
    "MouthLowerS": {"mouthS": 1.0},
    "MouthUpperDeepenS": {"mouthUpperUpS": 1.0},
    "MouthCornerPullS": {"mouthSmileS": 1.0},
    "MouthCornerSlantS": {"mouthSmileS": 1.0},
    "MouthCornerYS": {"mouthSmileS": 1.0, "mouthFrownS": -1.0},
    "MouthSadS": {"sadS": 1.0},
    "SmileFrownS": {"mouthSmileS": 1.0, "mouthFrownS": -1.0},
    "SmileSadS": {"mouthSmileS": 1.0, "sadS": -1.0},
    "MouthTightenerStretchS": {"mouthStretchS": -1.0},
    "LipPuckerS": {"mouthPucker": 1.0},
    "LipPuckerUpperS": {"mouthPucker": 1.0},
    "LipPuckerLowerS": {"mouthPucker": 1.0},
    "LipFunnelUpperS": {"mouthFunnel": 1.0},
    "LipFunnelLowerS": {"mouthFunnel": 1.0},
    "LipSuckUpperS": {"mouthRollUpper": 1.0},
    "LipSuckLowerS": {"mouthRollLower": 1.0},
    "LipSuckFunnelUpperS": {"mouthRollUpper": 1.0, "mouthFunnel": -1.0},
    "LipSuckFunnelLowerS": {"mouthRollLower": 1.0, "mouthFunnel": -1.0},
}
# Parameters that are the mean of their two sides, which are above or base shapes.
_MEANS = (
    "EyeOpen", "EyeClosed", "EyeLid", "BrowUp", "BrowDown", "BrowOuterUp", "BrowExpression",
    "CheekSquint", "CheekPuffSuck", "NoseSneer", "MouthUpperUp", "MouthLowerDown", "MouthStretch",
    "MouthPress", "MouthDimple", "MouthCornerY", "SmileFrown", "SmileSad", "MouthTightenerStretch",
    "LipSuckFunnelUpper", "LipSuckFunnelLower", "LipFunnelUpper", "LipFunnelLower",
    "LipPuckerUpper", "LipPuckerLower",
)  # fmt: skip
_WHOLE: dict[str, Mix] = {
    "EyeWide": {"wide": 1.0},
    "EyeSquint": {"squint": 1.0},
    "EyesSquint": {"squint": 1.0},
    "JawX": {"jawRight": 1.0, "jawLeft": -1.0},
    "JawZ": {"jawForward": 1.0},
    "MouthX": {"mouthRight": 1.0, "mouthLeft": -1.0},
    "MouthUpperX": {"mouthRight": 1.0, "mouthLeft": -1.0},
    "MouthLowerX": {"mouthRight": 1.0, "mouthLeft": -1.0},
    "MouthOpen": {
        "mouthUpperUpLeft": 0.25,
        "mouthUpperUpRight": 0.25,
        "mouthLowerDownLeft": 0.25,
        "mouthLowerDownRight": 0.25,
    },
    "LipSuck": {"mouthRollUpper": 0.5, "mouthRollLower": 0.5},
}
# ARKit's shapes that no parameter is named after: the gaze says more, and each lip has its own.
_ELSEWHERE = {name for name in BLENDSHAPES if name.startswith("eyeLook")} | {
    "mouthLeft",
    "mouthRight",
    "cheekPuff",
}


def _table() -> dict[str, Mix]:
    """Every parameter's mix."""
    table: dict[str, Mix] = {
        name: {shape: 1.0} for shape, name in UNIFIED_OF.items() if shape not in _ELSEWHERE
    }
    for pattern, mix in _SIDED.items():
        for side in SIDES:
            table[_on(pattern, side)] = {_on(name, side): gain for name, gain in mix.items()}
    for name in _MEANS:
        mean: Mix = {}
        for side in SIDES:
            for source, gain in table[name + side].items():
                mean[source] = mean.get(source, 0.0) + gain / 2
        table[name] = mean
    return table | _WHOLE


def _on(name: str, side: str) -> str:
    return name.removesuffix("S") + side if name.endswith("S") else name


_TABLE = _table()
PARAMETERS: tuple[str, ...] = tuple(_TABLE)
# Those that can be below 0.
SIGNED: frozenset[str] = frozenset(
    name
    for name, mix in _TABLE.items()
    if sum(gain for gain in mix.values() if gain < 0) + mix.get("1", 0.0) < 0
)


def _gains() -> Float32:
    gains = np.zeros((len(_TABLE), len(_INPUTS)), np.float32)
    for row, mix in enumerate(_TABLE.values()):
        for name, gain in mix.items():
            gains[row, _INPUTS[name]] = gain
    return gains


_GAINS = _gains()  # (parameters, inputs)
_PAIRS = np.array([[BLENDSHAPE_INDEX[name] for name in pair] for pair in _LARGER.values()])
_ONE = np.ones(1, np.float32)


def parameters(weights: Float32) -> Float32:
    """Values in [-1, 1] in the order of `PARAMETERS`.

    Args:
        weights: (52,) in [0, 1].
    """
    inputs = np.concatenate([weights, weights[_PAIRS].max(axis=1), _ONE])
    values: Float32 = np.clip(_GAINS @ inputs, -1.0, 1.0)
    return values
