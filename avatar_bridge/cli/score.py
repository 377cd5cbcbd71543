"""How well a performance was followed: its true weights against what was published."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from avatar_bridge.cli.bars import bar
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, Float32, StreamInfo

MOVES = 0.02  # standard deviation from which a shape counts as moved
_FEWEST_FRAMES = 30


@dataclass(slots=True)
class ScoreSink:
    """A sink that keeps every weight with the frame it belongs to."""

    frames: list[int] = field(default_factory=list)
    weights: list[Float32] = field(default_factory=list)

    def publish(self, state: FaceState) -> None:
        if state.tracked:
            self.frames.append(state.frame_index)
            self.weights.append(state.blendshapes.weights)

    def describe(self, info: StreamInfo) -> None:
        pass

    def report(self, status: StreamStatus) -> None:
        pass

    def close(self) -> None:
        pass


def correlations(
    truth: NDArray[np.floating], frames: list[int], weights: list[Float32]
) -> dict[str, float]:
    """Pearson's r of each blendshape that the truth moves.

    Args:
        truth: (N, 52) of one pass of the performance.
        frames: (M,) indices of the frames that were tracked, going on over the passes.
        weights: M times (52,).

    Returns:
        By name; a shape that was never moved by us has r = 0. Empty where too little was seen.
    """
    if len(frames) < _FEWEST_FRAMES:
        return {}
    expected = np.asarray(truth, np.float64)[np.asarray(frames) % len(truth)]
    got = np.asarray(weights, np.float64)
    scores = {}
    for index, name in enumerate(BLENDSHAPES):
        if expected[:, index].std() > MOVES:
            still = got[:, index].std() < 1e-6
            r = 0.0 if still else np.corrcoef(expected[:, index], got[:, index])[0, 1]
            scores[name] = float(r)
    return scores


def score_table(scores: dict[str, float]) -> Table:
    """Shapes by how well they were followed, the best first."""
    table = Table(title="correlation with the true weights", title_justify="left")
    table.add_column("blendshape")
    table.add_column("r", justify="right")
    table.add_column("")
    for name, r in sorted(scores.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{r:+.2f}", bar(r))
    return table
