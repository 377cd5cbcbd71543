"""Takes that tests are built of."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.take import Take

STEP_NS = 16_666_667


def make_take(count: int = 8, *, fps: float = 60.0, full: bool = True, **weights) -> Take:
    """A take at 60 rows a second, in which something moves.

    Args:
        count: of rows.
        fps: what it says its rate is.
        full: whether it knows of head, eyes, units and emotions.
        weights: blendshape → (count,) weights or one for all; others are at rest.
    """
    grown = np.zeros((count, len(BLENDSHAPE_INDEX)), np.float32)
    for name, values in weights.items():
        grown[:, BLENDSHAPE_INDEX[name]] = values
    share = np.linspace(0, 1, count)
    more = {}
    if full:
        turns = Rotation.from_euler("YXZ", share[:, None] * (0.5, -0.3, 0.2))
        emotions = np.zeros((count, len(EMOTIONS)))
        emotions[:, 3], emotions[:, 6] = share, 1 - share
        more = {
            "head_position": np.stack([0.1 * share, 0 * share, -0.5 - share], axis=1),
            "head_orientation": turns.as_quat(),
            "gaze": np.stack([np.stack([0.3 * share, -0.2 * share], axis=1)] * 2, axis=1),
            "eye_roll": np.stack([0.01 * share, -0.02 * share], axis=1),
            "action_unit_names": ("AU1", "AU12L", "AU12R", "AU26"),
            "action_units": np.stack([share, 0.5 * share, share, 0 * share], axis=1),
            "emotions": emotions,
            "confidence": 0.5 + 0.5 * share,
        }
    return Take(
        times_ns=np.arange(count) * STEP_NS,
        fps=fps,
        tracked=np.ones(count, bool),
        weights=grown,
        start_ns=67_438_995_383_333,
        subject='Ä "performer"',
        **more,
    )


def real_takes(data_root: Path) -> list[Path]:
    """The takes of a phone, or a reason to skip."""
    found = sorted((data_root / "arkit_takes").glob("*.csv"))
    if not found:
        pytest.skip(f"needs takes of Live Link Face in {data_root / 'arkit_takes'}, got none")
    return found


def same(one: Take, other: Take, *, but: tuple[str, ...] = (), within: float = 1e-6) -> None:
    """Check that two takes tell the same."""
    assert one.times_ns.tolist() == other.times_ns.tolist()
    assert one.start_ns == other.start_ns
    assert one.fps == pytest.approx(other.fps)
    assert one.tracked.tolist() == other.tracked.tolist()
    assert one.action_unit_names == other.action_unit_names or "action_units" in but
    for name in (
        "weights",
        "head_position",
        "head_orientation",
        "gaze",
        "eye_roll",
        "action_units",
        "emotions",
        "confidence",
    ):
        if name in but:
            continue
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None), name
        if a is not None:
            assert np.abs(a[one.tracked] - b[one.tracked]).max() <= within, name
