"""Which net should read the emotions by default: the face net itself, or one of its own?

    python benchmarks/emotion_default.py DATA

Every test face of FER-2013 whose points the teacher knows is shown to the face net and to every
installed emotion net, each cut by those points as the runtime cuts it. Counted is whether the
likeliest of the wire's seven emotions is the one that most people voted for (FER+; contempt, and
what most people could not name, left out).
"""

import sys
import time
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from avatar_bridge.analyze.emotion import EmotionNetReader
from avatar_bridge.analyze.face import FaceAnalyzer
from avatar_bridge.config import AnalyzeConfig
from avatar_bridge.errors import AvatarBridgeError, ConfigError
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.geometry import cut_face, face_box
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.training.classification import classify
from avatar_bridge.training.datasets.emotions import packed
from avatar_bridge.training.datasets.source import TEST
from avatar_bridge.types import EmotionScores, Image, Landmarks

_ENLARGE = 4  # a camera's faces are larger than these tiles
_MS = 1e3


class Reader(Protocol):
    """Anything that reads emotions off a face whose points are known."""

    def read(self, image: Image, landmarks: Landmarks) -> EmotionScores:
        """As `analyze.base.EmotionReader`."""
        ...


class FaceNetReader:
    """The face net's own reading."""

    def __init__(self, net: Net) -> None:
        self._analyzer = FaceAnalyzer(net)

    def read(self, image: Image, landmarks: Landmarks) -> EmotionScores:
        analyzer = self._analyzer
        box, roll = face_box(landmarks.points)
        crop = cut_face(image, box, roll, analyzer.crop_margin, analyzer.crop_size)
        return analyzer.analyze(crop, (image.shape[1], image.shape[0])).emotions


def readers(store: ModelStore) -> dict[str, Reader]:
    """The default face net, and every installed emotion net."""
    own = AnalyzeConfig().face_net_name
    found: dict[str, Reader] = {f"{own} itself": FaceNetReader(Net(store.find(own)))}
    for name in store.names():
        model = store.find(name)
        if model.card.task == "emotion":
            found[name] = EmotionNetReader(Net(model))
    return found


def main(root: Path) -> None:
    """Print the table."""
    source = packed.create(root)
    known = np.isfinite(source.points).all(axis=(1, 2))
    named = np.isfinite(source.labels["emotions"]).all(axis=1)
    label = np.nan_to_num(source.labels["emotions"]).argmax(axis=1)
    rows = source.rows(TEST)
    rows = rows[known[rows] & named[rows] & (label[rows] < len(EMOTIONS))]
    seen: dict[str, list[np.ndarray]] = {}
    times: dict[str, list[float]] = {}
    nets = readers(ModelStore())
    for row in track(rows, "reading", console=Console(stderr=True)):
        tile = cv2.resize(source.images[row], None, fx=_ENLARGE, fy=_ENLARGE)
        image = np.asarray(cv2.cvtColor(tile, cv2.COLOR_GRAY2BGR), np.uint8)
        landmarks = Landmarks(source.points[row] * _ENLARGE)
        for name, net in nets.items():
            started = time.perf_counter()
            scores = net.read(image, landmarks)
            times.setdefault(name, []).append(_MS * (time.perf_counter() - started))
            seen.setdefault(name, []).append(scores.probabilities)
    table = Table("net", "accuracy", "95%", "macro F1", "ms, median", "p95")
    for name, probabilities in seen.items():
        result = classify(np.stack(probabilities), label[rows])
        median, p95 = np.percentile(times[name], [50, 95])
        table.add_row(
            name,
            f"{100 * result.accuracy:.1f}",
            f"{100 * result.low:.1f} to {100 * result.high:.1f}",
            f"{result.f1:.3f}",
            f"{median:.2f}",
            f"{p95:.2f}",
        )
    Console().print(f"{len(rows)} faces, one thread; the face net's time is its whole reading")
    Console().print(table)


if __name__ == "__main__":
    try:
        if len(sys.argv) != 2:
            raise ConfigError(f"expected one folder of data sets, got {sys.argv[1:]}")
        main(Path(sys.argv[1]))
    except AvatarBridgeError as error:
        print(f"emotion_default: {error}", file=sys.stderr)
        sys.exit(2)
