"""Things for a teacher to look at."""

from io import StringIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from fake_teacher import BRIGHT, TILE, FakeTeacher
from rich.console import Console


@pytest.fixture
def teacher() -> FakeTeacher:
    return FakeTeacher()


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), width=400)


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """Two sheets of 2 by 2 tiles: every odd tile is dark, and only six hold a picture."""
    folder = tmp_path / "sheets"
    folder.mkdir()
    sheet = np.zeros((2 * TILE, 2 * TILE), np.uint8)
    sheet[:, :TILE] = BRIGHT
    for number in range(2):
        cv2.imwrite(str(folder / f"sheet_{number:02d}.png"), sheet)
    names = np.array([f"{row}.png" for row in range(6)])
    np.savez(folder / "labels.npz", emotion=np.zeros(6, np.uint8), file_name=names)
    return folder


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Two clips of five pictures at 25 a second, the first of them dark."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for name in ("a", "b"):
        codec = cv2.VideoWriter.fourcc(*"mp4v")
        video = cv2.VideoWriter(str(folder / f"{name}.mp4"), codec, 25, (64, 48))
        for index in range(5):
            video.write(np.full((48, 64, 3), BRIGHT if index else 0, np.uint8))
        video.release()
    return folder
