"""Our emotion nets beside the public mini-Xception FER-2013 weights, on the same pictures.

    pip install h5py
    python benchmarks/beside_mini_xception.py DATA PEER... [--models FOLDER] [--json]

DATA is the folder that holds `fer2013/`, as sheets of tiles or as csv files. A PEER is a Keras
file of the repository face_classification (MIT), such as `fer2013_mini_XCEPTION.102-0.66.hdf5`;
its graph is built in torch as the file describes it, and exported. Ours are the nets of task
"emotion" in FOLDER, by default those that came with the package.

Judged is PublicTest, whole tiles, by FER-2013's own seven labels and by the majority of the FER+
votes (eight labels, protocol of `datasets.emotions.fer`). The peer was taught the own labels
alone and cannot say contempt: those rows count as wrong for it. Its authors picked its weights on
the last fifth of the csv, which is PublicTest and PrivateTest, and taught it the near copies of
test faces (`datasets.duplicates`) that we leave out.

Times are of one face at a time, scaling and standardising included, in ONNX Runtime on one thread
of the processor. The nets take turns, so that a busy machine hits them all.
"""

import argparse
import json
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from rich import box
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn

from avatar_bridge.errors import AvatarBridgeError, ModelError
from avatar_bridge.facs.emotions import CONTEMPT, EMOTIONS, LABELS
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.nets.emotion.base import OUTPUT_NAMES
from avatar_bridge.training.classification import Classified
from avatar_bridge.training.datasets.emotions import fer_csv, packed
from avatar_bridge.training.datasets.source import TEST
from avatar_bridge.training.emotion.judge import Reader, judge_rows, onnx_reader
from avatar_bridge.training.export import export_onnx
from avatar_bridge.types import Float32, Image

TURN = 50  # faces
HEADS = {"fer2013": "own labels", "emotions": "FER+ majority"}
Weights = dict[str, Tensor]


class PoolSame(nn.MaxPool2d):
    """Max pooling with TensorFlow's "same" edges: an odd one goes to the right and below."""

    def forward(self, image: Tensor) -> Tensor:
        length = int(image.shape[3])
        steps = math.ceil(length / self.stride)
        edges = max((steps - 1) * self.stride + self.kernel_size - length, 0)
        odd = edges % 2 == 1
        return F.max_pool2d(image, self.kernel_size, self.stride, edges // 2, ceil_mode=odd)


class Add(nn.Module):
    """The sum of two maps."""

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        return left + right


class KerasNet(nn.Module):
    """A Keras graph in torch that gives what our nets give; contempt is always 0.

    Args:
        layers: as the file describes them, each after those that it takes.
        weights: layer → weight → values in Keras's order of axes.
    """

    def __init__(self, layers: list[dict[str, Any]], weights: dict[str, Weights]) -> None:
        super().__init__()
        self.size = int(layers[0]["config"]["batch_input_shape"][1])
        self.first, self.last = layers[0]["name"], layers[-1]["name"]
        self.takes = {
            layer["name"]: [node[0] for node in layer["inbound_nodes"][0]] for layer in layers[1:]
        }
        self.parts = nn.ModuleDict(
            {layer["name"]: make_layer(layer, weights[layer["name"]]) for layer in layers[1:]}
        )

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        maps = {self.first: image}
        for name, part in self.parts.items():
            maps[name] = part(*(maps[taken] for taken in self.takes[name]))
        own = maps[self.last]  # (B, 7): the file's labels are in the order of EMOTIONS
        wide = F.pad(own, (0, len(LABELS) - len(EMOTIONS)))  # (B, 8)
        return tuple({"fer2013": own, "emotions": wide}[name] for name in OUTPUT_NAMES)


def make_layer(layer: dict[str, Any], weights: Weights) -> nn.Module:
    """One layer of Keras in torch.

    Raises:
        ModelError: mini-Xception has no such layer.
    """
    config = layer["config"]
    same, stride = config.get("padding") == "same", config.get("strides", (1,))[0]
    match layer["class_name"], config.get("activation", "linear"):
        case "Conv2D", "linear":
            return convolution(weights["kernel"], stride, same, weights.get("bias"))
        case "SeparableConv2D", "linear":
            deep = weights["depthwise_kernel"].transpose(2, 3)  # (H, W, 1, C)
            return nn.Sequential(
                convolution(deep, stride, same, groups=deep.shape[3]),
                convolution(weights["pointwise_kernel"], 1, same, weights.get("bias")),
            )
        case "BatchNormalization", _:
            norm = nn.BatchNorm2d(len(weights["gamma"]), eps=config["epsilon"])
            norm.weight.data, norm.bias.data = weights["gamma"], weights["beta"]
            norm.running_mean, norm.running_var = weights["moving_mean"], weights["moving_variance"]
            return norm
        case "MaxPooling2D", _:
            return (PoolSame if same else nn.MaxPool2d)(config["pool_size"][0], stride)
        case "GlobalAveragePooling2D", _:
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case "Activation", "relu":
            return nn.ReLU()
        case "Activation", "softmax":
            return nn.Softmax(dim=1)
        case "Add", _:
            return Add()
    raise ModelError(f"expected a layer of mini-Xception, got {layer['class_name']}")


def convolution(
    kernel: Tensor, stride: int, same: bool, bias: Tensor | None = None, groups: int = 1
) -> nn.Conv2d:
    """A convolution by a kernel (H, W, I, O).

    Raises:
        ModelError: its "same" edges may be uneven, which mini-Xception's never are.
    """
    side, _, inputs, outputs = kernel.shape
    if same and (side % 2 == 0 or (side > 1 and stride > 1)):
        raise ModelError(f"expected even edges, got a kernel of {side} and a stride of {stride}")
    edge, biased = side // 2 * same, bias is not None
    net = nn.Conv2d(inputs * groups, outputs, side, stride, edge, groups=groups, bias=biased)
    net.weight.data = kernel.permute(3, 2, 0, 1).contiguous()  # (O, I, H, W)
    if bias is not None:
        net.bias.data = bias
    return net


def read_keras(path: Path) -> KerasNet:
    """The net in a file of Keras 2.

    Raises:
        ModelError: h5py is not installed, or this is no such file.
    """
    try:
        import h5py
    except ImportError as error:
        raise ModelError("reading a Keras file needs h5py: pip install h5py") from error
    if not path.is_file():
        raise ModelError(f"expected a Keras file at {path}, got none")
    try:
        with h5py.File(path) as file:
            layers = json.loads(file.attrs["model_config"])["config"]["layers"]
            weights = {
                layer: {
                    key.decode().split("/")[-1].split(":")[0]: torch.from_numpy(group[key][()])
                    for key in group.attrs["weight_names"]
                }
                for layer, group in file["model_weights"].items()
            }
    except (OSError, KeyError) as error:
        raise ModelError(f"expected a Keras file at {path}, got: {error}") from error
    return KerasNet(layers, weights)


def peer_reader(path: Path, scratch: Path) -> Reader:
    """Read tiles with the peer, by an ONNX file that is written into a folder."""
    net = read_keras(path)
    spec = InputSpec(size=net.size, channels=1, mean=0.5, std=0.5, margin=1)
    onnx = scratch / f"{path.stem}.onnx"
    export_onnx(net, OUTPUT_NAMES, spec, onnx)
    return onnx_reader(onnx, spec)


def our_readers(folder: Path | None) -> dict[str, Reader]:
    """A reader for every emotion net that is installed."""
    store = ModelStore(folder)
    models = [store.find(name) for name in store.names()]
    ours = [model for model in models if model.card.task == "emotion"]
    return {model.card.name: onnx_reader(model.file, model.card.input) for model in ours}


def read_faces(
    readers: dict[str, Reader], tiles: Image
) -> tuple[dict[str, dict[str, Float32]], dict[str, list[float]]]:
    """Every net's reading of (N, T, T) tiles, and its milliseconds for each."""
    found: dict[str, list[dict[str, Float32]]] = {name: [] for name in readers}
    spent: dict[str, list[float]] = {name: [] for name in readers}
    for start in range(0, len(tiles), TURN):
        for name, read in readers.items():
            read(tiles[start : start + 1])  # warms up
            for tile in tiles[start : start + TURN]:
                started = time.perf_counter()
                found[name].append(read(tile[None]))
                spent[name].append((time.perf_counter() - started) * 1e3)
    readings = {
        name: {key: np.concatenate([face[key] for face in faces]) for key in OUTPUT_NAMES}
        for name, faces in found.items()
    }
    return readings, spent


def summary(judged: dict[str, Classified], spent: list[float]) -> dict[str, float]:
    """Accuracy with its 95% interval by label set, and times."""
    figures: dict[str, float] = {}
    for name, result in judged.items():
        for figure in ("rows", "accuracy", "low", "high"):
            figures[f"{name}_{figure}"] = getattr(result, figure)
        if name == "emotions":
            figures["contempt_rows"] = int(result.confusion[LABELS.index(CONTEMPT)].sum())
    p50, p95 = np.percentile(spent, [50, 95])
    return {**figures, "p50_ms": float(p50), "p95_ms": float(p95)}


def show(results: dict[str, dict[str, float]]) -> None:
    """Print the table."""
    first = next(iter(results.values()))
    sets = [name for name in HEADS if f"{name}_rows" in first]
    heads = [f"{HEADS[name]}\n{first[f'{name}_rows']} faces" for name in sets]
    table = Table("net", *heads, "median\nms", "p95\nms", box=box.SIMPLE)
    table.title = "FER-2013 PublicTest: accuracy in % (95% interval)"
    table.columns[0].no_wrap = True
    for name, found in results.items():
        shares = [
            [100 * found[f"{key}_{part}"] for part in ("accuracy", "low", "high")] for key in sets
        ]
        cells = [f"{right:.1f} ({low:.1f}-{high:.1f})" for right, low, high in shares]
        table.add_row(name, *cells, f"{found['p50_ms']:.2f}", f"{found['p95_ms']:.2f}")
    Console().print(table)
    if "contempt_rows" in first:
        print(f"{first['contempt_rows']} FER+ faces show contempt and count as wrong for the peer")


def compare(given: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Figures by net."""
    with tempfile.TemporaryDirectory() as scratch:
        peers = {path.stem.removeprefix("fer2013_"): path for path in given.peer}
        readers = {name: peer_reader(path, Path(scratch)) for name, path in peers.items()}
        readers |= our_readers(given.models)
        sheets = (given.data / "fer2013" / "labels.npz").is_file()
        source = packed.create(given.data) if sheets else fer_csv.create(given.data)
        rows = source.rows(TEST)
        readings, spent = read_faces(readers, source.images[rows])
    return {
        name: summary(judge_rows(reading, source, rows), spent[name])
        for name, reading in readings.items()
    }


def main() -> None:
    """Run all and print a table; 2 where something is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("peer", type=Path, nargs="+")
    parser.add_argument("--models", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    try:
        results = compare(given)
    except AvatarBridgeError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    if given.json:
        print(json.dumps(results, indent=1))
    else:
        show(results)


if __name__ == "__main__":
    main()
