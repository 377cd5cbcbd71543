import numpy as np
import pytest

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.synthetic.backdrops import room
from avatar_bridge.training.synthetic.expressions import (
    EMOTION_FACES,
    Expression,
    movements,
    random_expression,
    tongue_jaw,
)
from avatar_bridge.training.synthetic.performance import both_sides
from avatar_bridge.training.synthetic.samples import develop, random_view
from avatar_bridge.training.synthetic.scene import BETWEEN_EYES


def test_movements_cover_all_but_looks() -> None:
    named = {name for movement in movements() for name in both_sides(movement)}
    looks = {name for name in BLENDSHAPES if name.startswith("eyeLook")}
    assert named == set(BLENDSHAPES) - looks
    assert {"jawLeft", "mouthLeft", "eyeBlink*", "tongueOut"} <= set(movements())


def test_emotions_are_made_of_blendshapes() -> None:
    for face in EMOTION_FACES.values():
        for pattern in face:
            assert set(both_sides(pattern)) <= set(BLENDSHAPES)


@pytest.fixture(scope="module")
def drawn() -> list[Expression]:
    rng = np.random.default_rng(0)
    takes = rng.uniform(0, 0.5, (20, len(BLENDSHAPES))).astype(np.float32)
    return [random_expression(rng, takes) for _ in range(4000)]


@pytest.fixture(scope="module")
def faces(drawn: list[Expression]) -> np.ndarray:
    return np.stack([expression.weights for expression in drawn])


def column(faces: np.ndarray, name: str) -> np.ndarray:
    return np.asarray(faces[:, BLENDSHAPE_INDEX[name]])


def test_random_expressions_are_possible_faces(faces: np.ndarray) -> None:
    assert faces.min() >= 0.0
    assert faces.max() <= 1.0
    for pair in (("jawLeft", "jawRight"), ("mouthLeft", "mouthRight")):
        assert not (np.minimum(column(faces, pair[0]), column(faces, pair[1])) > 0).any()
    assert (column(faces, "mouthClose") <= column(faces, "jawOpen") + 1e-6).all()


def test_a_tongue_that_is_out_opens_the_jaw_and_parts_the_lips(faces: np.ndarray) -> None:
    tongue = column(faces, "tongueOut")
    out = tongue > 0.02
    assert out.sum() > 100
    assert (column(faces, "jawOpen")[out] >= tongue_jaw(0.0) + 0.25 * tongue[out] - 1e-6).all()
    assert column(faces, "mouthClose")[out].max() == 0.0


@pytest.mark.parametrize("name", BLENDSHAPES)
def test_every_shape_is_strong_and_alone_often_enough(
    drawn: list[Expression], faces: np.ndarray, name: str
) -> None:
    lone = np.array([expression.kind == "lone" for expression in drawn])
    own = lone & (column(faces, name) > 0.24)
    assert own.sum() >= 6  # of 4000
    assert column(faces, name)[own].max() > 0.7
    # Nothing moves beside it but the jaw that lips or tongue need.
    others = np.delete(faces[own], [BLENDSHAPE_INDEX[name], BLENDSHAPE_INDEX["jawOpen"]], axis=1)
    if name != "jawOpen":
        assert others.max() == 0.0


def test_many_single_movements_are_nearly_full(drawn: list[Expression], faces: np.ndarray) -> None:
    lone = np.array([expression.kind == "lone" for expression in drawn])
    strongest = faces[lone].max(axis=1)
    assert strongest.min() >= 0.25
    assert (strongest > 0.88).mean() > 0.35


def test_takes_are_drawn_only_where_there_are_any(drawn: list[Expression]) -> None:
    kinds = [expression.kind for expression in drawn]
    assert 0.04 < kinds.count("take") / len(kinds) < 0.12
    rng = np.random.default_rng(1)
    assert all(random_expression(rng).kind != "take" for _ in range(200))


def test_a_frame_of_a_take_comes_as_it_is_or_mirrored() -> None:
    take = np.zeros((1, len(BLENDSHAPES)), np.float32)
    take[0, BLENDSHAPE_INDEX["mouthSmileLeft"]] = 0.6
    rng = np.random.default_rng(2)
    faces = [random_expression(rng, take) for _ in range(500)]
    seen = {
        BLENDSHAPES[int(face.weights.argmax())]: face.weights.max()
        for face in faces
        if face.kind == "take"
    }
    assert seen == {
        "mouthSmileLeft": pytest.approx(0.6),
        "mouthSmileRight": pytest.approx(0.6),
    }


def test_a_view_keeps_the_face_in_the_picture() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        camera, place = random_view(rng, 192)
        eyes = place.head_matrix() @ np.array([*BETWEEN_EYES, 1.0])
        x, y = camera.pixels(eyes[None, :3])[0]
        assert 0 < x < 192
        assert 0 < y < 192


def test_heads_turn_to_the_ends_but_mostly_little() -> None:
    rng = np.random.default_rng(4)
    places = [random_view(rng, 192)[1] for _ in range(2000)]
    for angles, most in (
        (np.degrees([place.yaw for place in places]), 40.0),
        (np.degrees([place.pitch for place in places]), 30.0),
    ):
        assert np.abs(angles).max() <= most
        counts, _ = np.histogram(angles, 8, (-most, most))
        assert counts.min() > 60
        assert counts[3:5].min() > 1.8 * counts[[0, -1]].max()


def test_developing_keeps_size_and_type() -> None:
    rng = np.random.default_rng(2)
    picture = np.full((64, 64, 3), 128, np.uint8)
    for _ in range(20):
        grey = develop(picture, rng)
        assert grey.shape == (64, 64)
        assert grey.dtype == np.uint8


def test_a_room_is_its_seed_s() -> None:
    rooms = [room(np.random.default_rng(3), 0.5, 5, 0.5) for _ in range(2)]
    np.testing.assert_array_equal(*rooms)
