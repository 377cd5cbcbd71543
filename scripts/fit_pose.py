"""Fit how a net's readings depend on the head's turn, and write what helps onto its card.

    python scripts/fit_pose.py poses.npz models/student.toml

`poses.npz` is of `scripts/draw_poses.py`. Every reading is fitted by least squares as

    read = a + b · truth + (1 - truth) · terms · offset + truth · terms · gain · b

where `terms` are 0 for a head held straight (`avatar_bridge.retarget.pose`). Half of the people
are fitted and the others judged, by what is read of a turned head against what a straight one
would read of the same movement:

- bias: how far the mean lies off, over cells of yaw, pitch and strength of the movement;
- RMS: how far a single reading lies off. Whatever strengthens a reading strengthens its noise.

A correction is kept if it takes `LEAST_HELP` of the bias, and `WORTH` times the share that it adds
to the RMS. The numbers written are then fitted to all of the people. A gaze is an angle: its
offset does not fade with the truth.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNITS, mirrored
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.inference.card import load_card
from avatar_bridge.inference.pose_bias import Bias, PoseBias
from avatar_bridge.retarget.pose import PoseCorrection, turn_of
from avatar_bridge.training.export import write_card
from avatar_bridge.types import Float32

YAW_RANGE, PITCH_RANGE = 48.0, 32.0  # degrees: what was drawn
TURNED = 0.55  # of either range: what counts as turned
LEAST_HELP = 0.15  # share of the bias that a correction has to take away
WORTH = 3.0  # shares of bias that it has to take for each share that it adds to the RMS
CELLS = (-1.0, -TURNED, TURNED, 1.0)  # of yaw and of pitch, in ranges
FEWEST = 12  # rows that a cell needs to count
RIDGE = 20.0  # rows' worth of belief that the terms are 0
BLINK = "AU45L"
UNITS = (BLINK, "AU12L", "AU15L", "AU61L", "AU62L", "AU63L", "AU64L")
_OPEN = 0.5  # of a blink up to which it can be seen where an eye looks
_DECIMALS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """One reading of the left eye or side, and of the mirrored right one, with its truth."""

    read: Float32
    truth: Float32
    turn: Float32  # (N, 2) yaw and pitch, radians
    person: Float32

    def only(self, kept: np.ndarray) -> "Rows":
        """Some of the rows."""
        return Rows(*(getattr(self, name)[kept] for name in self.__slots__))


def unit_rows(data: dict[str, Float32], name: str) -> Rows:
    """The rows of a unit."""
    parts = []
    for node, sign in ((name, 1.0), (mirrored(name), -1.0)):
        shape = ACTION_UNITS[ACTION_UNIT_INDEX[node]].arkit
        assert shape is not None
        parts.append((
            data["units"][:, ACTION_UNIT_INDEX[node]],
            data["true_weights"][:, BLENDSHAPE_INDEX[shape]],
            data["turn"] * (sign, 1.0),
            data["person"],
        ))  # fmt: skip
    rows = Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return rows.only(np.concatenate([_usable(data, name)] * 2))


def gaze_rows(data: dict[str, Float32], angle: int) -> Rows:
    """The rows of the gaze's yaw (0) or pitch (1)."""
    parts = []
    for eye, sign in ((0, 1.0), (1, -1.0)):
        flip = sign if angle == 0 else 1.0
        parts.append((
            data["gaze"][:, eye, angle] * flip,
            data["true_gaze"][:, eye, angle] * flip,
            data["turn"] * (sign, 1.0),
            data["person"],
        ))  # fmt: skip
    rows = Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return rows.only(np.concatenate([_usable(data, "AU61L")] * 2))


def _usable(data: dict[str, Float32], name: str) -> np.ndarray:
    blinks = data["true_weights"][:, [BLENDSHAPE_INDEX[f"eyeBlink{s}"] for s in ("Left", "Right")]]
    if name == BLINK:  # a net that cannot tell a wink would read half of it whatever the turn
        return np.asarray(np.abs(blinks[:, 0] - blinks[:, 1]) < 0.01)
    return np.asarray(blinks.max(axis=1) < _OPEN) if name[:4] >= "AU61" else blinks[:, 0] >= 0


def fit(rows: Rows, terms: Callable[[Float32], Float32], name: str) -> tuple[Bias, Float32]:
    """The bias, and (2,) what a straight head reads of truth 0 and of 1 more."""
    columns = terms(rows.turn)  # (N, 5)
    truth = rows.truth[:, None]
    at_rest = 1.0 - truth if name in UNITS else np.ones_like(truth)
    design = np.hstack([np.ones_like(truth), truth, at_rest * columns, truth * columns])
    penalty = np.diag([1e-6, 1e-6, *[RIDGE] * (design.shape[1] - 2)])
    solved = np.linalg.solve(design.T @ design + penalty, design.T @ rows.read)
    count = columns.shape[1]
    straight = solved[:2]
    offset = solved[2 : 2 + count].round(_DECIMALS)
    gain = (solved[2 + count : 2 + 2 * count] / straight[1]).round(_DECIMALS)
    return Bias(offset=tuple(offset), gain=tuple(gain)), straight


def judge(rows: Rows, said: Float32, straight: Float32) -> tuple[float, float]:
    """Bias and RMS of readings of turned heads, against what a straight head would read."""
    off = said - (straight[0] + straight[1] * rows.truth)
    share = rows.turn / np.radians([YAW_RANGE, PITCH_RANGE])
    turned = np.abs(share).max(axis=1) > TURNED
    strong = np.digitize(rows.truth, np.quantile(rows.truth, (0.25, 0.9)))
    cell = np.stack([*np.digitize(share, CELLS[1:-1]).T, strong])  # (3, N)
    means = []
    for key in np.unique(cell[:, turned], axis=1).T:
        inside = turned & (cell == key[:, None]).all(axis=0)
        if inside.sum() >= FEWEST:
            means.append(off[inside].mean())
    return float(np.sqrt(np.mean(np.square(means)))), float(np.sqrt((off[turned] ** 2).mean()))


def corrected_units(rows: Rows, name: str, bias: PoseBias) -> Float32:
    """The rows as the runtime corrects them."""
    correction = PoseCorrection(bias)
    out = []
    for read, turn in zip(rows.read, rows.turn, strict=True):
        units = np.zeros(len(ACTION_UNITS), np.float32)
        units[ACTION_UNIT_INDEX[name]] = read
        terms = correction.terms(float(turn[0]), float(turn[1]))
        straight, _ = correction.straighten(units, np.zeros(4, np.float32), terms)
        out.append(straight[ACTION_UNIT_INDEX[name]])
    return np.array(out)


def corrected_gaze(rows: Rows, angle: int, bias: PoseBias) -> Float32:
    """The rows as the runtime corrects them."""
    correction = PoseCorrection(bias)
    units, out = np.zeros(len(ACTION_UNITS), np.float32), []
    for read, turn in zip(rows.read, rows.turn, strict=True):
        angles = np.zeros(4, np.float32)
        angles[angle] = read
        terms = correction.terms(float(turn[0]), float(turn[1]))
        out.append(correction.straighten(units, angles, terms)[1][angle])
    return np.array(out)


def main() -> None:
    """Fit, judge, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("poses", type=Path)
    parser.add_argument("card", type=Path, help="of the net, in its folder of models")
    asked = parser.parse_args()
    with np.load(asked.poses) as stored:
        data = {name: stored[name] for name in stored.files}
    data["turn"] = np.array([turn_of(row) for row in data["orientation"]], np.float32)
    empty = PoseBias(yaw_range=YAW_RANGE, pitch_range=PITCH_RANGE)
    correction = PoseCorrection(empty)

    def terms(turn: Float32) -> Float32:
        return np.stack([correction.terms(float(yaw), float(pitch)) for yaw, pitch in turn])

    table = Table("reading", "straight: rest, slope", "bias", "after", "RMS", "after", "")
    kept: dict[str, Bias] = {}
    jobs: list[tuple[str, Rows, Callable[[Rows, PoseBias], Float32]]] = [
        (name, unit_rows(data, name), lambda r, b, n=name: corrected_units(r, n, b))
        for name in UNITS
    ]
    for angle, name in enumerate(("gaze_yaw", "gaze_pitch")):
        jobs.append((name, gaze_rows(data, angle), lambda r, b, a=angle: corrected_gaze(r, a, b)))
    for name, rows, correct in jobs:
        taught, held_out = rows.only(rows.person % 2 == 0), rows.only(rows.person % 2 == 1)
        bias, straight = fit(taught, terms, name)
        before = judge(held_out, held_out.read, straight)
        after = judge(held_out, correct(held_out, _biased(empty, {name: bias})), straight)
        help_, cost = 1 - after[0] / before[0], after[1] / before[1] - 1
        if help_ >= max(LEAST_HELP, WORTH * cost):
            kept[name] = fit(rows, terms, name)[0]
        figures = [f"{value:.4f}" for pair in zip(before, after, strict=True) for value in pair]
        verdict = "kept" if name in kept else "left out"
        table.add_row(name, f"{straight[0]:.3f}, {straight[1]:.2f}", *figures, verdict)
    Console().print(table)
    card = load_card(asked.card).model_copy(update={"pose": _biased(empty, kept)})
    write_card(card, asked.card.parent)


def _biased(empty: PoseBias, found: dict[str, Bias]) -> PoseBias:
    units = {name: bias for name, bias in found.items() if name in ACTION_UNIT_INDEX}
    gaze = {name: bias for name, bias in found.items() if name not in ACTION_UNIT_INDEX}
    return empty.model_copy(update={"units": units, **gaze})


if __name__ == "__main__":
    main()
