"""Detection nets small enough to be made in a test: they take bright squares for faces.

For the cascade's nets a face is a bright square in a dark frame, a sixth of the face box wide.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tiny_nets import add_to_manifest

FACE_POINTS = ((0.3, 0.35), (0.7, 0.35), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
_GAIN = 4.0  # of the probability, a deviation of brightness
_LEAST = 1.8  # deviations between the square and its frame that make a face
_CARD = """
name = "{name}"
task = "detection"
architecture = "{name}"
title = "takes bright squares for faces"
licence = "Apache-2.0"
recipe = "none"
parameters = 0
{threshold}
[input]
size = {size}
channels = 1
mean = 0.5
std = 0.25
margin = {margin}
[[data]]
name = "nothing"
licence = "none"
use = "none"
"""


def write_card(
    folder: Path, name: str, size: int, threshold: float | None = 0.5, margin: float = 1.0
) -> None:
    said = "" if threshold is None else f"threshold = {threshold}"
    card = _CARD.format(name=name, size=size, threshold=said, margin=margin)
    (folder / f"{name}.toml").write_text(card)


def write_window_net(
    folder: Path,
    name: str,
    size: int,
    *,
    everywhere: bool = False,
    offsets: tuple[float, float, float, float] = (0, 0, 0, 0),
    threshold: float | None = 0.5,
    outputs: tuple[str, ...] = ("face", "box", "points"),
) -> None:
    """A net of the cascade.

    Args:
        everywhere: whether it is a P-Net, which goes over a picture of any size by steps of 2.
        offsets: the same box offsets for every window.
        threshold: on its card.
        outputs: the names of those that it gives.
    """
    folder.mkdir(exist_ok=True)
    stride = 2 if everywhere else 1
    points = np.transpose(FACE_POINTS).reshape(-1)  # five x, then five y
    constant = {"box": np.array(offsets), "points": points}
    nodes = [
        helper.make_node("Conv", ["image", "look", "bias"], ["logit"], strides=[stride, stride]),
        helper.make_node("Sigmoid", ["logit"], ["map_face"]),
        helper.make_node("Mul", ["logit", "zero"], ["blank"]),
    ]
    for part in constant:
        nodes.append(helper.make_node("Add", ["blank", f"c_{part}"], [f"map_{part}"]))
    shapes: dict[str, int] = {"face": 1, "box": 4, "points": 10}
    for part in outputs:
        kind = "Identity" if everywhere else "Flatten"
        nodes.append(helper.make_node(kind, [f"map_{part}"], [part]))
    rest: list[str | int] = ["h", "w"] if everywhere else []
    side: list[str | int] = ["H", "W"] if everywhere else [size, size]
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 1, *side])],
        [
            helper.make_tensor_value_info(part, TensorProto.FLOAT, ["n", shapes[part], *rest])
            for part in outputs
        ],
        [
            _weights("look", _GAIN * difference(size)[None, None]),
            _weights("bias", np.array([-_GAIN * _LEAST])),
            _weights("zero", np.array(0.0)),
            *(
                _weights(f"c_{part}", value[None, :, None, None])
                for part, value in constant.items()
            ),
        ],
    )
    _save(graph, folder / f"{name}.onnx")
    write_card(folder, name, size, threshold)
    add_to_manifest(folder, name)


def difference(size: int) -> np.ndarray:
    """Weights (size, size): the mean of the inner square less that of the frame."""
    inner = np.zeros((size, size), bool)
    inner[size // 6 : size - size // 6, size // 6 : size - size // 6] = True
    return np.where(inner, 1 / inner.sum(), -1 / (~inner).sum())


def face_score(window: np.ndarray) -> float:
    """What the nets say of grey pixels (S, S)."""
    standard = (window / 255.0 - 0.5) / 0.25
    return float(1 / (1 + np.exp(_GAIN * (_LEAST - (difference(len(window)) * standard).sum()))))


def write_cascade(
    folder: Path, family: str = "mtcnn", **changes: dict[str, Any]
) -> tuple[str, str, str]:
    """The three nets of a cascade; changes are what single ones (`rnet=…`) have of their own.

    Returns:
        Their names.
    """
    for stage, size in (("pnet", 12), ("rnet", 24), ("onet", 48)):
        own = changes.get(stage, {})
        write_window_net(folder, f"{family}_{stage}", size, everywhere=stage == "pnet", **own)
    return f"{family}_pnet", f"{family}_rnet", f"{family}_onet"


def write_single_shot_net(folder: Path, name: str = "ssd") -> None:
    """A net for whole pictures: each 32 by 32 tile is a box, and bright ones are faces."""
    folder.mkdir(exist_ok=True)
    grid = [
        helper.make_node("AveragePool", ["image"], ["t"], kernel_shape=[32, 32], strides=[32, 32]),
        helper.make_node("Mul", ["t", "gain"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["tiles"]),
        helper.make_node("Flatten", ["tiles"], ["face"]),
        helper.make_node("GreaterOrEqual", ["tiles", "none"], ["all"]),
        helper.make_node("NonZero", ["all"], ["index"]),  # (4, A): picture, channel, row, column
        helper.make_node("Gather", ["index", "order"], ["places"]),  # (4, A): x, y, x, y
        helper.make_node("Cast", ["places"], ["whole"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["whole"], ["rows"], perm=[1, 0]),
        helper.make_node("Mul", ["rows", "step"], ["corner"]),
        helper.make_node("Add", ["corner", "far"], ["boxes"]),
        helper.make_node("Unsqueeze", ["boxes", "first"], ["box"]),
    ]
    graph = helper.make_graph(
        grid,
        name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, "H", "W"])],
        [
            helper.make_tensor_value_info("face", TensorProto.FLOAT, [1, "A"]),
            helper.make_tensor_value_info("box", TensorProto.FLOAT, [1, "A", 4]),
        ],
        [
            _weights("gain", np.array(_GAIN)),
            _weights("none", np.array(0.0)),
            _weights("step", np.array(32.0)),
            _weights("far", np.array([0, 0, 32, 32])),
            numpy_helper.from_array(np.array([3, 2, 3, 2], np.int64), "order"),
            numpy_helper.from_array(np.array([0], np.int64), "first"),
        ],
    )
    _save(graph, folder / f"{name}.onnx")
    write_card(folder, name, 320)
    add_to_manifest(folder, name)


def _weights(name: str, values: np.ndarray) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values, np.float32), name)


def _save(graph: onnx.GraphProto, path: Path) -> None:
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(path))
