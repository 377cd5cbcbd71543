"""The skin's own colours: blush, the lids' fold, and the dark of the mouth."""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, blob, step
from avatar_bridge.avatar.head.palette import BLUSH
from avatar_bridge.avatar.head.skin import Skin


def skin_colours(skin: Skin) -> Floats:
    """By which the skin's materials are multiplied (V, 3)."""
    at = skin.points * 1.0
    at[:, 0] = np.abs(at[:, 0])
    cheek = blob(at, (0.56, -0.36, 0.72), 0.34)
    nose = 0.55 * blob(at, (0.0, -0.27, 1.06), 0.22)
    chin = 0.25 * blob(at, (0.0, -0.98, 0.74), 0.25)
    blush = np.maximum(np.maximum(cheek, nose), chin)[:, None]
    colours = 1.0 - blush * (1.0 - np.asarray(BLUSH))
    loop = np.fmax(skin.eye[:, 1], skin.eye[skin.other, 1])
    up = np.sin(np.where(np.isnan(skin.eye[:, 0]), skin.eye[skin.other, 0], skin.eye[:, 0]))
    fold = np.where(loop == 3, step(np.nan_to_num(up), 0.2, 0.8), 0.0)[:, None]
    colours = colours * (1.0 - fold * (0.10, 0.20, 0.22))
    deep = np.clip(-np.nan_to_num(skin.mouth[:, 1]) / 5.0, 0.0, 1.0)[:, None]
    return np.asarray(colours * (1.0 - 0.8 * deep))
