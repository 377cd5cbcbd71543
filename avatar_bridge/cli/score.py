"""How well a performance was followed: its true weights against what was published."""

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from avatar_bridge.cli.bars import bar
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.types import FaceState

MOVES = 0.02  # standard deviation from which a shape counts as moved
_STILL = 1e-6
_FEWEST_FRAMES = 30


class ScoreSink(QuietSink):
    """A sink that compares each frame with the truth as it comes, keeping sums alone.

    Args:
        truth: (N, 52) true weights of one pass; frame indices go on over the passes.
    """

    def __init__(self, truth: NDArray[np.floating]) -> None:
        self._truth = np.asarray(truth, np.float64)
        self.tracked = 0
        self._sums = np.zeros((5, len(BLENDSHAPES)))  # x, y, xx, yy, xy

    def publish(self, state: FaceState) -> None:
        if not state.tracked:
            return
        x = self._truth[state.frame_index % len(self._truth)]
        y = state.blendshapes.weights.astype(np.float64)
        self.tracked += 1
        self._sums += np.stack([x, y, x * x, y * y, x * y])

    def correlations(self) -> dict[str, float]:
        """Pearson's r of each blendshape that the truth moved.

        Returns:
            By name; a shape that was never moved by us has r = 0. Empty where too little was
            seen.
        """
        if self.tracked < _FEWEST_FRAMES:
            return {}
        x, y, xx, yy, xy = self._sums / self.tracked
        true_spread = np.sqrt(np.maximum(xx - x * x, 0.0))
        our_spread = np.sqrt(np.maximum(yy - y * y, 0.0))
        scores = {}
        for index, name in enumerate(BLENDSHAPES):
            if true_spread[index] > MOVES:
                spread = true_spread[index] * our_spread[index]
                shared = xy[index] - x[index] * y[index]
                scores[name] = float(shared / spread) if our_spread[index] > _STILL else 0.0
        return scores

    def mean(self) -> float | None:
        """Mean of `correlations`; None where too little was seen."""
        scores = self.correlations()
        return float(np.mean(list(scores.values()))) if scores else None


def score_table(scores: dict[str, float]) -> Table:
    """Shapes by how well they were followed, the best first."""
    table = Table(title="correlation with the true weights", title_justify="left")
    table.add_column("blendshape")
    table.add_column("r", justify="right")
    table.add_column("")
    for name, r in sorted(scores.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{r:+.2f}", bar(r))
    return table
