"""`tune-filters`: presets tuned on some takes and judged on the one left out."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import tomli_w
from rich.console import Console
from rich.progress import track
from rich.table import Table

from avatar_bridge.smooth.noise import FILE, parse_noise
from avatar_bridge.smooth.regions import REGIONS
from avatar_bridge.training.filters.figures import Figures, measure
from avatar_bridge.training.filters.noise import noise_of, recorded_noise
from avatar_bridge.training.filters.published import published
from avatar_bridge.training.filters.run import Filter, by_preset
from avatar_bridge.training.filters.series import Series, load_series, with_noise
from avatar_bridge.training.filters.tune import GOALS, tune

WRITTEN = "# Written by `avatar-bridge-train tune-filters --write`"
UNITS = """\
# Hertz; hertz for each noise beyond rest; hertz; noises of the net (noise.toml) that are rest.
# What they do is said in smooth/one_euro.py and smooth/preset.py.

"""
RAW, PUBLISHED = "raw", "one_euro"
Report = dict[str, dict[str, Figures]]  # filter → region → figures


class Material:
    """Takes and noise: one half of the noise to tune with, the other to judge with.

    Args:
        data: holds `arkit_takes/` and `clips/`.
        cache: of the recorded noise.
    """

    def __init__(self, data: Path, cache: Path) -> None:
        self.takes = load_series(data / "arkit_takes")
        noise = recorded_noise(data / "clips", cache)
        middle = len(noise[0].times) // 2
        self.tuning = [face.part(slice(None, middle)) for face in noise]
        self.judging = [face.part(slice(middle, None)) for face in noise]

    def pairs(self, takes: list[Series], noise: list[Series]) -> list[tuple[Series, Series]]:
        """Each take clean and with noise, the same at every run."""
        return [(take, with_noise(take, noise, self.takes.index(take))) for take in takes]

    def others(self, held_out: Series) -> list[Series]:
        """All takes but one."""
        return [take for take in self.takes if take is not held_out]

    def judge(self, filters: dict[str, Filter], held_out: Series) -> Report:
        """Figures of filters on a take, with noise that nothing was tuned on."""
        pairs = self.pairs([held_out], self.judging)
        return {name: measure(run, pairs, self.judging) for name, run in filters.items()}


def before() -> dict[str, Filter]:
    """What presets are compared with."""
    return {RAW: lambda series: series, PUBLISHED: published}


def tune_filters(data: Path, cache: Path, write: Path | None, console: Console) -> None:
    """Tune every preset once for each take left out, and show what they are worth there.

    Args:
        data: holds `arkit_takes/` and `clips/`.
        cache: of the recorded noise.
        write: folder for the net's noise, and under it for the presets that the last take was
            left out of; None writes nothing.
        console: where the table goes.
    """
    material = Material(data, cache)
    told = noise_of(material.tuning)
    noise = parse_noise(told)
    reports = []
    for held_out in material.takes:
        pairs = material.pairs(material.others(held_out), material.tuning)
        names = track(GOALS, f"without {held_out.name}", console=console)
        presets = {name: tune(name, pairs, material.tuning, noise) for name in names}
        filters = {name: by_preset(preset, noise) for name, preset in presets.items()}
        reports.append(material.judge({**before(), **filters}, held_out))
    console.print("Means over the takes, each by filters that were tuned on the others:")
    console.print(table_of(mean_of(reports)))
    if write:
        (write / "presets").mkdir(parents=True, exist_ok=True)
        for preset in presets.values():
            path = write / "presets" / f"{preset.name}.toml"
            head = f"{WRITTEN}, tuned without {held_out.name}.\n{UNITS}"
            path.write_text(head + tomli_w.dumps(preset.model_dump()), encoding="utf-8")
        path = write / FILE
        path.write_text(WRITTEN + ": see smooth/noise.py.\n\n" + tomli_w.dumps(told), "utf-8")
        console.print(f"wrote {path} and presets beside it", highlight=False)


def mean_of(reports: list[Report]) -> Report:
    """Means; the worst blink and the worst rest stay the worst."""
    return {
        name: {region: _mean([report[name][region] for report in reports]) for region in REGIONS}
        for name in reports[0]
    }


def _mean(figures: list[Figures]) -> Figures:
    merged = {}
    for field in fields(Figures):
        values = np.array([getattr(one, field.name) for one in figures])
        merge = {"kept_least": np.nanmin, "rest": np.nanmax}.get(field.name, np.nanmean)
        merged[field.name] = float("nan") if np.isnan(values).all() else float(merge(values))
    return Figures(**merged)


def table_of(report: Report) -> Table:
    """Figures for people: units are weights, metres and radians."""
    table = Table("region", "filter", "error", "lag, ms", "blink kept", "least", "rest std")
    for region in REGIONS:
        for row, (name, figures) in enumerate(report.items()):
            one = figures[region]
            shown = (
                f"{one.error:.4f}",
                _told(one.lag_ms, ".0f"),
                _told(100 * one.kept, ".0f", " %"),
                _told(100 * one.kept_least, ".0f", " %"),
                f"{one.rest:.4f}",
            )
            last = row == len(report) - 1
            table.add_row("" if row else region, name, *shown, end_section=last)
    return table


def _told(value: float, form: str, unit: str = "") -> str:
    return "" if np.isnan(value) else f"{value:{form}}{unit}"
