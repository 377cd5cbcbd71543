"""What moves on the avatar's side: its own shapes over a take, and where they hang."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avatar_bridge.clock import NS_PER_S
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.take import Take
from avatar_bridge.types import Float32

DEFAULT_MESH = "Face"


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """One curve a shape.

    Attributes:
        names: (K,) of the avatar's shapes or expressions, each once.
        values: (F, K) in [0, 1], a row for each row of the take.
    """

    names: tuple[str, ...]
    values: Float32

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"Curves.names: expected each once, got {self.names}")
        values = np.array(self.values, np.float32)
        if values.ndim != 2 or values.shape[1] != len(self.names):
            raise ValueError(
                f"Curves.values: expected {len(self.names)} columns, got {values.shape}"
            )
        values.setflags(write=False)
        object.__setattr__(self, "values", values)


def arkit_curves(take: Take) -> Curves:
    """The 52 under their own names."""
    return Curves(BLENDSHAPES, take.weights)


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What a take is played on.

    Attributes:
        curves: what the avatar's shapes get; None for the 52 under their own names.
        avatar: its file, or None.
        meshes: paths of the nodes that carry the shapes, as an engine's animation names them.
        head: path of the node that turns with the head; empty for none. The engine's node is
            taken to have no rotation at rest.
    """

    curves: Curves | None = None
    avatar: Path | None = None
    meshes: tuple[str, ...] = (DEFAULT_MESH,)
    head: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """A take as keyframes: the rows in which a face was seen, from time 0 on.

    Attributes:
        times: (K,) seconds, rising.
        curves: what the shapes get at them.
        turns: (K, 4) the head's orientation, of the same sign all along; None where untold.
        rows: (K,) which rows of the take they are.
    """

    times: np.ndarray
    curves: Curves
    turns: Float32 | None
    rows: np.ndarray


def keys_of(take: Take, stage: Stage) -> Keys:
    """The keyframes of a take: a row without a face has none, so that a gap is bridged.

    Raises:
        ConfigError: no row with a face.
    """
    rows = np.flatnonzero(take.tracked)
    if not rows.size:
        raise ConfigError("expected a take in which a face was seen, got none in any row")
    curves = stage.curves or arkit_curves(take)
    turns = None if take.head_orientation is None else alike(take.head_orientation[rows])
    seconds = (take.times_ns[rows] - take.times_ns[0]) / NS_PER_S
    return Keys(seconds, Curves(curves.names, curves.values[rows]), turns, rows)


def alike(quaternions: Float32) -> Float32:
    """The same rotations (K, 4), each of the sign that is nearer to the one before."""
    dots = np.sum(quaternions[1:] * quaternions[:-1], axis=1)
    signs = np.cumprod(np.concatenate([[1.0], np.where(dots < 0, -1.0, 1.0)]))
    return np.asarray(quaternions * signs[:, None], np.float32)


def corners(values: Float32) -> np.ndarray:
    """Which keys (K,) of a curve are needed: what is as its neighbours are is left out.

    Straight lines through the others give exactly the same curve.
    """
    needed = np.ones(len(values), np.bool_)
    same = values[1:] == values[:-1]
    needed[1:-1] = ~(same[1:] & same[:-1])
    return needed
