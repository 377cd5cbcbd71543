"""The hard rows of a test: turned heads, and faces with something in front of them."""

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.training.classification import Classified
from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.emotion.judge import Reader, judge_rows
from avatar_bridge.training.emotion.occlude import OCCLUDERS, occlude

# Degrees to either side beyond which a head counts as turned (paper 002, section IV).
TURNS = (30, 45)


def hard_subsets(
    reader: Reader, source: EmotionSource, rows: NDArray[np.int64]
) -> dict[str, dict[str, Classified]]:
    """Judge a net where it is hard.

    Args:
        reader: runs the net.
        source: of the pictures.
        rows: (R,) indices into it, the test rows.

    Returns:
        Subset → label set → what was found. `yaw_30` and `yaw_45` are the rows whose head is
        turned by more degrees than that; those of unknown yaw are in neither. `mask`, `glasses`
        and `object` are all rows with that occluder. What has no labelled rows is left out.
    """
    found: dict[str, dict[str, Classified]] = {}
    yaw = np.abs(source.yaw[rows])
    for degrees in TURNS:
        turned = rows[yaw > degrees]  # False where NaN
        if len(turned):
            found[f"yaw_{degrees}"] = judge_rows(reader(source.images[turned]), source, turned)
    if len(rows):
        for kind in OCCLUDERS:
            tiles = occlude(source.images[rows], source.points[rows], kind, source.keys[rows])
            found[kind] = judge_rows(reader(tiles), source, rows)
    return {name: judged for name, judged in found.items() if judged}
