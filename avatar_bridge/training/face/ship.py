"""From a trained face net to the file that ships: int8 where that costs next to nothing.

What looks at maps becomes int8, up to the wide layer that sums thousands of cells. What comes
after it, which tells hundredths of a pixel, stays in float32: a point in eight bits would tremble
by half a percent of the crop.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from avatar_bridge.inference.card import InputSpec
from avatar_bridge.training.datasets.faces import plain_crops
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION, FaceSource
from avatar_bridge.training.face.build import crop_spec
from avatar_bridge.training.face.judge import Reader, Reading, agreement
from avatar_bridge.training.face.recipe import FaceRecipe
from avatar_bridge.training.quantise import quantise
from avatar_bridge.types import Float32, Image

logger = logging.getLogger(__name__)
MOST_LOSS = 0.01  # of mean r that int8 may cost in any set
_CALIBRATION_ROWS = 128  # of each set
_HELD_OUT_ROWS = 600
_CHUNK = 64
_OPERATORS = ["Conv", "Add", "Relu", "MaxPool", "GlobalAveragePool", "MatMul", "Gemm"]
# Names of the nodes that look at maps: in `RegionalNet` and `PooledNet`, in `Student`, in both.
_ON_MAPS = ("/net/trunk", "/net/merge", "/net/local", "/net/to_", "/net/narrow", "/net/place")


def standardise(spec: InputSpec, crops: Image) -> Float32:
    """(N, S, S) uint8 → (N, 1, S, S) as the net takes it."""
    scaled = crops[:, None].astype(np.float32) / 255
    return np.asarray((scaled - spec.mean) / spec.std, np.float32)


def onnx_reader(spec: InputSpec, path: Path) -> Reader:
    """Read (N, S, S) uint8 crops with an exported net."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def read(crops: Image) -> Reading:
        parts = []
        for start in range(0, len(crops), _CHUNK):
            image = standardise(spec, crops[start : start + _CHUNK])
            parts.append(session.run(names, {"image": image}))
        said = {n: np.concatenate(c) for n, c in zip(names, zip(*parts, strict=True), strict=True)}
        unknown = np.full((len(crops), 2, 2), np.nan, np.float32)
        return Reading(**{"gaze": unknown, **said})

    return read


def held_out_r(
    reader: Reader, recipe: FaceRecipe, sources: Sequence[FaceSource]
) -> dict[str, float]:
    """Mean r on held-out training rows by set; never on test rows."""
    found = {}
    for source in sources:
        rows = source.rows(VALIDATION)[:_HELD_OUT_ROWS]
        if len(rows):
            found[source.name] = agreement(reader, recipe, source, rows)["r"]
    return found


def ship(recipe: FaceRecipe, path: Path, sources: Sequence[FaceSource]) -> bool:
    """Put the int8 form of an exported net in its place, if that costs at most `MOST_LOSS`.

    Args:
        recipe: of the net.
        path: its float32 ONNX file; replaced, and kept beside as `NAME.float32.onnx`.
        sources: sets with training and held-out rows.

    Returns:
        Whether the file is int8 now.
    """
    whole = held_out_r(onnx_reader(recipe.input, path), recipe, sources)
    if not whole or not any(len(source.rows(TRAIN)) for source in sources):
        logger.warning("%s stays float32: too few rows to say what int8 costs", path.name)
        return False
    small = path.with_suffix(".int8.onnx")
    crops = [
        plain_crops(source, _spread(source), crop_spec(recipe))[0]
        for source in sources
        if len(source.rows(TRAIN))
    ]
    heads = [n.name for n in onnx.load(str(path)).graph.node if not n.name.startswith(_ON_MAPS)]
    pictures = standardise(recipe.input, np.concatenate(crops))
    quantise(path, small, pictures, _OPERATORS, heads)
    reduced = held_out_r(onnx_reader(recipe.input, small), recipe, sources)
    fall = max(whole[name] - reduced[name] for name in whole)
    logger.info("int8 costs %.4f of held-out r", fall)
    if fall > MOST_LOSS:
        small.unlink()
        return False
    path.replace(path.with_suffix(".float32.onnx"))
    small.replace(path)
    return True


def _spread(source: FaceSource) -> np.ndarray:
    """A few training rows, evenly spread."""
    rows = source.rows(TRAIN)
    return rows[:: max(1, len(rows) // _CALIBRATION_ROWS)][:_CALIBRATION_ROWS]
