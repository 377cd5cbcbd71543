"""A labelled sheet of all that the built-in head can show: the 52, emotions, and mixtures."""

from collections.abc import Mapping

import cv2
import numpy as np

from avatar_bridge.avatar.head.poses import EMOTION_POSES, Weights, pose
from avatar_bridge.avatar.render import built_in, render
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.types import Image

_COLUMNS = 8
_TILE = 208
_ASIDE = 35.0  # degrees, for what is seen better from there
_FROM_ASIDE = (
    "jawForward", "mouthRollLower", "mouthRollUpper", "mouthPucker", "mouthFunnel", "cheekPuff",
    "mouthShrugLower", "mouthShrugUpper",
)  # fmt: skip
_INK = (40, 36, 34)

MIXTURES: Mapping[str, Weights] = {
    "smile": pose(mouthSmile=1),
    "smile, open": pose(mouthSmile=1, jawOpen=0.6),
    "blink": pose(eyeBlink=1),
    "half blink": pose(eyeBlink=0.5),
    "blink, squint": pose(eyeBlink=1, eyeSquint=1),
    "blink, browDown": pose(eyeBlink=1, browDown=1),
    "smile, blink": pose(mouthSmile=1, eyeBlink=1, cheekSquint=1),
    "pucker, open": pose(mouthPucker=1, jawOpen=0.6),
    "funnel, open": pose(mouthFunnel=1, jawOpen=0.5),
    "open, tongue": pose(jawOpen=0.5, tongueOut=1),
    "grin": pose(mouthSmile=0.8, mouthUpperUp=0.7, mouthLowerDown=0.7),
    "brows up": pose(browInnerUp=1, browOuterUp=1),
    "look left, up": {
        "eyeLookOutLeft": 0.7, "eyeLookInRight": 0.7, "eyeLookUpLeft": 0.7, "eyeLookUpRight": 0.7,
    },
    "mouth left, jaw left": {"mouthLeft": 0.7, "jawLeft": 0.7},
}  # fmt: skip


def contact_sheet() -> Image:
    """All 52 shapes, each at weight 1, then six emotions and usual mixtures; BGR.

    `mouthClose` is shown with the jaw open, since it means nothing without.
    """
    tiles = [_tile("neutral", {}, 0.0)]
    for name in BLENDSHAPES:
        weights = {name: 1.0} | ({"jawOpen": 1.0} if name == "mouthClose" else {})
        tiles.append(_tile(name, weights, _ASIDE if name in _FROM_ASIDE else 0.0))
    tiles += [_tile(name, weights, 0.0) for name, weights in EMOTION_POSES.items()]
    tiles += [_tile(name, weights, 0.0) for name, weights in MIXTURES.items()]
    tiles += [np.full_like(tiles[0], 200)] * (-len(tiles) % _COLUMNS)
    rows = [np.concatenate(tiles[i : i + _COLUMNS], axis=1) for i in range(0, len(tiles), _COLUMNS)]
    return np.concatenate(rows)


def _tile(label: str, weights: Weights, yaw_deg: float) -> Image:
    picture = render(built_in(), weights, size=_TILE * 13 // 10, yaw_deg=yaw_deg)
    edge = (picture.shape[1] - _TILE) // 2
    tile = np.ascontiguousarray(picture[edge + 14 : edge + 14 + _TILE, edge : edge + _TILE])
    cv2.rectangle(tile, (0, 0), (_TILE, 19), (236, 233, 230), -1)
    cv2.putText(tile, label, (6, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, _INK, 1, cv2.LINE_AA)
    return tile
