"""Emotion nets small enough to be made in a test, on disk as the real ones lie."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from avatar_bridge.facs.emotions import LABELS

SIZE = 8
_GAIN = 4.0


def spot_of(label: str, labels: tuple[str, ...] = LABELS) -> tuple[int, int]:
    """Column and row of the crop pixel that lights this label: each has both to itself."""
    place = labels.index(label)
    return place, 3 * place % SIZE


def write_emotion_net(
    folder: Path,
    name: str = "spots",
    *,
    labels: tuple[str, ...] = LABELS,
    channels: int = 1,
    margin: float = 1.3,
    lift: float = 0.0,
) -> None:
    """A net that sees an emotion where its pixel is bright (red, of colours), and a card.

    Its second label set comes first and is the same for every picture.
    """
    folder.mkdir(exist_ok=True)
    weights = np.zeros((channels, SIZE, SIZE, len(labels)), np.float32)
    for place, label in enumerate(labels):
        column, row = spot_of(label, labels)
        weights[0, row, column, place] = _GAIN
    graph = helper.make_graph(
        [
            helper.make_node("Identity", ["other"], ["fer2013"]),
            helper.make_node("Flatten", ["image"], ["pixels"]),
            helper.make_node("MatMul", ["pixels", "weights"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["emotions"], axis=1),
        ],
        name,
        [
            helper.make_tensor_value_info(
                "image", TensorProto.FLOAT, ["batch", channels, SIZE, SIZE]
            )
        ],
        [
            helper.make_tensor_value_info("fer2013", TensorProto.FLOAT, [1, 7]),
            helper.make_tensor_value_info("emotions", TensorProto.FLOAT, ["batch", len(labels)]),
        ],
        [
            numpy_helper.from_array(weights.reshape(-1, len(labels)), "weights"),
            numpy_helper.from_array(np.full((1, 7), 1 / 7, np.float32), "other"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / f"{name}.onnx"))
    (folder / f"{name}.toml").write_text(
        f"""
name = "{name}"
task = "emotion"
architecture = "spots"
title = "sees what it is shown"
licence = "Apache-2.0"
emotions = {list(labels)}
recipe = "none"
parameters = {weights.size}
[input]
size = {SIZE}
channels = {channels}
mean = 0.5
std = 0.25
margin = {margin}
lift = {lift}
[[data]]
name = "nothing"
licence = "none"
use = "none"
[scores]
"FER+ test accuracy" = 0.875
"""
    )
    add_to_manifest(folder, name)


def add_to_manifest(folder: Path, name: str, kind: str = "onnx") -> None:
    """Make the two files of a model known to the store; kind is the suffix of the one."""
    sums = {
        key: hashlib.sha256((folder / f"{name}.{suffix}").read_bytes()).hexdigest()
        for key, suffix in ((kind, kind), ("card", "toml"))
    }
    with (folder / "manifest.toml").open("a") as manifest:
        manifest.write(f'[{name}]\n{kind} = "{sums[kind]}"\ncard = "{sums["card"]}"\n')
