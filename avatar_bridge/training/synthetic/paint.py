"""The face's painted maps, in the texture coordinates of ICT-FaceKit's face tile.

Every map is drawn around the 68 landmarks, so that it fits the mesh and moves with it.

**Convention:** a map's row grows with v, so row 0 is below the chin; column with u, so column 0
is at the subject's right ear.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from avatar_bridge.types import Float32

Gray = NDArray[np.uint8]

SIZE = 1024  # texels across the face tile
NOISE_SIZE = 512
BROW_STYLES = 24
_PLAIN_STYLES = 12  # drawn before the noise, which their number would change; the rest after
BROW_SIZE = (1536, 512)
# The part of the tile that the brow maps cover: u0, v0, u1, v1.
BROW_BOX = (0.2, 0.73, 0.8, 0.93)


@dataclass(frozen=True, eq=False)
class FaceMaps:
    """Uint8 maps of the face.

    Attributes:
        tint: (SIZE, SIZE, 4) lips, blush, lid edge, beard.
        folds: (SIZE, SIZE, 4) forehead lines, frown lines, crow's feet, nose and smile lines.
        zones: (SIZE, SIZE, 4) shade below the eye, upper lid, freckles, oil.
        brows: (BROW_STYLES, height, width, 2) hairs and the soft shade under them, over BROW_BOX.
        noise: (NOISE_SIZE, NOISE_SIZE, 4) tileable, from coarse to fine.
    """

    tint: Gray
    folds: Gray
    zones: Gray
    brows: Gray
    noise: Gray


def paint_maps(landmarks: Float32, seed: int = 7) -> FaceMaps:
    """Draw all maps.

    Args:
        landmarks: (68, 2) texture coordinates of the iBUG points.
        seed: of hairs, freckles and noise.
    """
    rng = np.random.default_rng(seed)
    points = np.asarray(landmarks, np.float32) * SIZE
    zones = _zones(points, rng)
    brows = [_brows(landmarks, style, rng) for style in range(_PLAIN_STYLES)]
    noise = _noise(rng)
    brows += [_brows(landmarks, style, rng) for style in range(_PLAIN_STYLES, BROW_STYLES)]
    return FaceMaps(_tint(points), _folds(points), zones, np.stack(brows), noise)


def _smooth_loop(points: Float32, count: int = 96) -> Float32:
    """A closed smooth curve through points."""
    closed = np.vstack([points, points[:1]])
    spline = CubicSpline(np.arange(len(closed)), closed, bc_type="periodic")
    return np.asarray(spline(np.linspace(0, len(points), count, endpoint=False)), np.float32)


def _smooth_line(points: np.ndarray, count: int = 64) -> Float32:
    """An open smooth curve through points."""
    spline = CubicSpline(np.arange(len(points)), points)
    return np.asarray(spline(np.linspace(0, len(points) - 1, count)), np.float32)


def _fixed(points: np.ndarray) -> NDArray[np.int32]:
    """Points in the eighths of a texel that OpenCV draws with."""
    return np.asarray(np.round(points * 8), np.int32)


def _filled(polygon: Float32, blur: float) -> Gray:
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(canvas, [_fixed(polygon)], 255, cv2.LINE_AA, 3)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), blur), np.uint8)


def _strokes(lines: list[np.ndarray], width: int, blur: float) -> Gray:
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    for line in lines:
        cv2.polylines(canvas, [_fixed(line)], False, 255, width, cv2.LINE_AA, 3)
    soft = cv2.GaussianBlur(canvas, (0, 0), blur).astype(np.float32)
    return np.asarray(soft * (255.0 / max(float(soft.max()), 1.0)), np.uint8)


def _spots(places: list[tuple[float, float, float, float, float]]) -> Gray:
    """Soft ellipses: middle x, y, radius x, y in texels, height in [0, 1]."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    total = np.zeros((SIZE, SIZE), np.float32)
    for cx, cy, rx, ry, height in places:
        total += height * np.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2)
    return np.asarray(np.clip(total, 0, 1) * 255, np.uint8)


def _lip_outline(points: Float32) -> Float32:
    """The red of the lips. The middle of the upper lip keeps the dip of Cupid's bow."""
    outline = np.array(points[48:60])
    outline[3, 1] -= 0.004 * SIZE
    return _smooth_loop(outline)


def _tint(points: Float32) -> Gray:
    lips = _filled(_lip_outline(points), 2.2)
    right, left, tip = points[41], points[46], points[30]
    drop = 0.115 * SIZE
    blush = _spots(
        [
            (right[0] - 22, right[1] - drop, 78, 60, 0.9),
            (left[0] + 22, left[1] - drop, 78, 60, 0.9),
            (tip[0], tip[1] - 18, 48, 42, 0.8),
            (tip[0], points[8][1] + 20, 60, 30, 0.35),
            (0.06 * SIZE, 0.6 * SIZE, 70, 90, 0.8),
            (0.94 * SIZE, 0.6 * SIZE, 70, 90, 0.8),
        ]
    )
    eyes = [np.vstack([points[36:42], points[36:37]]), np.vstack([points[42:48], points[42:43]])]
    edge = _strokes([_smooth_loop(eye[:-1]) for eye in eyes], 3, 2.0)
    return np.stack([lips, blush, edge, _beard(points)], axis=-1)


def _beard(points: Float32) -> Gray:
    jaw = np.array(points[2:15])
    jaw[:, 1] -= 60
    top = np.array([points[14], points[12], points[54], points[35], points[33], points[31]])
    rest = np.array([points[48], points[4], points[2]])
    area = _filled(np.vstack([jaw, top, rest]).astype(np.float32), 22.0).astype(np.float32)
    lips = _filled(_lip_outline(points), 6.0).astype(np.float32) / 255
    return np.asarray(area * (1 - np.clip(lips * 1.3, 0, 1)), np.uint8)


def _folds(points: Float32) -> Gray:
    middle = points[27][0]
    brow = float(points[[19, 24]].mean(axis=0)[1])
    span = np.linspace(-1, 1, 9, dtype=np.float32)
    forehead = [
        np.column_stack([middle + span * 190, brow + height - 16 * span**2 + 7 * np.cos(span * 5)])
        for height in (52.0, 92.0, 132.0)
    ]
    frown = [
        np.array(
            [
                [middle + s * 17, brow - 52],
                [middle + s * 22, brow - 25],
                [middle + s * 19, brow + 12],
            ]
        )
        for s in (-1, 1)
    ]
    crow, smile = [], []
    for corner, nostril, mouth, side in ((36, 31, 48, -1), (45, 35, 54, 1)):
        x, y = points[corner]
        for slope in (-26.0, -4.0, 20.0):
            line = [[x + side * 16, y + slope * 0.3], [x + side * 40, y + slope * 0.8]]
            crow.append(np.array([*line, [x + side * 62, y + slope * 1.5]]))
        a, b = points[nostril], points[mouth]
        ends = [[a[0] + side * 14, a[1] + 22], [(a[0] + b[0]) / 2 + side * 30, a[1] - 30]]
        smile.append(np.array([*ends, [b[0] + side * 30, b[1] - 6]]))
    nose = [
        np.array([[middle + s * 6, points[27][1] + h], [middle + s * 26, points[27][1] + h - 14]])
        for s in (-1, 1)
        for h in (0.0, -16.0, 14.0)
    ]
    curved = [[_smooth_line(line) for line in group] for group in (forehead, frown, crow, smile)]
    return np.stack(
        [
            _strokes(curved[0], 3, 3.0),
            _strokes(curved[1], 4, 3.5),
            _strokes(curved[2], 2, 2.2),
            _strokes([*curved[3], *nose], 3, 3.0),
        ],
        axis=-1,
    )


def _zones(points: Float32, rng: np.random.Generator) -> Gray:
    eyes = [points[36:42].mean(axis=0), points[42:48].mean(axis=0)]
    below = _spots(
        [(x + s * 6, y - 36, 56, 20, 0.9) for (x, y), s in zip(eyes, (1, -1), strict=True)]
    )
    upper = _spots([(x, y + 26, 62, 22, 1.0) for x, y in eyes])
    freckles = np.zeros((SIZE, SIZE), np.float32)
    for _ in range(900):
        side = rng.choice([-1, 1])
        x = points[30][0] + side * abs(rng.normal(0, 110))
        y = points[30][1] + rng.normal(20, 55)
        cv2.circle(
            freckles, (int(x * 8), int(y * 8)), int(rng.uniform(8, 22)), rng.uniform(0.3, 1.0), -1,
            cv2.LINE_AA, 3,
        )  # fmt: skip
    spots = np.clip(cv2.GaussianBlur(freckles, (0, 0), 0.9), 0, 1) * 255
    x, y = points[30]
    oil = _spots(
        [(x, y - 10, 34, 60, 0.8), (x, y + 100, 20, 90, 0.6), (x, 0.88 * SIZE, 150, 70, 0.7),
         (x, points[8][1] + 15, 40, 24, 0.5)]
    )  # fmt: skip
    return np.stack([below, upper, np.asarray(spots, np.uint8), oil], axis=-1)


def _brows(landmarks: Float32, style: int, rng: np.random.Generator) -> Gray:
    """One pair of brows, hair by hair: upright near the nose, lying down toward the temple."""
    width, height = BROW_SIZE
    low, high = np.array(BROW_BOX[:2]), np.array(BROW_BOX[2:])
    to_texel = np.array([width, height]) / (high - low)
    extreme = style >= _PLAIN_STYLES  # threads and bushes
    thickness = rng.uniform(*((0.3, 1.8) if extreme else (0.55, 1.25))) if style else 0.9
    arch = rng.uniform(-0.3, 0.9) if style else 0.25
    spread = (120, 760) if extreme else (260, 520)
    hairs = int(rng.uniform(*spread) * thickness) + 120 if style else 560
    lift, tilt = rng.uniform(-14, 8, 2) if style else (-18.0, -28.0)
    canvas = np.zeros((height, width), np.float32)
    shade = np.zeros((height, width), np.float32)
    for points, side in ((landmarks[[21, 20, 19, 18, 17]], -1), (landmarks[22:27], 1)):
        spine = _smooth_line((points - low) * to_texel, 100)
        way = np.linspace(0, 1, 100)  # from the nose to the temple
        spine[:, 1] += lift - 26 + tilt * (1 - way) + 12 * arch * np.sin((np.pi * way) ** 1.3)
        for _ in range(hairs):
            along = rng.uniform(0, 1) ** 0.9
            if along < 0.1 and rng.uniform() > 0.35 + 6 * along:
                continue
            half = (
                23
                * thickness
                * np.interp(along, [0, 0.12, 0.45, 0.75, 1], [0.6, 1, 0.95, 0.6, 0.18])
            )
            root = spine[int(along * 99)] + [0, rng.uniform(-1, 1) * half]
            lean = np.interp(along, [0, 0.15, 0.5, 1.0], [1.35, 0.9, 0.35, -0.25]) + rng.normal(
                0, 0.16
            )
            lean -= 0.012 * (root[1] - spine[int(along * 99)][1]) * (along > 0.2)
            length = rng.uniform(26, 44) * np.interp(along, [0, 0.2, 1], [0.7, 1.0, 0.75])
            steps = np.linspace(0, 1, 6)
            angle = lean - 0.35 * steps
            path = root + np.cumsum(
                np.column_stack([side * np.cos(angle), np.sin(angle)]) * length / 6, axis=0
            )
            stroke = _fixed(path)
            cv2.polylines(canvas, [stroke], False, rng.uniform(0.55, 1.0), 2, cv2.LINE_AA, 3)
            cv2.polylines(shade, [stroke], False, 1.0, 9, cv2.LINE_AA, 3)
    hair = np.clip(cv2.GaussianBlur(canvas, (0, 0), 0.8) * 1.15, 0, 1)
    soft = np.clip(cv2.GaussianBlur(shade, (0, 0), 7.0), 0, 1)
    return np.asarray(np.stack([hair, soft], axis=-1) * 255, np.uint8)


def _noise(rng: np.random.Generator) -> Gray:
    """Tileable noise of four grains, each spread over the full range."""
    frequency = np.fft.fftfreq(NOISE_SIZE) * NOISE_SIZE
    radius = np.hypot(frequency[:, None], frequency[None, :])
    bands = ((3, 8.0), (14, 20.0), (60, 40.0), (150, 90.0))
    grains = []
    for middle, spread in bands:
        spectrum = np.fft.fft2(rng.normal(size=(NOISE_SIZE, NOISE_SIZE)))
        grain = np.fft.ifft2(spectrum * np.exp(-(((radius - middle) / spread) ** 2))).real
        grain = (grain - grain.mean()) / grain.std()
        grains.append(np.asarray(np.clip(grain * 0.2 + 0.5, 0, 1) * 255, np.uint8))
    return np.stack(grains, axis=-1)
