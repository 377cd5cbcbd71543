"""Weights of the 52 that show something: emotions, vowels, and VRM's expressions."""

from collections.abc import Mapping

from avatar_bridge.facs.arkit import BLENDSHAPES

Weights = Mapping[str, float]


def pose(**weights: float) -> dict[str, float]:
    """Weights by name; a name that lacks its side means both.

    Raises:
        KeyError: no such blendshape.
    """
    found: dict[str, float] = {}
    for name, weight in weights.items():
        sides = [name] if name in BLENDSHAPES else [f"{name}Left", f"{name}Right"]
        for side in sides:
            if side not in BLENDSHAPES:
                raise KeyError(name)
            found[side] = weight
    return found


# As EMFACS has them (happiness 6+12, sadness 1+4+15, surprise 1+2+5+26, fear 1+2+4+5+20+25,
# anger 4+7+23, disgust 9+10+15), played so that a drawn face is read at a glance.
EMOTION_POSES: Mapping[str, Weights] = {
    "anger": pose(
        browDown=1.0, noseSneer=0.35, mouthPress=0.25, mouthFrown=0.6, eyeSquint=0.45,
        jawForward=0.3,
    ),
    "disgust": pose(
        noseSneer=1.0, browDown=0.6, mouthUpperUp=0.45, mouthFrown=0.5, eyeSquint=0.6,
        cheekSquint=0.4,
    ),
    "fear": pose(
        browInnerUp=1.0, browOuterUp=0.4, eyeWide=1.0, mouthStretch=0.75, mouthFrown=0.25,
        jawOpen=0.22,
    ),
    "happiness": pose(
        mouthSmile=0.95, cheekSquint=0.7, eyeSquint=0.2, mouthUpperUp=0.15, jawOpen=0.28,
        browOuterUp=0.25, browInnerUp=0.15,
    ),
    "sadness": pose(
        browInnerUp=1.0, mouthFrown=0.85, mouthShrugLower=0.35, eyeSquint=0.15, eyeBlink=0.2,
        eyeLookDown=0.3,
    ),
    "surprise": pose(
        browInnerUp=1.0, browOuterUp=1.0, eyeWide=1.0, jawOpen=0.55, mouthFunnel=0.35
    ),
}  # fmt: skip

# What VRM 1.0's preset expressions show, of the avatar's own blendshapes.
VRM_POSES: Mapping[str, Weights] = {
    "happy": EMOTION_POSES["happiness"],
    "angry": EMOTION_POSES["anger"],
    "sad": EMOTION_POSES["sadness"],
    "relaxed": pose(mouthSmile=0.45, eyeBlink=0.35, browInnerUp=0.2, cheekSquint=0.2),
    "surprised": EMOTION_POSES["surprise"],
    "aa": pose(jawOpen=0.75),
    "ih": pose(jawOpen=0.25, mouthStretch=0.45, mouthUpperUp=0.15, mouthLowerDown=0.2),
    "ou": pose(jawOpen=0.22, mouthPucker=0.85),
    "ee": pose(jawOpen=0.18, mouthSmile=0.35, mouthStretch=0.4, mouthLowerDown=0.3),
    "oh": pose(jawOpen=0.5, mouthFunnel=0.65),
    "blink": pose(eyeBlink=1.0),
    "blinkLeft": {"eyeBlinkLeft": 1.0},
    "blinkRight": {"eyeBlinkRight": 1.0},
    "lookUp": pose(eyeLookUp=1.0),
    "lookDown": pose(eyeLookDown=1.0),
    "lookLeft": {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
    "lookRight": {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0},
    "neutral": {},
}
