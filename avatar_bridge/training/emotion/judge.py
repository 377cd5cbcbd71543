"""Run an emotion net over pictures and say how good it is."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.emotion.base import (
    INPUT_NAME,
    LABEL_SETS,
    EmotionNet,
    ExportedEmotion,
)
from avatar_bridge.training.classification import Classified, classify
from avatar_bridge.training.datasets.emotions.base import EmotionSource, known
from avatar_bridge.types import Float32, Image

_CHUNK = 128

# (N, T, T) uint8 tiles → label set → (N, classes) probabilities
Reader = Callable[[Image], dict[str, Float32]]


def fit_size(tiles: Image, size: int) -> Image:
    """(N, T, T) uint8 → (N, size, size) uint8."""
    if tiles.shape[1] == size:
        return tiles
    way = cv2.INTER_AREA if tiles.shape[1] > size else cv2.INTER_LINEAR
    scaled = [cv2.resize(tile, (size, size), interpolation=way) for tile in tiles]
    return np.stack([np.asarray(tile, np.uint8) for tile in scaled])


def standardise(tiles: Image, spec: InputSpec) -> Float32:
    """(N, T, T) uint8 → (N, 1, S, S) float32 as the net takes them."""
    scaled = fit_size(tiles, spec.size)[:, None].astype(np.float32) / 255
    return np.asarray((scaled - spec.mean) / spec.std, np.float32)


def torch_reader(spec: InputSpec, net: nn.Module) -> Reader:
    """Read tiles with a net in torch, where the net is."""
    exported = ExportedEmotion(net) if isinstance(net, EmotionNet) else net
    device = next(net.parameters()).device

    def read(tiles: Image) -> dict[str, Float32]:
        exported.eval()
        parts: list[list[NDArray]] = []
        with torch.inference_mode():
            for start in range(0, len(tiles), _CHUNK):
                image = torch.from_numpy(standardise(tiles[start : start + _CHUNK], spec))
                outputs = exported(image.to(device))
                parts.append([out.float().cpu().numpy() for out in outputs])
        joined = (np.concatenate(column) for column in zip(*parts, strict=True))
        return dict(zip(LABEL_SETS, joined, strict=True))

    return read


def onnx_reader(path: Path, spec: InputSpec, threads: int = 1) -> Reader:
    """Read tiles with an exported net."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def read(tiles: Image) -> dict[str, Float32]:
        parts = []
        for start in range(0, len(tiles), _CHUNK):
            image = standardise(tiles[start : start + _CHUNK], spec)
            parts.append(session.run(list(LABEL_SETS), {INPUT_NAME: image}))
        joined = (np.concatenate(column) for column in zip(*parts, strict=True))
        return dict(zip(LABEL_SETS, joined, strict=True))

    return read


def judge_rows(
    reading: dict[str, Float32], source: EmotionSource, rows: NDArray[np.int64]
) -> dict[str, Classified]:
    """What a reading of some rows of a source is worth, by label set.

    Args:
        reading: label set → (R, classes) probabilities of these rows.
        source: where they come from; label sets without a known row are left out.
        rows: (R,) indices into it.
    """
    judged = {}
    for name, shares in source.labels.items():
        told = known(shares[rows])
        if told.any():
            judged[name] = classify(reading[name][told], shares[rows][told].argmax(axis=1))
    return judged
