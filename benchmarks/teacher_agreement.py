"""How well the whole runtime path agrees with MediaPipe Face Landmarker on the public clips.

Each clip goes through `Pipeline` as `avatar-bridge track` runs it: detector, tracker, net, profile
and filter. Compared are the 52 weights with those of the teacher in the same frame, by Pearson's
r of each shape that the teacher moves (standard deviation above 0.02 in that clip).

    python benchmarks/teacher_agreement.py DATA [--smoothing none] [--tracker kcf]
        [--tier quality | --face-net NAME] [--json]

DATA is the folder that holds `clips/`.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.build import PipelineFactory
from avatar_bridge.capture.address import open_source
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import parse_config
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT
from avatar_bridge.telemetry import Telemetry

CLIPS = ("d0", "d3", "d10", "d12", "d18")
MOVES = 0.02


def run_clip(path: Path, settings: dict[str, Any]) -> tuple[NDArray, NDArray, NDArray]:
    """Weights (N, 52), points (N, 70, 2) and whether a face was tracked (N,) of every frame."""
    config = parse_config(
        {**settings, "source": {"uri": str(path), "realtime": False}}, "command line"
    )
    clock = SystemClock()
    pipeline = PipelineFactory(config).make(Telemetry(clock))
    source = open_source(config.source, clock)
    weights, points, tracked = [], [], []
    while (frame := source.read()) is not None:
        state = pipeline.process(frame)[0]
        weights.append(state.blendshapes.weights)
        known = state.landmarks.points if state.landmarks else np.full((70, 2), np.nan)
        points.append(known)
        tracked.append(state.tracked)
    source.close()
    return np.array(weights), np.array(points), np.array(tracked)


def agreement(teacher: NDArray, weights: NDArray) -> dict[str, float]:
    """Pearson's r by shape, over the shapes that the teacher moves; 0 where ours never moves."""
    scores = {}
    for index, name in enumerate(BLENDSHAPES):
        if teacher[:, index].std() > MOVES:
            still = weights[:, index].std() < 1e-9
            r = 0.0 if still else np.corrcoef(teacher[:, index], weights[:, index])[0, 1]
            scores[name] = float(r)
    return scores


def read_teacher(path: Path) -> tuple[NDArray, NDArray]:
    """The teacher's weights (N, 52) in our order and its points (N, 70, 2)."""
    with np.load(path) as file:
        names = [str(name) for name in file["blendshape_names"]]
        columns = [names.index(name) if name in names else -1 for name in BLENDSHAPES]
        values = file["blendshapes"].astype(np.float64)
        return np.where(np.array(columns) >= 0, values[:, columns], 0.0), file["landmarks"]


def measure(data: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """All clips and all of them pooled.

    Args:
        data: the folder that holds `clips/`.
        settings: of the configuration, beside the source.
    """
    clips: dict[str, dict[str, float]] = {}
    faces: dict[str, float] = {}
    errors: dict[str, float] = {}
    everything: tuple[list[NDArray], list[NDArray]] = ([], [])
    for clip in CLIPS:
        teacher, teacher_points = read_teacher(data / "clips" / f"{clip}.teacher.npz")
        weights, points, tracked = run_clip(data / "clips" / f"{clip}.mp4", settings)
        count = min(len(teacher), len(weights))
        known = ~np.isnan(teacher[:count, 0])
        clips[clip] = agreement(teacher[:count][known], weights[:count][known])
        faces[clip] = float(tracked.mean())
        eyes = teacher_points[:, EYE_LEFT].mean(1) - teacher_points[:, EYE_RIGHT].mean(1)
        apart = np.linalg.norm(eyes, axis=1)[:count]
        off = np.linalg.norm(points[:count] - teacher_points[:count], axis=2).mean(1) / apart
        errors[clip] = float(np.nanmean(off))
        everything[0].append(teacher[:count][known])
        everything[1].append(weights[:count][known])
    pooled = agreement(np.concatenate(everything[0]), np.concatenate(everything[1]))
    means = {clip: float(np.mean(list(scores.values()))) for clip, scores in clips.items()}
    return {
        "clip_mean_r": means,
        "mean_of_clips": float(np.mean(list(means.values()))),
        "pooled_mean_r": float(np.mean(list(pooled.values()))),
        "tracked": faces,
        "nme": errors,
        "r": {"pooled": pooled, **clips},
    }


def print_table(result: dict[str, Any]) -> None:
    """The figures for people."""
    columns = ("pooled", *CLIPS)
    print(f"{'':22}" + "".join(f"{column:>8}" for column in columns))
    for name in BLENDSHAPES:
        cells = [result["r"][column].get(name) for column in columns]
        if any(cell is not None for cell in cells):
            shown = "".join(f"{cell:8.2f}" if cell is not None else "       -" for cell in cells)
            print(f"{name:22}{shown}")
    for title, pooled, by_clip in (
        ("mean r", result["pooled_mean_r"], result["clip_mean_r"]),
        ("tracked", None, result["tracked"]),
        ("NME / eye distance", None, result["nme"]),
    ):
        first = f"{pooled:8.3f}" if pooled is not None else 8 * " "
        print(f"{title:22}{first}" + "".join(f"{by_clip[clip]:8.3f}" for clip in CLIPS))
    print(f"mean of the clips' means: {result['mean_of_clips']:.3f}")


def main() -> None:
    """Run all clips and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--smoothing", default="balanced")
    parser.add_argument("--tracker", default="landmarks")
    parser.add_argument("--tier", default="fast")
    parser.add_argument("--face-net", default="")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    settings = {
        "smoothing": given.smoothing,
        "track": {"tracker": given.tracker},
        "analyze": {"tier": given.tier, "face_net": given.face_net},
    }
    result = measure(given.data, settings)
    if given.json:
        print(json.dumps(result, indent=1))
    else:
        print_table(result)


if __name__ == "__main__":
    main()
