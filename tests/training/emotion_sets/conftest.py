"""Makers of tiny sets of emotions."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from avatar_bridge.training.datasets.emotions.fer import FERPLUS

CsvWriter = Callable[..., Path]
SheetWriter = Callable[..., Path]


@pytest.fixture
def pictures() -> Callable[[int], np.ndarray]:
    """Makes so many pictures (N, 48, 48) that are nothing alike."""

    def make(count: int) -> np.ndarray:
        return np.random.default_rng(11).integers(0, 256, (count, 48, 48), dtype=np.uint8)

    return make


@pytest.fixture
def write_csv(tmp_path: Path) -> CsvWriter:
    """Writes fer2013.csv, and fer2013new.csv where there are votes; gives the data root."""

    def write(
        images: np.ndarray,
        usages: Sequence[str],
        labels: Sequence[int] | None = None,
        votes: np.ndarray | None = None,
        unnamed: Sequence[int] = (),
    ) -> Path:
        folder = tmp_path / "fer2013"
        folder.mkdir(exist_ok=True)
        lines = ["emotion,pixels,Usage"]
        for label, image, usage in zip(
            [0] * len(images) if labels is None else labels, images, usages, strict=True
        ):
            lines.append(f"{label},{' '.join(map(str, image.ravel()))},{usage}")
        (folder / "fer2013.csv").write_text("\n".join(lines) + "\n")
        if votes is not None:
            lines = [f"Usage,Image name,{','.join(FERPLUS)}"]
            for row, (usage, counts) in enumerate(zip(usages, votes, strict=False)):
                name = "" if row in unnamed else f"fer{row:07}.png"
                lines.append(f"{usage},{name},{','.join(map(str, counts))}")
            (folder / "fer2013new.csv").write_text("\n".join(lines) + "\n")
        return tmp_path

    return write


@pytest.fixture
def write_sheets(tmp_path: Path, frontal: np.ndarray) -> SheetWriter:
    """Writes twelve tiles of 64 px with a teacher, and labels as told; gives the data root."""

    def write(labels: dict[str, np.ndarray], teacher: dict[str, np.ndarray] | None = None) -> Path:
        folder = tmp_path / "set"
        folder.mkdir(exist_ok=True)
        rng = np.random.default_rng(3)
        sheet = rng.integers(0, 256, (3 * 64, 4 * 64), dtype=np.uint8)
        cv2.imwrite(str(folder / "sheet_00.png"), sheet)
        np.savez(folder / "labels.npz", **labels)
        turned = np.tile(np.eye(4, dtype=np.float32), (12, 1, 1))
        turned[1, :3, :3] = [[0, 0, 1], [0, 1, 0], [-1, 0, 0]]  # a quarter turn to its left
        points = np.repeat(frontal[None], 12, axis=0)
        np.savez(
            folder / "teacher.npz", **({"landmarks": points, "pose": turned} | (teacher or {}))
        )
        return tmp_path

    return write
