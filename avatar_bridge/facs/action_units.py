"""Action unit nodes: what the face net reads and the retargeting starts from.

Ekman, Friesen and Hager, *Facial Action Coding System* (2002). A node is an action unit, cut
into sides where both FACS and ARKit can tell the sides apart.

**Convention:** `L` and `R` are the subject's left and right, `T` and `B` the top and the bottom
lip, as in FACS scoring. Intensities are in [0, 1]: 0 absent, 1 the strongest seen.
Looks (61 to 64) are per eye: `AU61L` is the left eye turned to the subject's left.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActionUnit:
    """One node.

    Attributes:
        name: FACS code and side, such as "AU12L".
        title: the FACS name of the movement.
        arkit: the blendshape that shows the same movement alone, or None where ARKit has none.
    """

    name: str
    title: str
    arkit: str | None


def _pair(code: int, title: str, arkit: str | None) -> tuple[ActionUnit, ActionUnit]:
    return (
        ActionUnit(f"AU{code}L", title, f"{arkit}Left" if arkit else None),
        ActionUnit(f"AU{code}R", title, f"{arkit}Right" if arkit else None),
    )


ACTION_UNITS: tuple[ActionUnit, ...] = (
    ActionUnit("AU1", "inner brow raiser", "browInnerUp"),
    *_pair(2, "outer brow raiser", "browOuterUp"),
    *_pair(4, "brow lowerer", "browDown"),
    *_pair(5, "upper lid raiser", "eyeWide"),
    *_pair(6, "cheek raiser", "cheekSquint"),
    *_pair(7, "lid tightener", "eyeSquint"),
    ActionUnit("AU8", "lips toward each other", "mouthClose"),
    *_pair(9, "nose wrinkler", "noseSneer"),
    *_pair(10, "upper lip raiser", "mouthUpperUp"),
    *_pair(11, "nasolabial deepener", None),
    *_pair(12, "lip corner puller", "mouthSmile"),
    *_pair(13, "sharp lip puller", None),
    *_pair(14, "dimpler", "mouthDimple"),
    *_pair(15, "lip corner depressor", "mouthFrown"),
    *_pair(16, "lower lip depressor", "mouthLowerDown"),
    ActionUnit("AU17", "chin raiser", "mouthShrugLower"),
    ActionUnit("AU17T", "chin raiser, seen at the top lip", "mouthShrugUpper"),
    ActionUnit("AU18", "lip pucker", "mouthPucker"),
    ActionUnit("AU19", "tongue show", "tongueOut"),
    *_pair(20, "lip stretcher", "mouthStretch"),
    ActionUnit("AU22", "lip funneler", "mouthFunnel"),
    ActionUnit("AU23", "lip tightener", None),
    *_pair(24, "lip pressor", "mouthPress"),
    ActionUnit("AU25", "lips part", None),
    ActionUnit("AU26", "jaw drop", "jawOpen"),
    ActionUnit("AU27", "mouth stretch", None),
    ActionUnit("AU28T", "lip suck, top", "mouthRollUpper"),
    ActionUnit("AU28B", "lip suck, bottom", "mouthRollLower"),
    ActionUnit("AU29", "jaw thrust", "jawForward"),
    ActionUnit("AU30L", "jaw to the left", "jawLeft"),
    ActionUnit("AU30R", "jaw to the right", "jawRight"),
    ActionUnit("AU34", "cheek puff", "cheekPuff"),
    ActionUnit("MouthL", "mouth to the left, which FACS has no code for", "mouthLeft"),
    ActionUnit("MouthR", "mouth to the right, which FACS has no code for", "mouthRight"),
    *_pair(45, "blink", "eyeBlink"),
    ActionUnit("AU61L", "left eye turned left", "eyeLookOutLeft"),
    ActionUnit("AU61R", "right eye turned left", "eyeLookInRight"),
    ActionUnit("AU62L", "left eye turned right", "eyeLookInLeft"),
    ActionUnit("AU62R", "right eye turned right", "eyeLookOutRight"),
    *_pair(63, "eye up", "eyeLookUp"),
    *_pair(64, "eye down", "eyeLookDown"),
)
ACTION_UNIT_NAMES: tuple[str, ...] = tuple(unit.name for unit in ACTION_UNITS)
ACTION_UNIT_INDEX: dict[str, int] = {name: i for i, name in enumerate(ACTION_UNIT_NAMES)}


def nodes_of(name: str) -> tuple[str, ...]:
    """The nodes that a code means: "AU12L" itself, both sides for "AU12", none if unknown."""
    if name in ACTION_UNIT_INDEX:
        return (name,)
    return tuple(name + side for side in "LRTB" if name + side in ACTION_UNIT_INDEX)


def mirrored(name: str) -> str:
    """The node that shows the same movement in a mirror.

    A look or a jaw shift changes direction as well as side, so AU61L becomes AU62R.
    """
    swapped = {"L": "R", "R": "L"}
    if name[-1] not in swapped:
        return name
    code, side = name[:-1], swapped[name[-1]]
    return {"AU61": "AU62", "AU62": "AU61"}.get(code, code) + side
