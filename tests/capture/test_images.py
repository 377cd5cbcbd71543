import struct

import cv2
import numpy as np
import pytest

from avatar_bridge.capture import images
from avatar_bridge.clock import NS_PER_S, ManualClock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError

FAST = SourceConfig(realtime=False)
COLOUR = np.full((8, 10, 3), (200, 100, 50), np.uint8)


def first(path):
    source = images.create(str(path), FAST, ManualClock())
    return source.read().image


def test_a_folder_in_name_order(save_image) -> None:
    for name in ("b.png", "img10.png", "img2.png", "A.bmp"):
        path = save_image(f"shots/{name}", COLOUR)
    (path.parent / "notes.txt").write_text("no image")
    (path.parent / "sub.png").mkdir()
    source = images.create(str(path.parent), FAST, ManualClock())
    assert source.names == ("A.bmp", "b.png", "img10.png", "img2.png")
    assert (source.label, source.fps, source.frame_count) == ("shots", 30, 4)
    frames = [source.read() for _ in range(4)]
    assert source.read() is None
    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    assert frames[3].captured_ns == pytest.approx(NS_PER_S / 10)


def test_the_rate_can_be_set(save_image) -> None:
    path = save_image("one.png", COLOUR)
    assert images.create(str(path), SourceConfig(fps=5), ManualClock()).fps == 5


def test_one_image(save_image) -> None:
    source = images.create(str(save_image("face.png", COLOUR)), FAST, ManualClock())
    assert (source.label, source.names, source.frame_count) == ("face.png", ("face.png",), 1)
    np.testing.assert_array_equal(source.read().image, COLOUR)
    assert source.read() is None


def test_one_image_can_be_shown_on_and_on(save_image) -> None:
    config = SourceConfig(loop=True, fps=10)
    source = images.create(str(save_image("face.png", COLOUR)), config, ManualClock())
    assert [source.read().captured_ns for _ in range(3)] == pytest.approx([0, 1e8, 2e8])


@pytest.mark.parametrize("suffix", sorted(images.IMAGE_SUFFIXES))
def test_every_format(save_image, suffix: str) -> None:
    image = first(save_image(f"face{suffix}", COLOUR))
    assert image.dtype == np.uint8
    np.testing.assert_allclose(image.astype(int), COLOUR, atol=6)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (COLOUR[..., 0], (200, 200, 200)),
        (COLOUR[..., 0].astype(np.uint16) * 257, (200, 200, 200)),
        (COLOUR.astype(np.uint16) * 257, (200, 100, 50)),
        (np.dstack([COLOUR, COLOUR[..., 0]]), (200, 100, 50)),
        (np.dstack([COLOUR, COLOUR[..., 0]]).astype(np.uint16) * 257, (200, 100, 50)),
    ],
    ids=["grey", "grey 16 bit", "16 bit", "alpha", "alpha 16 bit"],
)
def test_becomes_8_bit_bgr(save_image, suffix: str, stored, shown) -> None:
    image = first(save_image(f"face{suffix}", stored))
    assert (image.dtype, image.shape) == (np.uint8, (8, 10, 3))
    np.testing.assert_array_equal(image[0, 0], shown)


def test_a_photograph_is_turned_upright(tmp_path) -> None:
    jpeg = cv2.imencode(".jpg", COLOUR)[1].tobytes()
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)  # orientation: turn by a quarter
    tiff = b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)
    exif = b"Exif\0\0" + tiff
    path = tmp_path / "phone.jpg"
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:])
    assert first(path).shape == (10, 8, 3)


def test_a_broken_image_in_a_folder_is_named(save_image) -> None:
    path = save_image("shots/a.png", COLOUR)
    (path.parent / "b.png").write_bytes(b"broken")
    source = images.create(str(path.parent), FAST, ManualClock())
    source.read()
    with pytest.raises(CaptureError, match=r"b\.png, got a file that cannot be decoded"):
        source.read()


@pytest.mark.parametrize("part", [0, 0.3, 0.9])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tiff"])
def test_a_cut_image_is_one_line_and_nothing_else(save_image, capfd, suffix, part) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 50, 3), np.uint8)
    path = save_image(f"face{suffix}", noise)
    path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    with pytest.raises(CaptureError) as caught:
        images.create(str(path), FAST, ManualClock())
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_an_empty_folder(tmp_path) -> None:
    with pytest.raises(CaptureError, match=r"expected images \(\.bmp .*\) in .*, got none"):
        images.create(str(tmp_path), FAST, ManualClock())


def test_nothing_there(tmp_path) -> None:
    with pytest.raises(CaptureError, match="got nothing there"):
        images.create(str(tmp_path / "none.png"), FAST, ManualClock())


def test_an_image_that_is_gone(save_image) -> None:
    path = save_image("face.png", COLOUR)
    source = images.create(str(path), FAST, ManualClock())
    path.unlink()
    with pytest.raises(CaptureError, match=r"face\.png"):
        source.read()
