"""Caps and hats that sit on a person's skull.

**Convention:** head axes of the person at rest, cm.
"""

from dataclasses import dataclass

import numpy as np

from avatar_bridge.training.synthetic.props import Prop, grid_prop, joined_props
from avatar_bridge.types import Float32

_BROWS = slice(17, 27)  # iBUG points


@dataclass(frozen=True, slots=True)
class HatStyle:
    """The make of a hat.

    Attributes:
        room: between skull and cloth, cm.
        height: of the dome above the skull's top, cm.
        brim: how far it stands out before the forehead, cm; 0 is none.
        around: share of the brim's width at the sides and behind: 0 is a cap's peak.
        droop: how far the brim's edge hangs down, cm.
        above: how far the edge sits above the brows, cm.
    """

    room: float
    height: float
    brim: float
    around: float
    droop: float
    above: float


STYLES = (
    HatStyle(0.9, 1.2, 6.5, 0.0, 1.6, 2.2),  # a cap
    HatStyle(0.9, 2.0, 5.0, 0.0, 0.6, 2.8),  # a flatter cap
    HatStyle(0.8, 2.2, 0.0, 0.0, 0.0, 1.6),  # a beanie
    HatStyle(1.1, 3.5, 4.5, 0.9, 0.2, 2.6),  # a hat
    HatStyle(1.0, 1.6, 2.8, 1.0, 1.3, 2.0),  # a bucket hat
)


def hat(neutral: Float32, landmarks: Float32, style: HatStyle) -> Prop:
    """Dome and brim.

    Args:
        neutral: (V, 3) the person at rest: the skull is what lies above the brows.
        landmarks: (68, 3) of the person at rest.
        style: the make.
    """
    front = float(landmarks[_BROWS, 1].max()) + style.above
    skull = neutral[neutral[:, 1] > front - 1.0]
    low, high = skull.min(axis=0), skull.max(axis=0)
    middle_z = float(low[2] + high[2]) / 2
    wide = float(np.abs(skull[:, 0]).max()) + style.room
    deep = float(high[2] - low[2]) / 2 + style.room
    crown = float(high[1]) + style.height - front
    turns = np.linspace(-np.pi, np.pi, 49)
    sine, cosine = np.sin(turns), np.cos(turns)
    # The edge runs lower behind than before.
    edge = front - 1.6 * (0.5 - 0.5 * cosine)

    rise = np.linspace(0, 1, 16)[:, None]
    # Straight above the edge, then round: fuller than an ellipse, as a skull is.
    radius = np.sqrt(np.clip(1 - rise**3.0, 0, 1))
    dome = np.stack(
        [
            wide * radius * sine,
            edge * (1 - rise) + (front + crown) * rise,
            middle_z + deep * radius * cosine,
        ],
        axis=-1,
    )
    parts = [grid_prop(dome)]
    if style.brim:
        share = np.linspace(0, 1, 7)[:, None]
        peak = np.clip((cosine - 0.25) / 0.75, 0, 1) ** 0.6
        width = style.brim * np.maximum(peak, style.around)
        reach = 1 + share * width / deep
        sheet = np.stack(
            [
                wide * (1 + share * width / deep * (0.35 if not style.around else 1.0)) * sine,
                np.broadcast_to(edge, reach.shape) - style.droop * share**2 * width / style.brim,
                middle_z + deep * reach * cosine,
            ],
            axis=-1,
        )
        parts.append(grid_prop(sheet))
    return joined_props(parts)
