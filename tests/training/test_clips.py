from pathlib import Path

import cv2
import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.datasets.clips import load_clip
from avatar_bridge.training.datasets.faces import CropSpec


def test_frames_without_a_face_are_left_out(tmp_path: Path, frontal: np.ndarray) -> None:
    writer = cv2.VideoWriter(str(tmp_path / "c.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), 10, (64, 64))
    for _ in range(3):
        writer.write(np.zeros((64, 64, 3), np.uint8))
    writer.release()
    points = np.repeat(frontal[None], 3, axis=0)
    points[1] = np.nan
    np.savez(
        tmp_path / "c.teacher.npz",
        landmarks=points,
        blendshapes=np.array([[0.1], [np.nan], [0.3]]),
        blendshape_names=np.array(["jawOpen"]),
    )
    clip = load_clip(tmp_path, "c", CropSpec(1.3, 112))
    assert clip.crops.shape == (2, 112, 112)
    assert clip.points.shape == (2, 70, 2)
    np.testing.assert_allclose(np.nanmax(clip.units, axis=1), [0.1, 0.3], rtol=1e-6)


def test_a_missing_clip_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected"):
        load_clip(tmp_path, "c", CropSpec(1.3, 112))


def test_real_tiles_and_clips_are_read(data_root: Path) -> None:
    if not (data_root / "clips").is_dir():
        pytest.skip(f"needs clips/ in {data_root}")
    clip = load_clip(data_root / "clips", "d0", CropSpec(1.3, 112))
    assert len(clip.crops) > 10
    assert np.isfinite(clip.points).all()
