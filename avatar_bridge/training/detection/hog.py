"""A linear SVM on HOG features, taught on windows and then twice on its own mistakes.

Dalal and Triggs, *Histograms of Oriented Gradients for Human Detection* (2005), section 4: the
detector is run over pictures, and what it sees wrongly joins the negatives. Paper 003, equations 1
to 6, gives the features (see `detect.hog_svm`).
"""

from collections.abc import Sequence

import numpy as np
import torch
from rich.progress import track
from sklearn.svm import LinearSVC
from torch import Tensor, nn

from avatar_bridge.detect.cascade import Candidates
from avatar_bridge.detect.hog_svm import WINDOW, HogSearch, descriptor
from avatar_bridge.detect.windows import cut_windows, whole_pixels
from avatar_bridge.training.detection.sample import beside, shifted
from avatar_bridge.training.detection.scenes.composer import Composer
from avatar_bridge.training.detection.scenes.scene import Scene
from avatar_bridge.training.detection.windows import NONE, kinds_of
from avatar_bridge.types import Float32, Image

_ROUNDS = 2  # of mining
_PER_FACE, _PER_SCENE, _MINED = 4, 8, 12  # windows
_SHIFT, _SCALE = 0.05, 0.08  # of a window on a face, in sides and as a logarithm
_LEAST = -1.0  # distance from the plane from which a window is looked at
_PENALTY = 0.01  # C of the SVM


class LinearSvm(nn.Module):
    """The hyperplane: weights of the features, then the bias."""

    size = WINDOW
    channels = 1

    def __init__(self) -> None:
        super().__init__()
        self.numbers = nn.Parameter(torch.zeros(descriptor().getDescriptorSize() + 1))

    def forward(self, features: Tensor) -> Tensor:
        """(B, F) → (B,) distances, positive for a face."""
        return features @ self.numbers[:-1] + self.numbers[-1]

    def plane(self) -> Float32:
        """(F + 1,) float32."""
        return np.asarray(self.numbers.detach().cpu().numpy(), np.float32)


class HogFinder:
    """The runtime's search, down to a low score; arguments as for `HogSearch`."""

    def __init__(self, plane: Float32, smallest: float, margin: float) -> None:
        self._search = HogSearch(plane, smallest, margin)

    def __call__(self, grey: Image) -> Candidates:
        boxes, scores = self._search.find(grey, _LEAST)
        return Candidates(boxes, scores, np.full((len(boxes), 5, 2), np.nan, np.float32))


def solve(composer: Composer, count: int, smallest: float, margin: float, seed: int) -> Float32:
    """Find the plane.

    Args:
        composer: of training scenes.
        count: how many of them are drawn from; those that are mined come after.
        smallest: side in pixels of the smallest face the detector looks for.
        margin: side of the window in face boxes.
        seed: of the run.

    Returns:
        (F + 1,) weights and bias.
    """
    faces, others = [], []
    for number in track(range(count), "windows"):
        scene, rng = composer[number], np.random.default_rng([seed, number])
        own = _on_faces(rng, scene)
        faces.append(features(scene.image, _widened(own, margin)))
        faces.append(features(scene.image[:, ::-1], _mirrored(_widened(own, margin), scene)))
        free = beside(rng, scene, _PER_SCENE)
        others.append(features(scene.image, _widened(free, margin)))
    plane = _fit(faces, others)
    for turn in range(_ROUNDS):
        finder = HogFinder(plane, smallest, margin)
        first = count * (turn + 1)
        for number in track(range(first, first + count), f"mistakes, round {turn + 1}"):
            scene = composer[number]
            wrong = _mistakes(scene, finder)
            others.append(features(scene.image, _widened(wrong, margin)))
        plane = _fit(faces, others)
    return plane


def features(image: Image, windows: Float32) -> Float32:
    """(N, F) of windows (N, 3) of a picture."""
    hog = descriptor()
    crops = cut_windows(np.ascontiguousarray(image), whole_pixels(windows), WINDOW)
    rows = [np.ravel(hog.compute(crop)) for crop in crops]
    return np.array(rows, np.float32).reshape(-1, hog.getDescriptorSize())


def _fit(faces: Sequence[Float32], others: Sequence[Float32]) -> Float32:
    rows = np.concatenate([*faces, *others])
    labels = np.arange(len(rows)) < sum(map(len, faces))
    # Fewer features than rows: the primal problem is the smaller one, and needs no chance.
    machine = LinearSVC(C=_PENALTY, dual=False, tol=1e-3, class_weight="balanced")
    machine.fit(rows, labels)
    return np.append(machine.coef_[0], machine.intercept_[0]).astype(np.float32)


def _on_faces(rng: np.random.Generator, scene: Scene) -> Float32:
    drawn = [
        shifted(rng, np.array([x0, y0, x1 - x0]), _PER_FACE, _SHIFT, _SCALE)
        for (x0, y0, x1, _), doubtful in zip(scene.boxes, scene.doubtful, strict=True)
        if not doubtful
    ]
    return np.concatenate([np.empty((0, 3)), *drawn]).astype(np.float32)


def _mistakes(scene: Scene, finder: HogFinder) -> Float32:
    """Windows (N, 3) that the detector wrongly takes for faces, the surest."""
    boxes = finder(scene.image).boxes
    windows = np.column_stack([boxes[:, :2], boxes[:, 2] - boxes[:, 0]]).astype(np.float32)
    kinds, _ = kinds_of(windows, scene)
    return windows[kinds == NONE][:_MINED]


def _widened(windows: Float32, margin: float) -> Float32:
    side = windows[:, 2:] * np.float32(margin)
    return np.concatenate([windows[:, :2] - (side - windows[:, 2:]) / 2, side], axis=1)


def _mirrored(windows: Float32, scene: Scene) -> Float32:
    flipped = windows.copy()
    flipped[:, 0] = scene.image.shape[1] - windows[:, 0] - windows[:, 2]
    return flipped
