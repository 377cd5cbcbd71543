"""Unified Expressions, the vocabulary of VRCFaceTracking, against ARKit's.

Where the two sets show the same movement they share a name, in Pascal case here, but for those
below. https://docs.vrcft.io/docs/tutorial-avatars/tutorial-avatars-extras/unified-blendshapes
"""

from avatar_bridge.facs.arkit import BLENDSHAPES

# ARKit name → Unified name, where they differ by more than the first letter.
RENAMED: dict[str, str] = {
    "eyeBlinkLeft": "EyeClosedLeft",
    "eyeBlinkRight": "EyeClosedRight",
    "mouthClose": "MouthClosed",
    "mouthRollUpper": "LipSuckUpper",
    "mouthRollLower": "LipSuckLower",
    "mouthFunnel": "LipFunnel",
    "mouthPucker": "LipPucker",
    "mouthShrugUpper": "MouthRaiserUpper",
    "mouthShrugLower": "MouthRaiserLower",
}
UNIFIED_OF: dict[str, str] = {
    shape: RENAMED.get(shape, shape[0].upper() + shape[1:]) for shape in BLENDSHAPES
}
