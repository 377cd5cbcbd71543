import numpy as np
import pytest

from avatar_bridge.training.label.views import view_original, view_tile


def test_small_tile_is_enlarged_and_padded_with_its_edge() -> None:
    tile = np.zeros((48, 48), np.uint8)
    tile[:, -1] = 255
    view = view_tile(tile)
    assert view.picture.shape == (320, 320, 3)
    assert (view.picture[:, :64] == view.picture[:, 64:65]).all()
    assert view.picture[:, 256:].min() > 200


@pytest.mark.parametrize("side", [48, 96])
def test_points_of_an_enlarged_tile_come_back(side: int) -> None:
    view = view_tile(np.zeros((side, side), np.uint8))
    corners = np.array([(64, 64), (256, 64), (160, 160)], np.float32)
    back = view.to_tile(corners)
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, [(0, 0), (side, 0), (side / 2, side / 2)], atol=1e-5)


def test_large_tile_is_shown_as_it_is() -> None:
    view = view_tile(np.arange(192 * 192).reshape(192, 192).astype(np.uint8))
    assert view.picture.shape == (192, 192, 3)
    np.testing.assert_array_equal(view.to_tile(np.ones((1, 2), np.float32)), [(1, 1)])


@pytest.mark.parametrize(
    ("shape", "corner", "end"),
    [
        ((350, 350), (0, 0), (192, 192)),
        ((400, 200), (48, 0), (144, 192)),
        ((48, 65), (0, 25), (192, 25 + 48 * 192 / 65)),  # 142 px high: bars of 25 px
    ],
)
def test_points_of_a_photograph_land_between_the_bars(
    shape: tuple[int, int], corner: tuple[float, float], end: tuple[float, float]
) -> None:
    view = view_original(np.zeros((*shape, 3), np.uint8), 192)
    ends = np.array([(0, 0), (shape[1], shape[0])], np.float32)
    np.testing.assert_allclose(view.to_tile(ends), [corner, end], rtol=1e-6)


def test_photograph_is_shown_in_rgb() -> None:
    blue = np.zeros((4, 4, 3), np.uint8)
    blue[..., 0] = 255  # OpenCV's first channel
    assert view_original(blue, 192).picture[0, 0].tolist() == [0, 0, 255]
