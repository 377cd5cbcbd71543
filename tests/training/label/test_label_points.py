from avatar_bridge.facs import landmarks
from avatar_bridge.training.label.landmarker import NAMES
from avatar_bridge.training.label.points import (
    IBUG68,
    IRIS_LEFT,
    IRIS_RIGHT,
    MESH_POINTS,
    POINTS_OF_MESH,
)


def test_each_of_the_70_points_is_a_vertex_of_its_own() -> None:
    assert len(IBUG68) == 68
    assert len(set(POINTS_OF_MESH)) == landmarks.POINTS
    assert max(POINTS_OF_MESH) < MESH_POINTS
    assert max(IBUG68) < min(IRIS_RIGHT, IRIS_LEFT)


def test_irises_have_their_places() -> None:
    assert POINTS_OF_MESH[landmarks.IRIS_RIGHT] == IRIS_RIGHT == 468
    assert POINTS_OF_MESH[landmarks.IRIS_LEFT] == IRIS_LEFT == 473


def test_names_are_mediapipes() -> None:
    assert len(NAMES) == 52
    assert NAMES[:2] == ("_neutral", "browDownLeft")
    assert NAMES[-1] == "noseSneerRight"
    assert "tongueOut" not in NAMES
