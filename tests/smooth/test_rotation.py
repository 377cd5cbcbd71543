import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from avatar_bridge.smooth.rotation import compose, exp, inverse, log

vectors = st.tuples(*[st.floats(-1.7, 1.7)] * 3)


@given(vectors, vectors)
def test_they_agree_with_scipy(
    a: tuple[float, float, float], b: tuple[float, float, float]
) -> None:
    ours = compose(exp(a), inverse(exp(b)))
    theirs = Rotation.from_rotvec(a) * Rotation.from_rotvec(b).inv()
    assert abs(abs(float(np.dot(ours, theirs.as_quat()))) - 1.0) < 1e-9
    again = Rotation.from_rotvec(log(ours))
    assert (again * theirs.inv()).magnitude() < 1e-6


@given(vectors)
def test_the_way_around_is_the_shorter_one(a: tuple[float, float, float]) -> None:
    q = exp(a)
    assert np.linalg.norm(log(q)) <= np.pi + 1e-9
    assert np.allclose(log((-q[0], -q[1], -q[2], -q[3])), log(q), atol=1e-9)


def test_no_turn_is_no_turn() -> None:
    assert exp((0.0, 0.0, 0.0)) == (0.0, 0.0, 0.0, 1.0)
    assert log((0.0, 0.0, 0.0, 1.0)) == (0.0, 0.0, 0.0)
