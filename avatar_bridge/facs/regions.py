"""Parts of the face: which of the 52 lie where, and which belong together.

**Convention:** left and right are the subject's.
"""

from avatar_bridge.facs.arkit import BLENDSHAPES

_FIRST_WORDS = {"eye": "eyes", "brow": "brows", "jaw": "jaw"}
_ELSEWHERE = "mouth"  # lips, cheeks, nose and tongue move with the mouth


def region_of(shape: str) -> str:
    """The region that a blendshape moves: eyes, brows, jaw or mouth."""
    return next(
        (region for word, region in _FIRST_WORDS.items() if shape.startswith(word)), _ELSEWHERE
    )


REGIONS: dict[str, tuple[str, ...]] = {
    region: tuple(shape for shape in BLENDSHAPES if region_of(shape) == region)
    for region in ("eyes", "brows", "mouth", "jaw")
}

# What VRM lets an expression override (VRM 1.0, `VRMC_vrm` expressions): group → shapes.
OVERRIDE_GROUPS: dict[str, tuple[str, ...]] = {
    "blink": ("eyeBlinkLeft", "eyeBlinkRight"),
    "look": tuple(shape for shape in BLENDSHAPES if shape.startswith("eyeLook")),
    "mouth": tuple(shape for shape in BLENDSHAPES if shape.startswith(("jaw", "mouth"))),
}

# Movement → pairs that are equal when both sides do the same. Eyes that look the same way turn
# one inward and the other outward. `jawLeft` and `mouthLeft` are directions, not sides.
PARTNERS: dict[str, tuple[tuple[str, str], ...]] = {
    "eyeLook": (
        ("eyeLookInLeft", "eyeLookOutRight"),
        ("eyeLookOutLeft", "eyeLookInRight"),
        ("eyeLookUpLeft", "eyeLookUpRight"),
        ("eyeLookDownLeft", "eyeLookDownRight"),
    ),
    **{
        left.removesuffix("Left"): ((left, left.removesuffix("Left") + "Right"),)
        for left in BLENDSHAPES
        if left.endswith("Left")
        and not left.startswith("eyeLook")
        and left not in ("jawLeft", "mouthLeft")
    },
}
