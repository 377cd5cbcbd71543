import numpy as np
import pytest
from builders import make_motion
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.smooth import load_smoothing, smoothing_names
from avatar_bridge.smooth.noise import net_noise
from avatar_bridge.smooth.preset import preset_names
from avatar_bridge.types import Blendshapes, Gaze, HeadPose, Motion

FRAME_S = 1 / 60


def over_time(preset: str, name: str, values: np.ndarray, elapsed_s: float = FRAME_S) -> np.ndarray:
    smoother = load_smoothing(preset).motion()
    index = BLENDSHAPE_INDEX[name]
    return np.array(
        [
            smoother.smooth(make_motion(**{name: float(v)}), elapsed_s).blendshapes.weights[index]
            for v in values
        ]
    )


def turned(degrees: float, sign: float = 1.0) -> Motion:
    rest = make_motion()
    q = sign * Rotation.from_euler("y", degrees, degrees=True).as_quat()
    return Motion(rest.blendshapes, HeadPose(np.array([0, 0, -1]), q), rest.gaze)


@pytest.mark.parametrize("name", smoothing_names())
def test_the_first_value_comes_back_unchanged(name: str) -> None:
    motion = make_motion(jawOpen=0.7, mouthSmileLeft=0.2)
    smoothed = load_smoothing(name).motion().smooth(motion, 0.0)
    assert smoothed.blendshapes.weights == pytest.approx(motion.blendshapes.weights)
    assert smoothed.head_pose.orientation == pytest.approx(motion.head_pose.orientation)


@pytest.mark.parametrize("name", smoothing_names())
def test_a_still_face_stays_where_it_is(name: str) -> None:
    smoother = load_smoothing(name).motion()
    motion = make_motion(jawOpen=0.5)
    for _ in range(50):
        smoothed = smoother.smooth(motion, FRAME_S)
    assert smoothed.blendshapes.weights == pytest.approx(motion.blendshapes.weights)


@pytest.mark.parametrize("preset", preset_names())
@settings(max_examples=10, deadline=None)
@given(
    weights=arrays(np.float32, (6, 52), elements=st.floats(0, 1, width=32)),
    elapsed=st.lists(st.floats(0, 0.5), min_size=6, max_size=6),
)
def test_no_weight_leaves_the_hull_of_what_was_seen(
    preset: str, weights: np.ndarray, elapsed: list[float]
) -> None:
    smoother = load_smoothing(preset).motion()
    rest = make_motion()
    for count, (row, elapsed_s) in enumerate(zip(weights, elapsed, strict=True), start=1):
        out = smoother.smooth(Motion(Blendshapes(row), rest.head_pose, rest.gaze), elapsed_s)
        seen = weights[:count]
        assert (out.blendshapes.weights <= seen.max(0) + 1e-6).all()
        assert (out.blendshapes.weights >= seen.min(0) - 1e-6).all()


@pytest.mark.parametrize("elapsed_s", [0.0, -1.0])
def test_a_repeated_stamp_moves_nothing(elapsed_s: float) -> None:
    smoother = load_smoothing("balanced").motion()
    first = smoother.smooth(make_motion(jawOpen=0.2), 0.0)
    for value in (0.9, 0.1, 1.0):
        again = smoother.smooth(make_motion(jawOpen=value), elapsed_s)
        assert again.blendshapes.weights == pytest.approx(first.blendshapes.weights)


@pytest.mark.parametrize("preset", ["balanced", "steady"])
def test_a_face_at_rest_is_still(preset: str) -> None:
    level = net_noise().values[:52]
    white = np.random.default_rng(0).standard_normal((301, 52))
    noise = level * (white[1:] - white[:-1]) / np.sqrt(2)  # as the net's: it goes to and fro
    smoother, rest = load_smoothing(preset).motion(), make_motion()
    seen = np.clip(0.3 + noise, 0, 1)
    out = [
        smoother.smooth(Motion(Blendshapes(row), rest.head_pose, rest.gaze), FRAME_S)
        for row in seen
    ]
    std = np.std([motion.blendshapes.weights for motion in out[60:]], axis=0)
    assert dict(zip(BLENDSHAPES, std, strict=True)) == pytest.approx(
        dict.fromkeys(BLENDSHAPES, 0.0), abs=0.005
    )


@pytest.mark.parametrize("preset", preset_names())
@pytest.mark.parametrize("rate", [30, 60, 120])
def test_a_blink_keeps_its_peak_and_its_time(preset: str, rate: int) -> None:
    time = np.arange(rate) / rate
    blink = 0.9 * np.exp(-(((time - 0.5) / 0.06) ** 2))  # shut for about a tenth of a second
    smoothed = over_time(preset, "eyeBlinkLeft", blink, 1 / rate)
    assert smoothed.max() > 0.9 * blink.max()
    fine = np.linspace(-0.02, 0.06, 161)
    match = [np.corrcoef(np.interp(time + lag, time, smoothed), blink)[0, 1] for lag in fine]
    assert fine[int(np.argmax(match))] <= 1 / 60


@pytest.mark.parametrize("preset", ["responsive", "balanced"])
@pytest.mark.parametrize("name", ["jawOpen", "mouthFunnel", "mouthLowerDownLeft"])
def test_speech_is_on_time(preset: str, name: str) -> None:
    time = np.arange(180) * FRAME_S
    speech = 0.25 - 0.2 * np.cos(2 * np.pi * 4.0 * time)  # four syllables a second
    smoothed = over_time(preset, name, speech)
    fine = np.linspace(-0.02, 0.06, 161)
    late = [np.corrcoef(np.interp(time + lag, time, smoothed), speech)[0, 1] for lag in fine]
    assert fine[int(np.argmax(late))] <= 1 / 60


def test_the_rate_of_frames_does_not_change_the_motion() -> None:
    def at(rate: int) -> np.ndarray:
        time = np.arange(2 * rate + 1) / rate
        return over_time("balanced", "browInnerUp", 0.4 - 0.3 * np.cos(3 * time), 1 / rate)

    slow, middle, fast = at(30), at(60), at(120)
    assert np.abs(fast[::2] - middle).max() < 0.03
    assert np.abs(middle[::2] - slow).max() < 0.05


def test_a_gap_in_time_lets_the_new_value_through() -> None:
    smoothed = over_time("balanced", "browInnerUp", np.array([0.0, 1.0]), elapsed_s=5.0)
    assert smoothed[-1] > 0.95


@settings(max_examples=10, deadline=None)
@given(signs=st.lists(st.sampled_from([-1.0, 1.0]), min_size=30, max_size=30))
def test_the_sign_of_a_quaternion_means_nothing(signs: list[float]) -> None:
    ways = []
    for way in ([1.0] * len(signs), signs):
        smoother = load_smoothing("balanced").motion()
        outs = [
            smoother.smooth(turned(160 + 3 * i, sign), FRAME_S).head_pose.orientation
            for i, sign in enumerate(way)
        ]
        ways.append(Rotation.from_quat(outs))
    assert (ways[0] * ways[1].inv()).magnitude().max() < 1e-3
    steps = (ways[0][1:] * ways[0][:-1].inv()).magnitude()
    assert np.degrees(steps).max() < 5.0


def test_a_head_that_turns_stays_on_its_way() -> None:
    smoother = load_smoothing("steady").motion()
    for degrees in range(0, 90, 2):
        out = smoother.smooth(turned(degrees), FRAME_S).head_pose.orientation
        x, y, z = Rotation.from_quat(out).as_rotvec(degrees=True)
        assert -1e-3 <= y <= degrees + 1e-3
        assert abs(x) + abs(z) < 1e-3


def test_the_place_and_the_gaze_move_straight() -> None:
    smoother = load_smoothing("balanced").motion()
    rest = make_motion()
    for step in range(20):
        at = step / 20
        place = np.array([at, 0.5 * at, -1 - at])
        eyes = Gaze(np.array([at, 0.5 * at]), np.array([0.25 * at, at]))
        out = smoother.smooth(
            Motion(rest.blendshapes, HeadPose(place, rest.head_pose.orientation), eyes), FRAME_S
        )
        x, y, z = out.head_pose.position
        assert (y, z) == pytest.approx((0.5 * x, -1 - x), abs=1e-5)
        assert out.gaze.left[1] == pytest.approx(0.5 * out.gaze.left[0], abs=1e-5)
