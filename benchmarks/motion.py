"""What smoothing is worth: error, lag, blinks and rest, before and after, by region and preset.

    python benchmarks/motion.py DATA [--noise out/net_noise.npz] [--plot FOLDER]

DATA is the folder that holds `arkit_takes/` and `clips/`. Judged are the packaged presets on the
take that they were not tuned on, with recorded noise that they were not tuned on either, and the
jitter that they leave on real clips. `--plot` draws one take and one clip, before and after.
"""

import argparse
from pathlib import Path

import matplotlib
import numpy as np
from rich.console import Console
from rich.table import Table

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.smooth.noise import net_noise
from avatar_bridge.smooth.preset import load_preset, preset_names
from avatar_bridge.smooth.regions import REGIONS
from avatar_bridge.training.filters.command import Material, before, table_of
from avatar_bridge.training.filters.noise import read_clip
from avatar_bridge.training.filters.run import Filter, by_preset, columns_of, table
from avatar_bridge.training.filters.series import Series

HELD_OUT = -1  # of the takes in order of their names: see the first line of each preset's file
CLIPS = ("d3", "d10", "d12")
# What is drawn, each where it moves most.
TAKE_SHAPES = ("eyeBlinkLeft", "eyeLookUpLeft", "mouthSmileLeft", "browInnerUp")
CLIP_SHAPES = ("eyeBlinkLeft", "jawOpen", "browInnerUp")
SPAN_S = 4.0
COLOURS = {"raw": "#bbbbbb", "one_euro": "#e08a00", "balanced": "#0060c0"}


def jitter(series: Series) -> np.ndarray:
    """Of every column, what changes from one frame to the next and back, robustly."""
    values = table(series)
    bend = values[1:-1] - 0.5 * (values[:-2] + values[2:])
    return 1.4826 * np.median(np.abs(bend), axis=0)


def jitter_table(filters: dict[str, Filter], clips: list[Series]) -> Table:
    """The worst column of each region, as a mean over the clips, in thousandths of a unit."""
    shown = Table("jitter on clips, 1/1000", *filters)
    found = {
        name: np.mean([jitter(run(clip)) for clip in clips], axis=0)
        for name, run in filters.items()
    }
    for region in REGIONS:
        cells = (f"{1000 * found[name][columns_of(region)].max():.2f}" for name in filters)
        shown.add_row(region, *cells)
    return shown


def busiest(series: Series, shape: str) -> float:
    """The second at which the busiest span of a shape begins."""
    moves = np.abs(np.diff(series.values[:, BLENDSHAPE_INDEX[shape]]))
    frames = round(SPAN_S / float(np.median(np.diff(series.times))))
    if len(moves) <= frames:
        return 0.0
    return float(series.times[np.convolve(moves, np.ones(frames), "valid").argmax()])


def plot(
    title: str, shapes: tuple[str, ...], drawn: dict[str, Series], clean: Series | None, path: Path
) -> None:
    """A panel for each shape, around where it moves most."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        len(shapes), 1, figsize=(9, 1.9 * len(shapes)), layout="constrained"
    )
    for axis, shape in zip(axes, shapes, strict=True):
        column = BLENDSHAPE_INDEX[shape]
        start = busiest(clean or drawn["raw"], shape)
        low = np.inf
        high = -np.inf
        for name, series in drawn.items():
            part = (series.times >= start) & (series.times <= start + SPAN_S)
            values = series.values[part, column]
            low, high = min(low, values.min()), max(high, values.max())
            axis.plot(series.times[part] - start, values, color=COLOURS[name], label=name, lw=1.3)
        if clean is not None:
            part = (clean.times >= start) & (clean.times <= start + SPAN_S)
            axis.plot(
                clean.times[part] - start, clean.values[part, column], "k--", lw=0.8, label="clean"
            )
        axis.set_ylabel(shape)
        axis.set_xlim(0, SPAN_S)
        axis.set_ylim(low - 0.02, high + 0.05)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_title(title, loc="left", fontsize=10)
    axes[0].legend(ncol=4, fontsize=8, frameon=False, loc="lower right", bbox_to_anchor=(1, 1))
    axes[-1].set_xlabel("seconds")
    figure.savefig(path, dpi=90)
    pyplot.close(figure)


def main() -> None:
    """Print the tables, and draw if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--noise", type=Path, default=Path("out/net_noise.npz"))
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    console = Console()
    material = Material(given.data, given.noise)
    filters = before() | {
        name: by_preset(load_preset(name), net_noise()) for name in preset_names()
    }
    take = material.takes[HELD_OUT]
    console.print(f"{take.name}, with noise of faces at rest:")
    console.print(table_of(material.judge(filters, take)))
    clips = [read_clip(given.data / "clips" / f"{name}.mp4") for name in CLIPS]
    console.print(jitter_table(filters, clips))
    if given.plot:
        given.plot.mkdir(parents=True, exist_ok=True)
        [(clean, noisy)] = material.pairs([take], material.judging)
        drawn = {name: filters[name](noisy) for name in COLOURS}
        plot("A real take with the net's noise", TAKE_SHAPES, drawn, clean, given.plot / "take.png")
        drawn = {name: filters[name](clips[0]) for name in COLOURS}
        plot(f"Clip {CLIPS[0]}", CLIP_SHAPES, drawn, None, given.plot / "clip.png")
        console.print(f"wrote {given.plot}/take.png and clip.png", highlight=False)


if __name__ == "__main__":
    main()
