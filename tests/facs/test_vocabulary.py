import numpy as np
import pytest

from avatar_bridge.facs import action_units, arkit
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES, ACTION_UNITS, nodes_of
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.facs.emotions import CIRCUMPLEX, EMOTIONS
from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT, IRIS_LEFT, IRIS_RIGHT, MIRROR, POINTS


def test_the_52_are_in_live_link_order() -> None:
    assert len(BLENDSHAPES) == len(set(BLENDSHAPES)) == 52
    fixed = {
        0: "eyeBlinkLeft",
        7: "eyeBlinkRight",
        17: "jawOpen",
        43: "browInnerUp",
    }
    assert {index: BLENDSHAPES[index] for index in fixed} == fixed


def test_every_node_points_to_a_shape_of_its_own() -> None:
    targets = [unit.arkit for unit in ACTION_UNITS if unit.arkit]
    assert len(targets) == len(set(targets))
    assert set(targets) <= set(BLENDSHAPES)
    assert len(set(ACTION_UNIT_NAMES)) == len(ACTION_UNIT_NAMES)


def test_every_shape_has_a_node_of_its_own() -> None:
    assert set(BLENDSHAPES) == {unit.arkit for unit in ACTION_UNITS if unit.arkit}


@pytest.mark.parametrize("unit", ACTION_UNITS, ids=lambda unit: unit.name)
def test_mirroring_a_node_mirrors_its_shape(unit) -> None:
    partner = action_units.mirrored(unit.name)
    assert action_units.mirrored(partner) == unit.name
    by_name = {u.name: u for u in ACTION_UNITS}
    expected = arkit.mirrored(unit.arkit) if unit.arkit else None
    assert by_name[partner].arkit == expected


def test_mirroring_exchanges_left_and_right() -> None:
    assert arkit.mirrored("mouthSmileLeft") == "mouthSmileRight"
    assert arkit.mirrored("jawOpen") == "jawOpen"
    assert all(arkit.mirrored(name) in BLENDSHAPE_INDEX for name in BLENDSHAPES)


@pytest.mark.parametrize(
    ("name", "nodes"),
    [
        ("AU12L", ("AU12L",)),
        ("AU12", ("AU12L", "AU12R")),
        ("AU28", ("AU28T", "AU28B")),
        ("AU1", ("AU1",)),
        ("AU99", ()),
        ("", ()),
    ],
)
def test_a_code_means_its_nodes(name: str, nodes: tuple[str, ...]) -> None:
    assert nodes_of(name) == nodes


def test_landmark_mirror_is_its_own_inverse_and_swaps_the_eyes() -> None:
    mirror = np.array(MIRROR)
    assert sorted(MIRROR) == list(range(POINTS))
    assert (mirror[mirror] == np.arange(POINTS)).all()
    assert set(mirror[EYE_RIGHT]) == set(range(POINTS)[EYE_LEFT])
    assert mirror[IRIS_RIGHT] == IRIS_LEFT


def test_every_emotion_has_a_place_on_the_circumplex() -> None:
    assert set(CIRCUMPLEX) == set(EMOTIONS)
    assert all(-1 <= v <= 1 for place in CIRCUMPLEX.values() for v in place)
