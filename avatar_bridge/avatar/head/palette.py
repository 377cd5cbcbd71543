"""Colours of the head: linear RGB, as glTF has them. Points' own colours only make them darker."""

from dataclasses import dataclass

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Material:
    """How a surface looks.

    Attributes:
        colour: linear RGB.
        rough: 0 mirrors, 1 is matt.
        glow: whether it shines by itself.
    """

    colour: Colour
    rough: float = 0.8
    glow: bool = False


def _linear(text: str) -> Colour:
    """Of a colour written as on the web."""
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return (red**2.2, green**2.2, blue**2.2)


MATERIALS: dict[str, Material] = {
    "skin": Material(_linear("f2b591"), 0.65),
    "lips": Material(_linear("db8674"), 0.45),
    "mouth": Material(_linear("5e1f24"), 0.9),
    "lid_edge": Material(_linear("6b3a2e"), 0.8),
    "lashes": Material(_linear("2a1a18"), 0.8),
    "brows": Material(_linear("4a2b1f"), 0.85),
    "hair": Material(_linear("5a3322"), 0.6),
    "eye_white": Material(_linear("fbfaf7"), 0.3),
    "iris": Material(_linear("3fb8a4"), 0.3),
    "pupil": Material(_linear("10181c"), 0.2),
    "highlight": Material((1.0, 1.0, 1.0), 0.3, glow=True),
    "teeth": Material(_linear("fffaf0"), 0.35),
    "tongue": Material(_linear("e5737a"), 0.5),
    "hat": Material(_linear("ee6352"), 0.95),
    "pompom": Material(_linear("fff1da"), 1.0),
    "shirt": Material(_linear("3a6ea5"), 0.95),
}
BLUSH = (1.0, 0.74, 0.72)
