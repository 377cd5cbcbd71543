"""One row for people: a face, the heat over what the net sees of it, and the probabilities."""

import cv2
import numpy as np
from matplotlib.figure import Figure

from avatar_bridge.training.emotion.gradcam import Look
from avatar_bridge.training.emotion.report import png
from avatar_bridge.types import Image

_SIZE = (8.4, 2.9)  # inches
_DPI = 120
_PAD = 0.08  # inches
_HEAT_SHARE = 0.65  # of the colour where it is hottest; where it is cold the face is bare
_ACCENT, _PLAIN = "#c0392b", "#b8bec6"


def draw_panel(shown: Image, seen: Image, look: Look) -> bytes:
    """Draw one face.

    Args:
        shown: (H, H, 3) uint8 BGR.
        seen: (D, D) uint8 grey, what the heat is laid over.
        look: what the net sees in it.

    Returns:
        A PNG file.
    """
    shares, label = look.shares, look.label
    likeliest = max(shares, key=shares.__getitem__)
    title = f"{label} {100 * shares[label]:.0f}%"
    if likeliest != label:
        title += f" (likeliest: {likeliest} {100 * shares[likeliest]:.0f}%)"
    figure = Figure(figsize=_SIZE, dpi=_DPI)
    figure.set_layout_engine("constrained", h_pad=_PAD)
    face, hot, bars = figure.subplots(1, 3, width_ratios=(1, 1, 1.1))
    face.imshow(cv2.cvtColor(shown, cv2.COLOR_BGR2RGB), interpolation="bicubic")
    face.set_title("face", fontsize=10)
    side = seen.shape[0]
    wide = cv2.resize(look.heat, (side, side), interpolation=cv2.INTER_LINEAR)
    hot.imshow(seen, cmap="gray", vmin=0, vmax=255)
    hot.imshow(wide, cmap="turbo", vmin=0, vmax=1, alpha=_HEAT_SHARE * np.asarray(wide))
    hot.set_title(f"speaks for {label}", fontsize=10)
    for axes in (face, hot):
        axes.set_axis_off()
    places = range(len(shares))
    colours = [_ACCENT if name == label else _PLAIN for name in shares]
    drawn = bars.barh(places, list(shares.values()), color=colours, height=0.7)
    bars.bar_label(drawn, [f"{100 * s:.0f}%" for s in shares.values()], padding=3, fontsize=9)
    bars.set_yticks(places, list(shares), fontsize=9)
    bars.invert_yaxis()
    bars.set_xlim(0, 1.18)  # room for the figure beside a full bar
    bars.set_xticks([])
    bars.spines[["top", "right", "bottom"]].set_visible(False)
    figure.suptitle(title, fontsize=13, fontweight="bold")
    return png(figure)
