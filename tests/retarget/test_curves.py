import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_bridge.facs.regions import region_of
from avatar_bridge.retarget.curves import CURVES, STEPS, Responses, soft_limit
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.retarget.schema import Response
from avatar_bridge.retarget.solver import response_table

shapes_of_response = st.builds(
    Response,
    dead_zone=st.floats(0, 0.5),
    curve=st.sampled_from([*CURVES, ((0, 0), (0.3, 0.6), (1, 0.9))]),
    gain=st.floats(0.1, 10),
    limit=st.floats(0.05, 1),
    knee=st.floats(0, 1),
)


def at(response: Response, x: float) -> float:
    return float(Responses(response_table(response)[None])(np.array([x], np.float32))[0])


@pytest.mark.parametrize(
    ("response", "x", "expected"),
    [
        (Response(), 0.37, 0.37),
        (Response(dead_zone=0.2), 0.2, 0.0),
        (Response(dead_zone=0.2), 0.6, 0.5),
        (Response(dead_zone=0.2), 1.0, 1.0),
        (Response(curve="ease_in"), 0.5, 0.25),
        (Response(curve="ease_out"), 0.5, 0.75),
        (Response(curve="smooth"), 0.25, 0.15625),
        (Response(curve=((0, 0), (0.5, 0.8), (1, 1))), 0.25, 0.4),
        (Response(gain=2.0), 0.25, 0.5),
        (Response(gain=2.0), 0.75, 1.0),
        (Response(limit=0.6), 0.5, 0.5),
        (Response(limit=0.6), 0.9, 0.6),
        (Response(limit=0.8, knee=0.5), 0.4, 0.4),
    ],
)
def test_responses_by_hand(response, x, expected) -> None:
    assert at(response, x) == pytest.approx(expected, abs=1 / STEPS)


def test_a_soft_limit_has_no_corner_and_is_never_reached() -> None:
    x = np.linspace(0, 3, 3001)
    y = soft_limit(x, 0.8, 0.5)
    slope = np.diff(y) / np.diff(x)
    assert y.max() < 0.8
    assert slope.max() <= 1 + 1e-9
    assert np.abs(np.diff(slope)).max() < 0.005


@settings(max_examples=60, deadline=None, derandomize=True)
@given(shapes_of_response)
def test_every_response_rises_from_rest_within_its_limit(response) -> None:
    table = response_table(response)
    assert table[0] == 0
    assert np.all(np.diff(table) >= 0)
    assert table[-1] <= np.float32(response.limit)


@pytest.mark.parametrize("shape", ["mouthSmileLeft", "jawOpen", "browInnerUp", "eyeWideRight"])
@pytest.mark.parametrize("x", [0.2, 0.5, 0.8])
def test_cartoon_moves_more_and_subtle_less(shape: str, x: float) -> None:
    calm, plain, bold = (
        at(load_profile(name).response_of(shape, region_of(shape)), x)
        for name in ("subtle", "arkit", "cartoon")
    )
    assert calm <= plain == pytest.approx(x)
    assert bold > plain


@pytest.mark.parametrize("name", ["subtle", "cartoon"])
def test_a_shut_eye_stays_shut(name: str) -> None:
    response = load_profile(name).response_of("eyeBlinkLeft", "eyes")
    assert at(response, 1.0) == 1.0
    assert at(response, 0.9) >= 0.9 - 1 / STEPS
