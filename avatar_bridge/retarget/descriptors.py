"""Movements of any head in one form, so that two heads can be compared.

A movement is described by the mean displacement of the skin near each point of a grid that lies
over the face. The grid is fitted to the head by where its movements happen, so neither the number
of points nor the size of the head matters, nor who named what.

**Convention:** +x to the subject's left, +y up, +z out of the face. Grid coordinates are x and y in
deviations of where the face moves, (0, 0) in the middle of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.avatar.face import Morphs
from avatar_bridge.types import Float32

COLUMNS, ROWS = 11, 13  # of the grid
REACH = 2.1  # how far it goes on either side
WIDTH = 0.35  # of the neighbourhood of a grid point: a Gaussian's deviation
AXES = (1.35, 1.0, 1.0)  # weights of movement sideways, up and outward
EVENNESS = 0.7  # power of every displacement: small ones count more than their size
_EMPTY = 1e-3  # so that a grid point without skin around it shows no movement
_PATCH = 0.05  # of the head's size: points within it share one patch of skin
_STILL = 1e-6  # of the head's size

Frame = tuple[NDArray[np.float64], NDArray[np.float64]]  # (3,) middle and (3,) deviations


@dataclass(frozen=True, eq=False)
class Movements:
    """Described morph targets.

    Attributes:
        names: (N,).
        forms: (N, ROWS, COLUMNS, 3) of length 1, or all 0 where nothing moves.
        centres: (N, 2) where each happens, in grid coordinates.
    """

    names: tuple[str, ...]
    forms: Float32
    centres: Float32

    @property
    def vectors(self) -> NDArray[np.float64]:
        """(N, ROWS · COLUMNS · 3) the forms laid flat."""
        return self.forms.reshape(len(self.names), -1).astype(np.float64)

    def mirrored(self) -> Float32:
        """The forms as a mirror shows them."""
        flipped = self.forms[:, :, ::-1].copy()
        flipped[..., 0] *= -1.0
        return flipped


def frame_of(morphs: Morphs) -> Frame:
    """Where a head moves: each of its movements counts the same."""
    energy = _energies(morphs).sum(0)
    energy = energy / max(float(energy.sum()), np.finfo(np.float64).tiny)
    middle = energy @ morphs.points
    spread = np.sqrt(energy @ (morphs.points - middle) ** 2)
    return middle, np.maximum(spread, np.finfo(np.float32).eps)


def describe(morphs: Morphs, frame: Frame) -> Movements:
    """The movements of a head, seen through a frame."""
    from scipy.spatial.distance import cdist  # takes a second to load

    middle, spread = frame
    x, y = np.linspace(-REACH, REACH, COLUMNS), np.linspace(-REACH, REACH, ROWS)
    grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)  # (G, 2)
    flat = ((morphs.points - middle) / spread)[:, :2]
    distance = cdist(grid, flat, "sqeuclidean")  # (G, V)
    near = np.exp(-distance / (2.0 * WIDTH**2))
    near /= near.sum(1, keepdims=True) + _EMPTY * len(flat)
    count = len(morphs.names)
    moves = morphs.moves.transpose(1, 0, 2).reshape(len(flat), -1)  # (V, N · 3)
    forms = (near @ moves).reshape(len(grid), count, 3).transpose(1, 0, 2)  # (N, G, 3)
    forms = forms * np.array(AXES)
    forms[~moving(morphs)] = 0.0
    largest = np.abs(forms).max((1, 2), keepdims=True)
    forms = forms / np.where(largest > 0, largest, 1.0)
    forms = np.sign(forms) * np.abs(forms) ** EVENNESS
    length = np.sqrt((forms**2).sum((1, 2), keepdims=True))
    forms = forms / np.where(length > 0, length, 1.0)
    centres = (_energies(morphs) @ morphs.points - middle)[:, :2] / spread[:2]
    return Movements(
        morphs.names,
        forms.reshape(count, ROWS, COLUMNS, 3).astype(np.float32),
        centres.astype(np.float32),
    )


def moving(morphs: Morphs) -> NDArray[np.bool_]:
    """(N,) whether a morph target moves anything at all."""
    size = float(np.ptp(morphs.points, axis=0).max())
    return np.asarray(np.abs(morphs.moves).max((1, 2), initial=0.0) > _STILL * size)


def _energies(morphs: Morphs) -> NDArray[np.float64]:
    """(N, V) the share of each point in each movement, however densely the points lie."""
    from scipy.spatial import cKDTree  # takes a second to load

    size = float(np.ptp(morphs.points, axis=0).max())
    near = cKDTree(morphs.points).query_ball_point(morphs.points, _PATCH * size, return_length=True)
    energy = (morphs.moves.astype(np.float64) ** 2).sum(2) / near
    total = energy.sum(1, keepdims=True)
    return np.asarray(energy / np.where(total > 0, total, 1.0))
