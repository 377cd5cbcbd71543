"""Where on a face each action unit shows: its region of interest.

Centres after paper 000's table of AU centres by predefined landmarks (Li et al., EAC-Net, 2018,
draw the same); the regions are wider than the muscles, since what moves is the skin around.

**Convention:** `L` and `R` are the subject's; the iBUG points name sides from the viewer.
"""

from collections.abc import Sequence

from avatar_bridge.nets.layers.region_align import Place

_SIDES: dict[str, dict[str, tuple[int, ...]]] = {
    # name: points of the subject's right and left
    "brow_inner": {"R": (20, 21, 27), "L": (22, 23, 27)},
    "brow_outer": {"R": (17, 18, 19), "L": (24, 25, 26)},
    "eye": {"R": tuple(range(36, 42)), "L": tuple(range(42, 48))},
    "cheek": {"R": (36, 40, 41, 48), "L": (45, 46, 47, 54)},
    "nose": {"R": (27, 29, 31, 39), "L": (27, 29, 35, 42)},
    "lip_top": {"R": (31, 49, 50, 61), "L": (35, 52, 53, 63)},
    "corner": {"R": (48, 60), "L": (54, 64)},
    "lip_bottom": {"R": (58, 59, 67), "L": (55, 56, 65)},
}
_REACH = {
    "brow_inner": 0.35, "brow_outer": 0.4, "eye": 0.35, "cheek": 0.4, "nose": 0.35,
    "lip_top": 0.35, "corner": 0.4, "lip_bottom": 0.35,
}  # fmt: skip
_MIDDLE = {
    "mouth": Place("mouth", tuple(range(48, 68)), 0.6),
    "chin": Place("chin", (7, 8, 9, 57), 0.45),
    "lower_face": Place("lower_face", (3, 13, 8, 33, 57), 1.0),
}
_PLACE_OF = {
    "AU1": "brow_inner", "AU2": "brow_outer", "AU4": "brow_inner", "AU5": "eye", "AU6": "cheek",
    "AU7": "eye", "AU8": "mouth", "AU9": "nose", "AU10": "lip_top", "AU11": "lip_top",
    "AU12": "corner", "AU13": "corner", "AU14": "corner", "AU15": "corner", "AU16": "lip_bottom",
    "AU17": "chin", "AU17T": "mouth", "AU18": "mouth", "AU19": "mouth", "AU20": "corner",
    "AU22": "mouth", "AU23": "mouth", "AU24": "corner", "AU25": "mouth", "AU26": "lower_face",
    "AU27": "lower_face", "AU28T": "mouth", "AU28B": "mouth", "AU29": "lower_face",
    "AU30": "lower_face", "AU34": "lower_face", "Mouth": "lower_face", "AU45": "eye",
    "AU61": "eye", "AU62": "eye", "AU63": "eye", "AU64": "eye",
}  # fmt: skip
# The inner brows rise together: their node looks at both.
_BOTH_BROWS = Place("brows", (20, 21, 22, 23), 0.55)


def node_places(nodes: Sequence[str]) -> tuple[tuple[Place, ...], list[int]]:
    """The regions that some nodes need, and the (K,) region of each node.

    Raises:
        KeyError: a node without a place.
    """
    places: list[Place] = []
    region_of = []
    for node in nodes:
        place = _place(node)
        if place not in places:
            places.append(place)
        region_of.append(places.index(place))
    return tuple(places), region_of


def eye_places() -> tuple[Place, Place]:
    """The subject's left and right eye."""
    return _sided("eye", "L"), _sided("eye", "R")


def _place(node: str) -> Place:
    if node == "AU1":
        return _BOTH_BROWS
    code, side = (node, "") if node in _PLACE_OF else (node[:-1], node[-1:])
    name = _PLACE_OF.get(code, "")
    if name in _MIDDLE:
        return _MIDDLE[name]
    if side not in _SIDES.get(name, ()):
        raise KeyError(node)
    return _sided(name, side)


def _sided(name: str, side: str) -> Place:
    return Place(f"{name}_{side}", _SIDES[name][side], _REACH[name])
