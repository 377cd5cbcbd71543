"""What never changes its form: ears, hair, hat, neck and shirt."""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, blob, step
from avatar_bridge.avatar.head.mesh import Mesh, grid, join, mirror, outward
from avatar_bridge.avatar.head.surface import CENTRE, along, depth

_SKULL = np.array([0.0, 0.25, -0.10])
_SKULL_RADII = np.array([1.0, 1.04, 1.04])
_AROUND = 54  # columns of the hat: three to a rib
# Rows of the hat: share of the way from its edge to the top, and how far it stands off the skull.
_HAT = ((0.02, -0.05), (-0.03, 0.085), (0.01, 0.135), (0.09, 0.150), (0.17, 0.140), (0.21, 0.105),
        (0.215, 0.075), (0.32, 0.09), (0.44, 0.10), (0.56, 0.11), (0.68, 0.12), (0.80, 0.125),
        (0.90, 0.13), (1.0, 0.13))  # fmt: skip
_BRIM = 6
_TUFTS = (  # of the fringe: from, to, half the width
    ((-0.30, 0.93), (-0.58, 0.66), 0.14),
    ((-0.05, 0.95), (-0.36, 0.69), 0.13),
    ((0.20, 0.95), (-0.10, 0.72), 0.12),
    ((0.36, 0.95), (0.62, 0.69), 0.12),
)
# Rows of the neck and of the shirt: height, half the width, half the depth.
_NECK = ((-0.80, 0.32, 0.28), (-0.96, 0.37, 0.33), (-1.08, 0.385, 0.34), (-1.20, 0.38, 0.34),
         (-1.30, 0.38, 0.34), (-1.50, 0.40, 0.36))  # fmt: skip
_SHIRT = ((-1.40, 0.36, 0.34), (-1.27, 0.43, 0.41), (-1.25, 0.50, 0.48), (-1.33, 0.56, 0.54),
          (-1.43, 0.55, 0.53), (-1.47, 0.53, 0.50), (-1.50, 0.60, 0.52), (-1.58, 0.84, 0.56),
          (-1.68, 1.02, 0.60), (-1.82, 1.12, 0.62), (-2.02, 1.16, 0.63),
          (-2.10, 1.10, 0.58))  # fmt: skip


def _ball(rows: int, columns: int) -> tuple[Floats, np.ndarray]:
    """Directions (N, 3) of a sphere about +y, and triangles."""
    v, u = (
        a.ravel()
        for a in np.meshgrid(
            np.linspace(0.02, np.pi - 0.02, rows),
            2 * np.pi * np.arange(columns) / columns,
            indexing="ij",
        )
    )
    shape = np.stack([np.sin(v) * np.sin(u), np.cos(v), np.sin(v) * np.cos(u)], axis=1)
    return shape, grid(rows, columns, closed=True)


def ears() -> Mesh:
    """Both ears: flat lumps with a hollow."""
    shape, faces = _ball(12, 16)
    points = shape * (0.085, 0.27, 0.20)
    hollow = blob(points * (0.0, 0.72, 1.0), (0.0, 0.020, 0.025), 0.165) * step(shape[:, 0], 0, 0.5)
    points[:, 0] -= 0.075 * hollow
    points[:, 2] *= 1.0 - 0.30 * step(points[:, 1], 0.08, -0.26)
    turn, tilt = -0.50, -0.15
    x = points[:, 0] * np.cos(turn) + points[:, 2] * np.sin(turn)
    z = points[:, 2] * np.cos(turn) - points[:, 0] * np.sin(turn)
    y = points[:, 1] * np.cos(tilt) + z * np.sin(tilt)
    z = z * np.cos(tilt) - points[:, 1] * np.sin(tilt)
    placed = np.stack([x + 1.035, y - 0.13, z - 0.01], axis=1)
    tint = 1.0 - hollow[:, None] * (0.16, 0.36, 0.38)
    left = outward(Mesh(placed, faces, tint), (0.995, -0.13, -0.01))
    return join(left, mirror(left))


def hat() -> Mesh:
    """A knitted hat with a rolled brim."""
    turn = 2 * np.pi * np.arange(_AROUND) / _AROUND
    edge = np.arcsin(np.clip(0.235 + 0.285 * np.cos(turn), -1, 1))
    rib = np.cos(turn * _AROUND / 3)
    rows, tints = [], []
    for number, (part, off) in enumerate(_HAT):
        up = edge + (np.pi / 2 - 0.01 - edge) * part
        knit = 0.014 * rib if 0 < number < _BRIM else 0.006 * rib * (1.0 - part)
        reach = 1.0 + off + knit
        shape = np.stack([np.cos(up) * np.sin(turn), np.sin(up), np.cos(up) * np.cos(turn)], 1)
        rows.append(_SKULL + shape * _SKULL_RADII * reach[:, None])
        shade = 1.0 if number < _BRIM else 0.86
        tints.append(np.full(_AROUND, shade) - 0.14 * (rib < 0) * (0 < number < _BRIM))
    points = np.concatenate(rows)
    faces = grid(len(rows), _AROUND, closed=True)
    tint = np.concatenate(tints)[:, None] ** (1.0, 1.3, 1.3)
    return outward(Mesh(points, faces, tint), tuple(_SKULL))


def pompom() -> Mesh:
    """A ball of wool on top of the hat."""
    shape, faces = _ball(10, 14)
    wool = np.sin(9 * shape[:, 0] + 2) * np.sin(9 * shape[:, 1]) * np.sin(9 * shape[:, 2] + 1)
    points = shape * (0.215 * (1.0 + 0.10 * wool))[:, None] + (0.0, 1.52, -0.10)
    return outward(Mesh(points, faces, (0.93 + 0.07 * wool)[:, None] * np.ones(3)), (0, 1.52, -0.1))


def hair() -> Mesh:
    """Hair below the hat: behind and beside the face, and a fringe."""
    return join(_back(), *(_tuft(*tuft) for tuft in _TUFTS))


def _back() -> Mesh:
    turn = np.linspace(-1.0, 1.0, 49)
    lock = np.abs(np.sin(np.pi * 6.5 * turn))
    low = 0.10 - 0.70 * step(np.abs(turn), 0.86, 0.40)
    low = low - 0.09 * lock**0.7 * step(np.abs(turn), 0.86, 0.70)
    offs, parts = (0.0, 0.055, 0.085, 0.095, 0.075, 0.0), (0.0, 0.02, 0.35, 0.65, 0.9, 1.0)
    rows = []
    for part, off in zip(parts, offs, strict=True):
        up = 0.78 + (low - 0.78) * part
        around = np.pi + turn * np.radians(126.0 - 32.0 * step(np.asarray(part), 0.2, 1.0))
        ray = np.stack([np.cos(up) * np.sin(around), np.sin(up), np.cos(up) * np.cos(around)], 1)
        thin = step(np.abs(turn), 1.02, 0.88)
        rows.append(along(ray) + ray * (off * (0.12 + 0.88 * thin))[:, None])
    points = np.concatenate(rows)
    shade = np.tile(0.80 + 0.20 * lock, len(rows))
    faces = grid(len(rows), len(turn))
    return outward(Mesh(points, faces, shade[:, None] * np.ones(3)), tuple(CENTRE))


def _tuft(start: tuple[float, float], end: tuple[float, float], wide: float) -> Mesh:
    part = np.linspace(0.0, 1.0, 8)
    across = np.linspace(-1.0, 1.0, 7)
    way = np.asarray(end) - start
    side = np.array([-way[1], way[0]]) / np.linalg.norm(way)
    bend = 0.16 * np.sign(way[0]) * np.linalg.norm(way) * np.sin(np.pi * part)
    middle = np.asarray(start) + way * part[:, None] + bend[:, None] * side * -1.0
    width = wide * (1.0 - part**1.8) ** 0.8 + 0.004
    place = middle[:, None, :] + across[None, :, None] * width[:, None, None] * side
    x, y = place.reshape(-1, 2).T
    dome = (1.0 - across**2)[None, :] * (0.25 + width / wide)[:, None] * 0.055
    z = depth(x, y, lids=False) + dome.ravel() - 0.004
    shade = np.tile(0.80 + 0.20 * (1.0 - across**2), len(part))
    mesh = Mesh(np.stack([x, y, z], axis=1), grid(8, 7), shade[:, None] * np.ones(3))
    return outward(mesh, (0.0, 0.5, 0.0))


def neck() -> Mesh:
    """From below the chin into the collar."""
    mesh = _lathe(_NECK, 0.97)
    shade = 1.0 - step(mesh.points[:, 1], -1.26, -1.0)[:, None] * (0.16, 0.26, 0.28)
    return Mesh(mesh.points, mesh.triangles, mesh.colours * shade)


def shirt() -> Mesh:
    """A collar and shoulders."""
    mesh = _lathe(_SHIRT, 1.0)
    return Mesh(mesh.points, mesh.triangles, mesh.colours * _collar(mesh.points))


def _collar(points: Floats) -> Floats:
    return np.asarray(1.0 - 0.25 * step(points[:, 1], -1.45, -1.40)[:, None] * np.ones(3))


def _lathe(rows: tuple[tuple[float, float, float], ...], shade: float) -> Mesh:
    turn = 2 * np.pi * np.arange(28) / 28
    points = np.concatenate(
        [
            np.stack([wide * np.sin(turn), np.full(28, y), deep * np.cos(turn) - 0.16], axis=1)
            for y, wide, deep in rows
        ]
    )
    faces = grid(len(rows), 28, closed=True)
    return outward(
        Mesh(points, faces, np.full_like(points, shade)), (0.0, float(points[:, 1].mean()), -0.12)
    )
