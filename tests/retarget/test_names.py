import time

import pytest

from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.unified import UNIFIED_OF
from avatar_bridge.retarget.names import Match, match_names, match_shapes


def spelled(shape: str) -> list[str]:
    """All ways in which one shape is written."""
    pascal = shape[0].upper() + shape[1:]
    snake = "".join("_" + c.lower() if c.isupper() else c for c in shape)
    sides = [shape]
    for side in ("Left", "Right"):
        if shape.endswith(side):
            stem = shape.removesuffix(side)
            sides += [
                f"{stem}_{side[0]}",
                f"{stem}_{side}",
                f"{stem}.{side[0]}",
                f"{stem}{side[0]}",
            ]
    plain = [*sides, pascal, snake, shape.lower(), shape.upper(), UNIFIED_OF[shape]]
    prefixed = [
        prefix + name
        for prefix in ("blendShape1.", "Face.M_F00_", "ARKit_", "head|")
        for name in plain
    ]
    return [*plain, *prefixed]


@pytest.mark.parametrize("shape", BLENDSHAPES)
def test_every_spelling_is_that_shape(shape: str) -> None:
    for name in spelled(shape):
        assert match_shapes([name]) == {shape: Match(name, name == shape)}, name


@pytest.mark.parametrize(
    "name",
    [
        "Fcl_MTH_Close",
        "Fcl_EYE_Close_L",
        "viseme_O",
        "Blink_L",
        "jaw",
        "mouth",
        "smile",
        "",
        "_",
        ".",
    ],
)
def test_other_names_are_none_of_the_52(name: str) -> None:
    assert match_shapes([name]) == {}


def test_the_very_name_goes_first() -> None:
    assert match_shapes(["JawOpen", "jawOpen", "jaw_open"]) == {"jawOpen": Match("jawOpen", True)}


def test_other_vocabularies() -> None:
    found = match_names(["BLINK_L", "joy", "Face.Fcl_MTH_A"], ["Blink_L", "Joy", "Fcl_MTH_A", "A"])
    assert {name: match.name for name, match in found.items()} == {
        "Blink_L": "BLINK_L",
        "Joy": "joy",
        "Fcl_MTH_A": "Face.Fcl_MTH_A",
    }


def test_a_name_of_countless_words_takes_no_time() -> None:
    began = time.process_time()
    assert match_shapes(["a_" * 100_000, "x_" * 50 + "jawOpen"])["jawOpen"].exact is False
    assert time.process_time() - began < 2
