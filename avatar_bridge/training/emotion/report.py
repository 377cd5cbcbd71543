"""What an evaluation leaves behind for people: a picture of the confusions and a table."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import LABELS
from avatar_bridge.nets.emotion.base import LABEL_SETS
from avatar_bridge.training.classification import Classified
from avatar_bridge.training.datasets.emotions.base import SPLITS, EmotionSource, known
from avatar_bridge.types import Float32

_INCHES = 6.0  # side of one matrix
_DPI = 110
_PAD = 0.12  # inches
_DARK = 0.5  # share above which a cell is written on in white


def label_names(label_set: str) -> tuple[str, ...]:
    """The labels of a set: FER-2013's seven come first in `facs.emotions.LABELS`.

    Raises:
        ConfigError: unknown label set; the message lists the choices.
    """
    if label_set not in LABEL_SETS:
        choices = ", ".join(LABEL_SETS)
        raise ConfigError(f"unknown label set {label_set!r}; expected one of: {choices}")
    return LABELS[: LABEL_SETS[label_set]]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all; its folder is made where missing.

    Raises:
        ConfigError: it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise ConfigError(f"expected to write {path}, got: {error.strerror or error}") from error


def png(figure: Figure) -> bytes:
    """A figure as a PNG file, drawn without a display and without pyplot's global state."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)
    return buffer.getvalue()


def confusion_picture(judged: Mapping[str, Classified], path: Path) -> None:
    """Draw the confusion matrices of all label sets side by side.

    A cell's shade is its share of the row, that is of the faces that people gave this label; its
    figures are that share in percent and the count.

    Args:
        judged: label set → what was found.
        path: of the PNG file.

    Raises:
        ConfigError: nothing was judged, or the file cannot be written.
    """
    if not judged:
        raise ConfigError(f"{path}: expected at least one judged label set, got none")
    figure = Figure(figsize=(_INCHES * len(judged), _INCHES), dpi=_DPI)
    figure.set_layout_engine("constrained", h_pad=_PAD)
    panels = figure.subplots(1, len(judged), squeeze=False)[0]
    for axes, (name, part) in zip(panels, judged.items(), strict=True):
        names = label_names(name)
        count = part.confusion.sum(axis=1, keepdims=True)
        share = part.confusion / np.maximum(count, 1)
        axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for row, column in np.ndindex(*share.shape):
            axes.text(
                column,
                row,
                f"{100 * share[row, column]:.0f}%\n{part.confusion[row, column]}",
                ha="center",
                va="center",
                fontsize=8,
                color="white" if share[row, column] > _DARK else "black",
            )
        axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(names)), names)
        axes.set_xlabel("the net")
        axes.set_ylabel("people")
        axes.set_title(
            f"{name}: {100 * part.accuracy:.1f}% right\n"
            f"95% interval {100 * part.low:.1f} to {100 * part.high:.1f}%, {part.rows} faces",
            fontsize=11,
        )
    write_whole(path, png(figure))


def scores_csv(found: Mapping[str, Mapping[str, Classified]], path: Path) -> None:
    """Write one line a subset and label set with all figures of `Classified`.

    Args:
        found: subset → label set → what was found.
        path: of the csv file.

    Raises:
        ConfigError: the file cannot be written.
    """
    lines = [
        {"subset": subset, "labels": name} | {k: f"{v:.4f}" for k, v in part.figures().items()}
        for subset, judged in found.items()
        for name, part in judged.items()
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(lines[0] if lines else ())
    writer.writerows(line.values() for line in lines)
    write_whole(path, text.getvalue().encode("utf-8"))


def predictions_csv(
    source: EmotionSource,
    rows: NDArray[np.int64],
    reading: Mapping[str, Float32],
    path: Path,
) -> None:
    """Write one line a picture.

    Columns: `key`, `split`, `yaw` in degrees, and of each label set `<set>_true`, `<set>_said`,
    `<set>_right` (1 or 0) and `<set>_<label>`, the probability of each label. What nobody knows
    is empty. Of a vote, the label with the most counts is the true one.

    Args:
        source: where the pictures come from.
        rows: (R,) indices into it.
        reading: label set → (R, classes) probabilities of these rows.
        path: of the csv file.

    Raises:
        ConfigError: the file cannot be written.
    """
    yaw = [f"{angle:.1f}" if np.isfinite(angle) else "" for angle in source.yaw[rows]]
    columns: dict[str, list[str]] = {
        "key": [str(key) for key in source.keys[rows]],
        "split": [SPLITS[int(split)] for split in source.splits[rows]],
        "yaw": yaw,
    }
    for name, shares in reading.items():
        columns |= _columns(name, shares, source, rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    write_whole(path, text.getvalue().encode("utf-8"))


def _columns(
    name: str, shares: Float32, source: EmotionSource, rows: NDArray[np.int64]
) -> dict[str, list[str]]:
    """The columns of one label set."""
    names = label_names(name)
    said = [names[index] for index in shares.argmax(axis=1)]
    true = [""] * len(rows)
    if name in source.labels:
        told = source.labels[name][rows]
        for row in np.flatnonzero(known(told)):
            true[row] = names[int(told[row].argmax())]
    right = [str(int(a == b)) if a else "" for a, b in zip(true, said, strict=True)]
    each = {
        f"{name}_{label}": [f"{share:.4f}" for share in shares[:, index]]
        for index, label in enumerate(names)
    }
    return {f"{name}_true": true, f"{name}_said": said, f"{name}_right": right} | each
