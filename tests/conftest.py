"""Fixtures that all tests share."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.capture.decoder import quiet
from avatar_bridge.types import Frame


@pytest.fixture(scope="session", autouse=True)
def _quiet_decoders() -> None:
    """Tests write videos of their own, and FFmpeg's level counts from the first one that opens."""
    quiet()


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of public data sets: AVATAR_BRIDGE_DATA, or shared/data beside the checkout."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    root = Path(os.environ.get("AVATAR_BRIDGE_DATA", beside))
    if not root.is_dir():
        pytest.skip(f"needs the public data sets: set AVATAR_BRIDGE_DATA, got no folder at {root}")
    return root


@pytest.fixture
def frames() -> Callable[..., Frame]:
    """A maker of grey frames, 640 by 480, at 30 a second."""

    def make(index: int = 0, captured_ns: int | None = None) -> Frame:
        stamp = index * 33_333_333 if captured_ns is None else captured_ns
        return Frame(np.full((480, 640, 3), 127, np.uint8), index, stamp)

    return make
