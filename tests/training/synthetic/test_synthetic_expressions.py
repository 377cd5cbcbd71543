import numpy as np

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.synthetic.backdrops import room
from avatar_bridge.training.synthetic.expressions import (
    EMOTION_FACES,
    movements,
    random_expression,
)
from avatar_bridge.training.synthetic.performance import both_sides
from avatar_bridge.training.synthetic.samples import develop, random_view
from avatar_bridge.training.synthetic.scene import BETWEEN_EYES


def test_movements_cover_all_but_looks_and_tongue() -> None:
    named = {name for movement in movements() for name in both_sides(movement)}
    assert {name for name in BLENDSHAPES if name not in named} == {
        "tongueOut",
        *(name for name in BLENDSHAPES if name.startswith("eyeLook")),
    }
    assert {"jawLeft", "mouthLeft", "eyeBlink*"} <= set(movements())


def test_emotions_are_made_of_blendshapes() -> None:
    for face in EMOTION_FACES.values():
        for pattern in face:
            assert set(both_sides(pattern)) <= set(BLENDSHAPES)


def test_random_expressions_are_possible_faces() -> None:
    rng = np.random.default_rng(0)
    faces = np.stack([random_expression(rng) for _ in range(600)])
    assert faces.min() >= 0.0
    assert faces.max() <= 1.0

    def column(name: str) -> np.ndarray:
        return faces[:, BLENDSHAPE_INDEX[name]]

    for pair in (("jawLeft", "jawRight"), ("mouthLeft", "mouthRight")):
        assert not (np.minimum(column(pair[0]), column(pair[1])) > 0).any()
    assert (column("mouthClose") <= column("jawOpen") + 1e-6).all()
    for movement in movements():
        for name in both_sides(movement):
            assert column(name).max() > 0.4, name


def test_a_view_keeps_the_face_in_the_picture() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        camera, place = random_view(rng, 192)
        eyes = place.head_matrix() @ np.array([*BETWEEN_EYES, 1.0])
        x, y = camera.pixels(eyes[None, :3])[0]
        assert 0 < x < 192
        assert 0 < y < 192
        assert abs(place.yaw) <= np.radians(35.001)


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
