"""Builders that all tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of public data sets: AVATAR_BRIDGE_DATA, or shared/data beside the checkout."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    root = Path(os.environ.get("AVATAR_BRIDGE_DATA", beside))
    if not root.is_dir():
        pytest.skip(f"needs the public data sets: set AVATAR_BRIDGE_DATA, got no folder at {root}")
    return root
