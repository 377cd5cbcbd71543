import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_bridge.errors import WireError
from avatar_bridge.wire.picture import picture_size


def encoded(suffix: str, width: int, height: int, *options: int) -> bytes:
    image = np.zeros((height, width, 3), np.uint8)
    return cv2.imencode(suffix, image, list(options))[1].tobytes()


@pytest.mark.parametrize("size", [(1, 1), (640, 480), (17, 4000)])
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_the_header_tells_the_size(suffix: str, size: tuple[int, int]) -> None:
    assert picture_size(encoded(suffix, *size)) == size


def test_a_progressive_jpeg_tells_it_too() -> None:
    assert picture_size(encoded(".jpg", 64, 32, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)) == (64, 32)


@pytest.mark.parametrize(
    "data", [b"", b"BM", encoded(".png", 8, 8)[:18], b"\xff\xd8", b"\xff\xd8ab"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(WireError, match="expected a JPEG"):
        picture_size(data)


@given(st.binary(max_size=64).map(lambda tail: b"\xff\xd8" + tail))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    try:
        width, height = picture_size(data)
    except WireError:
        return
    assert 0 <= width <= 65535
    assert 0 <= height <= 65535


@pytest.mark.parametrize("name", [b"IDAT", b"aaaa", b"IEND"])
def test_a_png_chunk_longer_than_the_file_is_refused(name: bytes) -> None:
    """OpenCV takes as much memory as such a chunk says, and half a minute to do so."""
    data = bytearray(encoded(".png", 16, 12))
    data[33:41] = (0xFFFF_FFFF).to_bytes(4, "big") + name
    with pytest.raises(WireError, match="expected a whole PNG picture"):
        picture_size(bytes(data))


def test_a_png_that_hides_its_size_behind_another_chunk_is_refused() -> None:
    data = encoded(".png", 16, 12)
    with pytest.raises(WireError, match="expected IHDR as a PNG's first chunk, got b'tEXt'"):
        picture_size(data[:12] + b"tEXt" + data[16:])


def test_a_jpeg_that_hides_its_size_behind_no_marker_is_refused() -> None:
    """A decoder reads on behind 0xff00; who skips a segment there sees another size."""
    data = encoded(".jpg", 16, 12)
    hidden = data[:2] + b"\xff\x00\x00\x10" + b"\xff\xc0\x00\x11\x08\x7f\xff\x7f\xff" + bytes(5)
    with pytest.raises(WireError, match="expected a JPEG marker"):
        picture_size(hidden + data[2:])
