"""Sizes by the header alone: of all kinds that are read, and of what would fill the memory."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from avatar_bridge.capture.image_size import image_size
from avatar_bridge.capture.images import MOST_PIXELS, read_image
from avatar_bridge.errors import CaptureError


def encoded(suffix: str, *options: int) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (21, 34, 3), np.uint8)
    return cv2.imencode(suffix, noise, list(options))[1].tobytes()


@pytest.mark.parametrize(
    "data",
    [
        *(encoded(suffix) for suffix in (".jpg", ".png", ".bmp", ".tif", ".tiff")),
        encoded(".webp", cv2.IMWRITE_WEBP_QUALITY, 80),  # VP8
        encoded(".webp", cv2.IMWRITE_WEBP_QUALITY, 101),  # VP8L
        b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\x21\0\0" + b"\x14\0\0",
        b"MM\0*\0\0\0\x08\0\x02" + struct.pack(">HHIHHHHII", 256, 3, 1, 34, 0, 257, 4, 1, 21),
        b"BM" + bytes(16) + struct.pack("<ii", 34, -21),  # from top to bottom
    ],
    ids=["jpg", "png", "bmp", "tif", "tiff", "vp8", "vp8l", "vp8x", "big-endian tiff", "flat bmp"],
)
def test_the_header_tells_the_size(data: bytes) -> None:
    assert image_size(data) == (34, 21)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".tif"])
def test_what_is_cut_off_is_refused(suffix: str) -> None:
    with pytest.raises(CaptureError, match="expected a JPEG, PNG, BMP, WebP or TIFF image"):
        image_size(encoded(suffix)[:11])


def test_an_image_that_would_fill_the_memory_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bomb.bmp"
    path.write_bytes(b"BM" + bytes(16) + struct.pack("<ii", 30_000, 30_000) + bytes(100))
    with pytest.raises(CaptureError, match=f"expected 1 to {MOST_PIXELS} pixels, got 30000 x 30"):
        read_image(path)
