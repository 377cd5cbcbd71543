"""Trained net → ONNX, card and manifest, checked against ONNX Runtime."""

import hashlib
import tomllib
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import tomli_w
import torch
from torch import nn

from avatar_bridge.errors import ModelError
from avatar_bridge.inference.card import InputSpec, ModelCard
from avatar_bridge.inference.store import KINDS
from avatar_bridge.training.recipe import Recipe

OPSET = 17
TOLERANCE = 1e-4
INPUT_NAME = "image"
MANIFEST = "manifest.toml"
_PARITY_BATCHES = (1, 3)
_PARITY_SIZES = (2, 3)  # height and width in sides of the input, where these are free


def export_onnx(model: nn.Module, outputs: Sequence[str], spec: InputSpec, path: Path) -> None:
    """Write a net as one ONNX file with a free batch axis.

    Args:
        model: takes (B, C, S, S) and gives a tuple of tensors. One that takes pictures of other
            sizes too has an attribute `free_axes`: of the picture and of each output, by name, the
            further axes that may have any length, and their names. One that takes more than a
            picture has an attribute `further_inputs`: by name, the shape of one row of values in
            [0, 1], in the order of its arguments.
        outputs: their names.
        spec: the picture it takes.
        path: of the file.

    Raises:
        ModelError: ONNX Runtime does not agree with torch.
    """
    model = model.eval()
    image = torch.zeros(2, spec.channels, spec.size, spec.size)
    further = _further_inputs(model)
    names = (INPUT_NAME, *further)
    free = _free_axes(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # The older exporter calls itself deprecated; the newer writes graphs that runtimes
        # of two years ago, which this project still serves, cannot read.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (image, *(torch.zeros(2, *row) for row in further.values())),
            str(path),
            input_names=list(names),
            output_names=list(outputs),
            dynamic_axes={name: {0: "batch"} | free.get(name, {}) for name in (*names, *outputs)},
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.checker.check_model(str(path), full_check=True)
    check_parity(model, outputs, spec, path)


def write_net(model: nn.Module, outputs: Sequence[str], recipe: Recipe, folder: Path) -> Path:
    """Write a net as the runtime opens it: `NAME.onnx`, or `NAME.npy` for one that is a plane.

    Args:
        model: see `export_onnx`; of a plane, a module whose `plane` gives its numbers.
        outputs: see `export_onnx`.
        recipe: with the net's name and its input.
        folder: for the file.

    Returns:
        Its path.
    """
    plane = getattr(model, "plane", None)
    if callable(plane):
        path = folder / f"{recipe.name}.npy"
        np.save(path, plane())
        return path
    path = folder / f"{recipe.name}.onnx"
    export_onnx(model, outputs, recipe.input, path)
    return path


def check_parity(model: nn.Module, outputs: Sequence[str], spec: InputSpec, path: Path) -> float:
    """Largest difference between torch and ONNX Runtime over some random pictures.

    Of outputs above one, such as pixels, it is a share of the largest.

    Raises:
        ModelError: it is above the tolerance.
    """
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    generator = torch.Generator().manual_seed(0)
    shapes = [(batch, spec.channels, spec.size, spec.size) for batch in _PARITY_BATCHES]
    if INPUT_NAME in _free_axes(model):
        height, width = (times * spec.size for times in _PARITY_SIZES)
        shapes.append((1, spec.channels, height, width))
    for shape in shapes:
        fed = {INPUT_NAME: torch.randn(shape, generator=generator)}
        for name, row in _further_inputs(model).items():
            fed[name] = torch.rand((shape[0], *row), generator=generator)
        with torch.inference_mode():
            expected = [out.numpy() for out in model(*fed.values())]
        got = session.run(list(outputs), {name: part.numpy() for name, part in fed.items()})
        for name, left, right in zip(outputs, expected, got, strict=True):
            difference = float(np.abs(left - right).max() / max(1.0, np.abs(left).max()))
            if left.shape != right.shape or not difference <= TOLERANCE:
                raise ModelError(
                    f"{path}: {name}: expected torch's {left.shape} within {TOLERANCE}, "
                    f"got {right.shape} off by {difference}"
                )
            worst = max(worst, difference)
    return worst


def _free_axes(model: nn.Module) -> dict[str, dict[int, str]]:
    axes: dict[str, dict[int, str]] = getattr(model, "free_axes", {})
    return axes


def _further_inputs(model: nn.Module) -> dict[str, tuple[int, ...]]:
    inputs: dict[str, tuple[int, ...]] = getattr(model, "further_inputs", {})
    return inputs


def write_card(card: ModelCard, folder: Path) -> None:
    """Write `NAME.toml` beside `NAME.onnx` or `NAME.npy`, and both checksums into the manifest."""
    path = folder / f"{card.name}.toml"
    path.write_text(
        tomli_w.dumps(card.model_dump(mode="json", exclude_none=True)), encoding="utf-8"
    )
    manifest_path = folder / MANIFEST
    manifest: dict[str, dict[str, str]] = {}
    if manifest_path.is_file():
        manifest = tomllib.loads(manifest_path.read_text(encoding="utf-8"))
    kind = next((kind for kind in KINDS if (folder / f"{card.name}.{kind}").is_file()), KINDS[0])
    manifest[card.name] = {
        kind: _digest(folder / f"{card.name}.{kind}"),
        "card": _digest(path),
    }
    ordered = dict(sorted(manifest.items()))
    manifest_path.write_text(tomli_w.dumps(ordered), encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
