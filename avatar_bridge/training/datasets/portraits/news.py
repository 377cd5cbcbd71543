"""News photographs of faces as sheets of tiles (see `datasets.tiles`)."""

from pathlib import Path

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.geometry import average_face, face_box
from avatar_bridge.training.datasets.arrays import first_rows, load_arrays
from avatar_bridge.training.datasets.labels import splits_of
from avatar_bridge.training.datasets.portraits.base import FREE, Portraits
from avatar_bridge.training.datasets.teacher import read_teacher
from avatar_bridge.training.datasets.tiles import iterate_tiles
from avatar_bridge.training.synthetic.expressions import EMOTION_FACES
from avatar_bridge.training.synthetic.performance import both_sides
from avatar_bridge.types import Float32

_SHEET_TILE = 192  # px
_TOLD = 52  # numbers of the teacher, `_neutral` among them
_MAX_YAW = 30.0  # degrees
_STRONG = 0.9  # quantile of a class that counts as rho = 1
_LEAST_RHO = 0.2  # of a face that people say shows the emotion


def create(
    root: Path,
    size: int,
    margin: float,
    lift: float,
    folder: str = "muxspace",
    validation: float = 0.04,
    sheet_tile: int = _SHEET_TILE,
    limit: int | None = None,
) -> Portraits:
    """Read the faces that a teacher saw and that are not turned far; the split is by person.

    Args:
        root: folder of data sets.
        size: side of a picture in pixels.
        margin: of the cut (`geometry.crop_transform`).
        lift: of the cut.
        folder: name of this set in it.
        validation: share of the training people that is held out.
        sheet_tile: side of a tile of the sheets in pixels.
        limit: rows per split, for trying things out.

    Raises:
        ConfigError: the folder or one of its files is missing or broken.
    """
    path = root / folder
    arrays = load_arrays(path / "labels.npz", {"emotion": (), "split": (), "file_name": ()})
    count = len(arrays["emotion"])
    told = load_arrays(path / "teacher.npz", {"blendshapes": (_TOLD,)}, count)
    names = told.get("blendshape_names", np.zeros(0, "U1"))
    if names.shape != (_TOLD,):
        raise ConfigError(
            f"{path}/teacher.npz: expected {_TOLD} blendshape_names, got {names.shape}"
        )
    yaw, points = read_teacher(path / "teacher.npz", count)
    usable = np.flatnonzero(np.isfinite(points).all(axis=(1, 2)) & (np.abs(yaw) <= _MAX_YAW))
    splits = splits_of(arrays, validation)
    rows = usable[first_rows(splits[usable], limit)]
    place = {row: index for index, row in enumerate(rows.tolist())}
    images = np.empty((len(rows), size, size), np.uint8)
    seen = 0
    for row, image in iterate_tiles(path, sheet_tile):
        if row in place:
            box, roll = face_box(points[row])
            images[place[row]] = average_face(image, box, roll, margin, size, lift)
            seen += 1
    if seen != len(rows):
        raise ConfigError(f"{path}: expected {len(rows)} tiles with a face, got {seen}")
    weights = np.zeros((len(rows), len(BLENDSHAPE_INDEX)), np.float32)
    for column, name in enumerate(names.tolist()):
        if name in BLENDSHAPE_INDEX:
            weights[:, BLENDSHAPE_INDEX[name]] = told["blendshapes"][rows, column]
    weights = np.nan_to_num(np.clip(weights, 0, 1))
    emotions = arrays["emotion"][rows].astype(np.uint8)
    emotions[emotions >= len(EMOTIONS)] = FREE
    return Portraits(
        name=folder,
        images=images,
        emotions=emotions,
        rho=intensities(weights, emotions),
        weights=weights,
        splits=splits[rows].astype(np.uint8),
    )


def intensities(weights: Float32, emotions: np.ndarray) -> Float32:
    """(N,) how strongly each face shows the emotion that people saw in it.

    The share of the emotion's prototype (`synthetic.expressions.EMOTION_FACES`) that a teacher's
    blendshapes (N, 52) hold: their projection on it, in units of the strongest tenth of the class,
    and not below 0.2, for people did see it. A face at rest has 1 in the place for that, others 0.
    """
    rho = np.zeros(len(weights), np.float32)
    for number, name in enumerate(EMOTIONS):
        chosen = np.flatnonzero(emotions == number)
        if name not in EMOTION_FACES:
            rho[chosen] = 0.0
            continue
        prototype = np.zeros(weights.shape[1], np.float32)
        for pattern, weight in EMOTION_FACES[name].items():
            for side in both_sides(pattern):
                prototype[BLENDSHAPE_INDEX[side]] = weight
        share = weights[chosen] @ prototype / float(prototype @ prototype)
        strong = float(np.quantile(share, _STRONG)) if len(share) else 1.0
        rho[chosen] = np.clip(share / max(strong, 1e-3), _LEAST_RHO, 1.0)
    return rho
