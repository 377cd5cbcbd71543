"""Generators small enough to be made in a test, on disk as the real ones lie."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tiny_nets import add_to_manifest

from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.inference.store import MANIFEST, packaged_models

SIZE = 32
STEP = 80.0  # grey levels by which condition 1 brightens the mouth


def write_generator(
    folder: Path,
    name: str = "mma_gan",
    *,
    conditions: tuple[str, ...] = EMOTIONS,
    emotions: tuple[str, ...] = (),
    size: int = SIZE,
    whole: bool = False,
) -> None:
    """A net that brightens the mouth by the sum of its conditions, neutral's left out, and a card.

    Args:
        folder: of the models.
        name: of the net.
        conditions: what it is told.
        emotions: those that it was taught, if not all.
        size: side of its picture.
        whole: brighten every pixel, not the mouth alone.
    """
    folder.mkdir(exist_ok=True)
    rows, columns = np.mgrid[:size, :size].astype(np.float32) / size
    spot = np.exp(-(((columns - 0.5) / 0.15) ** 2 + ((rows - 0.7) / 0.1) ** 2))
    pattern = np.ones_like(spot) if whole else spot
    gains = np.array([name != "neutral" for name in conditions], np.float32)
    weights = gains[:, None] * pattern.reshape(1, -1) * np.float32(STEP / 127.5)
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["condition", "weights"], ["flat"]),
            helper.make_node("Reshape", ["flat", "shape"], ["change"]),
            helper.make_node("Add", ["image", "change"], ["sum"]),
            helper.make_node("Clip", ["sum", "low", "high"], ["generated"]),
        ],
        name,
        [
            helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, size, size]),
            helper.make_tensor_value_info("condition", TensorProto.FLOAT, [1, len(conditions)]),
        ],
        [helper.make_tensor_value_info("generated", TensorProto.FLOAT, [1, 1, size, size])],
        [
            numpy_helper.from_array(weights.astype(np.float32), "weights"),
            numpy_helper.from_array(np.array([1, 1, size, size]), "shape"),
            numpy_helper.from_array(np.float32(-1), "low"),
            numpy_helper.from_array(np.float32(1), "high"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / f"{name}.onnx"))
    (folder / f"{name}.toml").write_text(
        f"""
name = "{name}"
task = "generation"
architecture = "spots"
title = "brightens the mouth"
licence = "Apache-2.0"
conditions = {list(conditions)}
emotions = {list(emotions)}
recipe = "none"
parameters = {weights.size}
[input]
size = {size}
channels = 1
mean = 0.5
std = 0.5
margin = 1.4
lift = 0.05
[[data]]
name = "nothing"
licence = "none"
use = "none"
"""
    )
    add_to_manifest(folder, name)


def link_real_models(folder: Path) -> None:
    """Put the installed models into a folder that further ones may be added to."""
    folder.mkdir(exist_ok=True)
    models = packaged_models()
    for file in models.iterdir():
        if file.name != MANIFEST:
            (folder / file.name).symlink_to(file)
    (folder / MANIFEST).write_text((models / MANIFEST).read_text() + "\n")
