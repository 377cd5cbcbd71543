"""Trained run → ONNX, card and manifest, checked against ONNX Runtime."""

import hashlib
import tomllib
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import tomli_w
import torch

from avatar_bridge.errors import ModelError
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.inference.card import ModelCard
from avatar_bridge.nets.face.base import INPUT_NAME, OUTPUT_NAMES, ExportedFace, FaceNet
from avatar_bridge.training.recipe import Recipe

OPSET = 17
TOLERANCE = 1e-4
MANIFEST = "manifest.toml"
_PARITY_BATCHES = (1, 3)


def export_onnx(net: FaceNet, path: Path) -> None:
    """Write a face net as one ONNX file with a free batch axis.

    Raises:
        ModelError: ONNX Runtime does not agree with torch.
    """
    model = ExportedFace(net).eval()
    image = torch.zeros(2, net.channels, net.size, net.size)
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # The older exporter calls itself deprecated; the newer writes graphs that runtimes
        # of two years ago, which this project still serves, cannot read.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (image,),
            str(path),
            input_names=[INPUT_NAME],
            output_names=list(OUTPUT_NAMES),
            dynamic_axes={name: {0: "batch"} for name in (INPUT_NAME, *OUTPUT_NAMES)},
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.checker.check_model(str(path), full_check=True)
    check_parity(model, path, net)


def check_parity(model: ExportedFace, path: Path, net: FaceNet) -> float:
    """Largest difference between torch and ONNX Runtime over some random pictures.

    Raises:
        ModelError: it is above the tolerance.
    """
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    generator = torch.Generator().manual_seed(0)
    for batch in _PARITY_BATCHES:
        image = torch.randn(batch, net.channels, net.size, net.size, generator=generator)
        with torch.inference_mode():
            expected = [out.numpy() for out in model(image)]
        got = session.run(list(OUTPUT_NAMES), {INPUT_NAME: image.numpy()})
        for name, left, right in zip(OUTPUT_NAMES, expected, got, strict=True):
            difference = float(np.abs(left - right).max())
            if left.shape != right.shape or not difference <= TOLERANCE:
                raise ModelError(
                    f"{path}: {name}: expected torch's {left.shape} within {TOLERANCE}, "
                    f"got {right.shape} off by {difference}"
                )
            worst = max(worst, difference)
    return worst


def make_card(
    recipe: Recipe,
    net: FaceNet,
    scores: Mapping[str, float],
    unit_r: Mapping[str, Mapping[str, float]],
) -> ModelCard:
    """What a user should know of a trained net.

    Args:
        recipe: it was trained by.
        net: the trained net.
        scores: `Scores.summary` of its evaluation; empty before one.
        unit_r: `Scores.nodes` of the same.
    """
    return ModelCard(
        name=recipe.name,
        task="face",
        architecture=recipe.net.name,
        title=recipe.title,
        licence=recipe.licence,
        input=recipe.input,
        action_units=recipe.action_units,
        emotions=EMOTIONS,
        data=tuple(part.card for part in recipe.data),
        recipe=recipe.name,
        parameters=sum(parameter.numel() for parameter in net.parameters()),
        scores=dict(scores),
        unit_r={name: dict(units) for name, units in unit_r.items()},
        notes=recipe.notes,
    )


def write_card(card: ModelCard, folder: Path) -> None:
    """Write `NAME.toml` beside `NAME.onnx` and both checksums into the manifest."""
    path = folder / f"{card.name}.toml"
    path.write_text(tomli_w.dumps(card.model_dump(mode="json")), encoding="utf-8")
    manifest_path = folder / MANIFEST
    manifest: dict[str, dict[str, str]] = {}
    if manifest_path.is_file():
        manifest = tomllib.loads(manifest_path.read_text(encoding="utf-8"))
    manifest[card.name] = {
        "onnx": _digest(folder / f"{card.name}.onnx"),
        "card": _digest(path),
    }
    ordered = dict(sorted(manifest.items()))
    manifest_path.write_text(tomli_w.dumps(ordered), encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
