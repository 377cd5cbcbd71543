"""How good a net is on held-out windows, and a detector on held-out scenes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from avatar_bridge.detect.cascade import Candidates
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.detection.base import WindowOutput
from avatar_bridge.training.detection.scenes.scene import Scene
from avatar_bridge.training.detection.windows import FACE, NONE, Windows, overlaps
from avatar_bridge.types import Float32

HIT = 0.4  # overlap from which a box has found a face
_CHUNK = 1024
_EYES = (0, 1)


def judge_windows(net: nn.Module, spec: InputSpec, windows: Windows) -> dict[str, float]:
    """Recall and precision at even odds, average precision, and errors on windows with a face.

    The box's error is the mean of its corners' in window sides, the points' the root of the mean
    square in eye distances. Windows with a part of a face are left out.
    """
    rows = np.flatnonzero(windows.kinds == FACE)
    others = np.flatnonzero(windows.kinds == NONE)
    scores, boxes, points = _look(net, spec, windows.images[np.concatenate([rows, others])])
    true = np.arange(len(scores)) < len(rows)
    said = scores >= 0.5
    hits = float((said & true).sum())
    target = windows.points[rows].reshape(-1, 2, 5)
    away = points[: len(rows)].reshape(-1, 2, 5) - target
    between = np.linalg.norm(target[:, :, _EYES[1]] - target[:, :, _EYES[0]], axis=1)
    squared = (away**2).sum(axis=1).mean(axis=1) / np.maximum(between, 0.05) ** 2
    return {
        "recall": hits / max(len(rows), 1),
        "precision": hits / max(float(said.sum()), 1.0),
        "average_precision": average_precision(scores, true),
        "box_error": _mean(np.abs(boxes[: len(rows)] - windows.boxes[rows])),
        "point_error": _mean(squared) ** 0.5,
    }


def average_precision(scores: Float32, true: NDArray[np.bool_]) -> float:
    """Area under the curve of precision over recall; 0 where nothing is true."""
    if not true.any():
        return 0.0
    hits = true[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """What a detector found in some scenes.

    Attributes:
        faces: (F,) best score of a box that hits each face; 0 where none does.
        scores: (N,) of all boxes but those on doubtful faces.
        hits: (N,) bool, which of them are the surest on a face of its own.
        errors: (H,) of the five points of each hit, in eye distances; NaN where it has none.
    """

    faces: Float32
    scores: Float32
    hits: NDArray[np.bool_]
    errors: Float32


def match(scene: Scene, found: Candidates, hit: float = HIT) -> Matched:
    """Give each box the face that it overlaps most; a face takes its surest box."""
    faces = np.zeros(len(scene.boxes), np.float32)
    if not len(scene.boxes) or not len(found.scores):
        hits = np.zeros(len(found.scores), bool)
        return Matched(faces[~scene.doubtful], found.scores, hits, np.empty(0, np.float32))
    shares = overlaps(found.boxes, scene.boxes)
    hits, counts = np.zeros(len(found.scores), bool), np.ones(len(found.scores), bool)
    errors = []
    for row in np.argsort(-found.scores, kind="stable"):
        face = int(shares[row].argmax())
        if scene.doubtful[face] and shares[row, face] > 0:
            counts[row] = False
        elif shares[row, face] >= hit and not faces[face]:
            faces[face], hits[row] = found.scores[row], True
            errors.append(_error(found.points[row], scene.points[face]))
    return Matched(
        faces[~scene.doubtful], found.scores[counts], hits[counts], np.array(errors, np.float32)
    )


def join(parts: Iterable[Matched]) -> Matched:
    """The matches of all scenes in one."""
    parts = list(parts)
    return Matched(
        np.concatenate([part.faces for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.hits for part in parts]),
        np.concatenate([part.errors for part in parts]),
    )


def best_f1(found: Matched) -> float:
    """The score at which recall and precision balance best; one half where nothing was found."""
    if not found.hits.any():
        return 0.5
    order = np.argsort(-found.scores, kind="stable")
    hits = np.cumsum(found.hits[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + len(found.faces))
    return float(found.scores[order][f1.argmax()])


def score_that_keeps(found: Matched, share: float) -> float:
    """The score that lets this share of those faces through that are found at all."""
    seen = found.faces[found.faces > 0]
    return float(np.quantile(seen, 1 - share)) if len(seen) else 0.5


def summarise(found: Matched, threshold: float, scenes: Sequence[Scene]) -> dict[str, float]:
    """Recall, precision and points' error at a threshold, and how many boxes it leaves a scene."""
    sure = found.scores >= threshold
    summary = {
        "scenes_recall": float((found.faces >= threshold).mean()) if len(found.faces) else 0.0,
        "scenes_precision": float(found.hits[sure].mean()) if sure.any() else 0.0,
        "scenes_boxes": float(sure.sum()) / max(len(scenes), 1),
    }
    if np.isfinite(found.errors).any():
        summary["scenes_point_error"] = float(np.nanmedian(found.errors))
    return summary


def _error(points: Float32, truth: Float32) -> float:
    between = max(float(np.linalg.norm(truth[_EYES[1]] - truth[_EYES[0]])), 1e-3)
    return float(np.sqrt(((points - truth) ** 2).sum(axis=1).mean())) / between


def _mean(values: Float32) -> float:
    return float(values.mean()) if values.size else 0.0


def _look(
    net: nn.Module, spec: InputSpec, images: NDArray[np.uint8]
) -> tuple[Float32, Float32, Float32]:
    """Chance of a face (N,), offsets (N, 4) and points (N, 10) of windows (N, S, S)."""
    device = next(net.parameters()).device
    training = net.training
    net.eval()
    parts = []
    with torch.inference_mode():
        for start in range(0, len(images), _CHUNK):
            image = torch.from_numpy(images[start : start + _CHUNK])[:, None].to(device).float()
            output: WindowOutput = net((image / 255 - spec.mean) / spec.std)
            face = output.face.flatten(1).softmax(dim=1)[:, 1]
            parts.append([p.cpu().numpy() for p in (face, output.box.flatten(1), output.points)])
    net.train(training)
    if not parts:
        return np.empty(0, np.float32), np.empty((0, 4), np.float32), np.empty((0, 10), np.float32)
    faces, boxes, points = (np.concatenate(column) for column in zip(*parts, strict=True))
    return faces, boxes, points.reshape(len(points), -1)
