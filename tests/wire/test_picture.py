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
