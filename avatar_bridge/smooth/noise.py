"""How much the shipped net's readings tremble on a face that does not move, value by value.

Within a region the values differ by a factor of ten: what is a movement of one shape is noise of
another. So presets tell steps in multiples of this noise. `noise.toml` is written by
`avatar-bridge-train tune-filters --write`: standard deviations on the face that trembles most.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from avatar_bridge.config import read_toml
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.smooth.one_euro import Values

FILE = "noise.toml"


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Standard deviations at rest.

    Attributes:
        values: (VALUES,) by the columns of `smooth.regions`: weights, metres, radians.
        turn: of the head's direction, radians.
    """

    values: Values
    turn: float


@cache
def net_noise() -> Noise:
    """The noise of the shipped net."""
    with resources.as_file(resources.files("avatar_bridge.smooth").joinpath(FILE)) as path:
        return parse_noise(read_toml(path))


def parse_noise(table: dict[str, Any]) -> Noise:
    """Noise as `noise.toml` says it."""
    weights = [table["weights"][name] for name in BLENDSHAPES]
    rest = [*[table["head_position"]] * 3, *[table["gaze"]] * 4]
    return Noise(np.array([*weights, *rest]), float(table["head_orientation"]))
