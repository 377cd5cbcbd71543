"""ONNX in float32 → ONNX in int8, by looking at real pictures.

Static, QDQ, a scale for every channel of a weight. Weights keep seven bits: older processors add
products of eight-bit numbers in sixteen bits, which overflow.
"""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from avatar_bridge.training.export import INPUT_NAME

_BATCH = 32
# All but the softmax: its output in eight bits would no longer sum to 1.
_OPERATORS = [
    "Conv", "Gemm", "MatMul", "Add", "Concat", "MaxPool", "AveragePool", "GlobalAveragePool",
    "Relu", "Reshape", "Flatten", "Transpose", "Resize",
]  # fmt: skip


class _Pictures(CalibrationDataReader):
    """Hands out batches of standardised pictures."""

    def __init__(self, images: NDArray[np.float32]) -> None:
        self._batches: Iterator[NDArray[np.float32]] = iter(
            np.array_split(images, max(1, len(images) // _BATCH))
        )

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT_NAME: batch}


def quantise(
    source: Path,
    target: Path,
    images: NDArray[np.float32],
    operators: Sequence[str] = _OPERATORS,
    whole: Sequence[str] = (),
) -> None:
    """Write an int8 net.

    Args:
        source: float32 ONNX file.
        target: where the int8 one goes.
        images: (N, C, S, S) standardised pictures to take the ranges of activations from.
        operators: kinds of nodes that become int8.
        whole: names of nodes that do not.
    """
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)  # the library advises on its root logger
    try:
        quantize_static(
            str(source),
            str(target),
            _Pictures(images),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(operators),
            nodes_to_exclude=list(whole),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            calibrate_method=CalibrationMethod.MinMax,
        )
    finally:
        logger.setLevel(level)
