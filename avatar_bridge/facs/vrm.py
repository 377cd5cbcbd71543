"""The expressions that every VRM avatar may carry.

VRM Consortium, *VRM 0.0* (`blendShapeMaster`) and *VRM 1.0* (`VRMC_vrm`, expressions),
https://github.com/vrm-c/vrm-specification.

**Convention:** left and right are the avatar's own, as the subject's.
"""

VRM0_PRESETS: tuple[str, ...] = (
    "Neutral", "A", "I", "U", "E", "O", "Blink", "Joy", "Angry", "Sorrow", "Fun",
    "LookUp", "LookDown", "LookLeft", "LookRight", "Blink_L", "Blink_R",
)  # fmt: skip
VRM1_PRESETS: tuple[str, ...] = (
    "happy", "angry", "sad", "relaxed", "surprised", "aa", "ih", "ou", "ee", "oh",
    "blink", "blinkLeft", "blinkRight", "lookUp", "lookDown", "lookLeft", "lookRight", "neutral",
)  # fmt: skip

# VRM 1 name → the VRM 0 name of the same expression. VRM 0 has no `surprised`.
VRM0_OF: dict[str, str] = {
    "happy": "Joy",
    "angry": "Angry",
    "sad": "Sorrow",
    "relaxed": "Fun",
    "aa": "A",
    "ih": "I",
    "ou": "U",
    "ee": "E",
    "oh": "O",
    "blink": "Blink",
    "blinkLeft": "Blink_L",
    "blinkRight": "Blink_R",
    "lookUp": "LookUp",
    "lookDown": "LookDown",
    "lookLeft": "LookLeft",
    "lookRight": "LookRight",
    "neutral": "Neutral",
}
