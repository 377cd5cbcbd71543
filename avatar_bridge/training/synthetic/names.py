"""ARKit's 52 names against the 57 shapes of ICT-FaceKit.

**Convention:** ICT-FaceKit's `_L` and `_R` are the subject's left and right, as ARKit's.
"""

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.types import Float32

# Movements that ICT-FaceKit cuts in halves and ARKit does not.
_HALVED = ("browInnerUp", "cheekPuff")
# What ICT-FaceKit has and ARKit has not: (shape, the ARKit shape that it goes along with, share).
# FACS knows one cheek raiser; the kit sculpts its cheek and its lower lid apart.
_COMPANIONS = {
    "cheekRaiser_L": ("cheekSquintLeft", 0.5),
    "cheekRaiser_R": ("cheekSquintRight", 0.5),
}
# Shapes that have no say in the face's movement: they stay free for the look of the eye.
FREE_SHAPES = ("PupilDilate_L", "PupilDilate_R")
# ARKit shapes that no shape of the kit makes: the tongue is swept out by `tongue`.
SWEPT_SHAPES = ("tongueOut",)


def arkit_source(shape: str) -> tuple[str, float] | None:
    """The ARKit shape that drives one ICT-FaceKit shape, and how strongly.

    Args:
        shape: a name of ICT-FaceKit.

    Returns:
        The ARKit name and a gain in (0, 1], or None for a shape that ARKit does not drive.

    Raises:
        KeyError: no such shape in the table.
    """
    if shape in FREE_SHAPES:
        return None
    if shape in _COMPANIONS:
        return _COMPANIONS[shape]
    stem, _, side = shape.partition("_")
    name = stem if not side or stem in _HALVED else stem + {"L": "Left", "R": "Right"}[side]
    if name not in BLENDSHAPE_INDEX:
        raise KeyError(shape)
    return name, 1.0


def rig_matrix(shapes: tuple[str, ...]) -> Float32:
    """The (len(shapes), 52) matrix that turns ARKit weights into ICT-FaceKit weights."""
    matrix = np.zeros((len(shapes), len(BLENDSHAPES)), np.float32)
    for row, shape in enumerate(shapes):
        source = arkit_source(shape)
        if source is not None:
            matrix[row, BLENDSHAPE_INDEX[source[0]]] = source[1]
    return matrix


def rig_weights(weights: NDArray[np.floating], shapes: tuple[str, ...]) -> Float32:
    """ICT-FaceKit weights of one face, with what a rigger's correctives would take back.

    A lid that is shut cannot be pulled further down by the look, the squint or the cheek; and
    lips close only as far as the jaw is open.

    Args:
        weights: (52,) in [0, 1], canonical order.
        shapes: the kit's names, which set the order of the result.

    Returns:
        (len(shapes),) in [0, 1].
    """
    mended = np.array(weights, np.float32)
    for side in ("Left", "Right"):
        open_share = 1.0 - mended[BLENDSHAPE_INDEX[f"eyeBlink{side}"]]
        for lid in ("eyeLookDown", "eyeWide", "eyeSquint"):
            mended[BLENDSHAPE_INDEX[f"{lid}{side}"]] *= open_share
        mended[BLENDSHAPE_INDEX[f"cheekSquint{side}"]] *= 0.5 + 0.5 * open_share
    close, jaw = BLENDSHAPE_INDEX["mouthClose"], BLENDSHAPE_INDEX["jawOpen"]
    mended[close] = min(mended[close], mended[jaw])
    return np.asarray(rig_matrix(shapes) @ mended, np.float32)
