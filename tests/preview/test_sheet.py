"""Sheets of many pictures, and the part of a picture that they show."""

import numpy as np
from builders import make_points

from avatar_bridge.preview.sheet import sheet
from avatar_bridge.preview.view import cut_view
from avatar_bridge.types import Landmarks


def test_small_faces_are_drawn_larger_and_named() -> None:
    for side, drawn in ((40, 160), (200, 200)):
        cells = [[np.full((side, side, 3), 10 * row + column, np.uint8) for column in (1, 2, 3)]
                 for row in (4, 8)]  # fmt: skip
        made = sheet(("anger", "fear"), ("0.5", "1", "x"), cells)
        assert made.shape == (26 + 2 * (drawn + 6), 110 + 3 * (drawn + 6), 3)
        assert made[26 + drawn // 2, 110 + drawn // 2, 0] == 41
        assert made[26 + drawn + 6 + 5, 110 + 2 * (drawn + 6) + 5, 0] == 83
        words = made > 150  # bright letters
        assert words[:26, 110 : 110 + drawn].any() and words[26 : 26 + drawn, :110].any()


def test_a_sheet_shows_the_head_of_a_person_far_away() -> None:
    image = np.zeros((1000, 1600, 3), np.uint8)
    points = make_points((1300, 300), 20)
    view = cut_view(image, Landmarks(points), 224)
    height, width = view.image.shape[:2]
    spread = np.ptp(view.landmarks.points[:27], axis=0)
    assert 0.3 < spread[0] / width < 0.65
    assert np.ptp(points[:27, 0]) <= spread[0] + 1, "it is not made smaller than it is"
    assert max(height, width) <= 224
