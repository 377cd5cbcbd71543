"""What holds for every profile and every face."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, mirrored
from avatar_bridge.facs.cues import CUES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.regions import PARTNERS, region_of
from avatar_bridge.retarget.curves import STEPS
from avatar_bridge.retarget.layers import EmotionPrior
from avatar_bridge.retarget.profile import Profile, load_profile, packaged_profiles
from avatar_bridge.retarget.solver import Solver, response_table
from avatar_bridge.retarget.targets import TargetMixer
from avatar_bridge.types import ActionUnits, Blendshapes, EmotionScores
from retarget.mirrors import SHAPES, UNITS

PROFILES = {name: load_profile(name) for name in packaged_profiles()}
READABLE = {"all": {*ACTION_UNIT_NAMES, *CUES}, "some": {"AU6L", "AU12R", "AU25", "AU45L", *CUES}}
SOLVERS = {
    (name, seen): Solver(profile, units)
    for name, profile in PROFILES.items()
    for seen, units in READABLE.items()
}
LAYERS = {name: EmotionPrior(profile.emotion) for name, profile in PROFILES.items()}
MIXERS = {name: TargetMixer(profile) for name, profile in PROFILES.items()}
EXAMPLES = settings(max_examples=10, deadline=None, derandomize=True)

share = st.floats(0, 1, width=32)
units_of = arrays(np.float32, len(ACTION_UNIT_NAMES), elements=share)
shapes_of = arrays(np.float32, len(BLENDSHAPES), elements=share)
cues_of = st.fixed_dictionaries(dict.fromkeys(CUES, share))
emotions_of = arrays(np.float64, len(EMOTIONS), elements=st.floats(0.01, 1)).map(
    lambda p: (p / p.sum()).astype(np.float32)
)
every_profile = pytest.mark.parametrize("name", packaged_profiles())


def whole(name, units, cues, emotions, evidence, seen="all") -> np.ndarray:
    """Weights by all of a profile."""
    solver = SOLVERS[name, seen]
    weights = solver.solve(ActionUnits(units), cues)
    return solver.limit(LAYERS[name].apply(weights, EmotionScores(emotions), evidence))


@every_profile
@pytest.mark.parametrize("seen", READABLE)
@EXAMPLES
@given(units_of, cues_of, emotions_of, shapes_of)
def test_weights_and_targets_stay_in_range(name, seen, units, cues, emotions, evidence) -> None:
    weights = whole(name, units, cues, emotions, evidence, seen)
    assert weights.dtype == np.float32
    blendshapes = Blendshapes(weights)  # which refuses what is out of range
    targets = MIXERS[name].mix(blendshapes, EmotionScores(emotions))
    assert targets.shape == (len(PROFILES[name].targets),)
    assert targets.dtype == np.float32
    assert np.all((targets >= 0) & (targets <= 1))


@every_profile
@EXAMPLES
@given(units_of, cues_of, emotions_of, shapes_of)
def test_a_mirrored_face_gives_mirrored_weights(name, units, cues, emotions, evidence) -> None:
    straight = whole(name, units, cues, emotions, evidence)
    flipped = whole(
        name,
        units[UNITS],
        {mirrored(cue): value for cue, value in cues.items()},
        emotions,
        evidence[SHAPES],
    )
    np.testing.assert_allclose(flipped, straight[SHAPES], atol=2e-6)


@every_profile
def test_targets_mirror_each_other(name) -> None:
    mixes = [frozenset(mix.items()) for mix in PROFILES[name].targets.values()]
    flipped = [
        frozenset((mirrored(shape), gain) for shape, gain in mix.items())
        for mix in PROFILES[name].targets.values()
    ]
    assert sorted(map(sorted, mixes)) == sorted(map(sorted, flipped))


def steepness(profile: Profile) -> float:
    """The most that a weight may move for a unit step of all inputs."""
    mixes = (profile.inputs(shape, READABLE["all"]) for shape in BLENDSHAPES)
    mix = max(sum(abs(gain) for gain in gains.values()) for gains in mixes)
    slopes = [
        np.diff(response_table(profile.response_of(shape, region_of(shape)))).max() * STEPS
        for shape in BLENDSHAPES
    ]
    pushes = dict.fromkeys(BLENDSHAPES, 0.0)
    for one, others in profile.rivals.items():
        for other, push in others.items():
            pushes[one] += push
            pushes[other] += push
    return mix * max(slopes) * (1 + 2 * max(pushes.values()))


@every_profile
@EXAMPLES
@given(units_of, units_of, cues_of, emotions_of, shapes_of, st.floats(0.001, 1))
def test_a_small_step_of_the_face_is_a_small_step_of_the_weights(
    name, units, other, cues, emotions, evidence, along
) -> None:
    near = np.clip(units + np.float32(along) * (other - units), 0, 1).astype(np.float32)
    before = whole(name, units, cues, emotions, evidence)
    after = whole(name, near, cues, emotions, evidence)
    step = float(np.abs(near - units).max())
    assert np.abs(after - before).max() <= steepness(PROFILES[name]) * step + 1e-5


@every_profile
@EXAMPLES
@given(units_of, cues_of, emotions_of, emotions_of, shapes_of, st.floats(0.001, 1))
def test_a_small_step_of_the_emotions_is_a_small_step_of_the_weights(
    name, units, cues, emotions, other, evidence, along
) -> None:
    near = emotions + np.float32(along) * (other - emotions)
    before = whole(name, units, cues, emotions, evidence)
    after = whole(name, units, cues, near, evidence)
    profile = PROFILES[name]
    each = 2 * len(EMOTIONS)  # what an emotion gains, and what the next one costs all of them
    pushes = 1 + 2 * max(sum(others.values()) for others in profile.rivals.values()) * 2
    step = float(np.abs(near - emotions).max())
    bound = each * pushes / profile.emotion.block_at
    assert np.abs(after - before).max() <= bound * step + 1e-5


@every_profile
@EXAMPLES
@given(shapes_of)
def test_ceilings_hold_and_locks_close(name, weights) -> None:
    profile = PROFILES[name]
    limited = SOLVERS[name, "all"].limit(weights)
    for shape, ceiling in profile.ceilings.items():
        assert limited[BLENDSHAPE_INDEX[shape]] <= limited[BLENDSHAPE_INDEX[ceiling]]
    free = Solver(profile.model_copy(update={"locks": {}}), READABLE["all"]).limit(weights)
    for movement, lock in profile.locks.items():
        for pair in PARTNERS[movement]:
            one, other = (BLENDSHAPE_INDEX[shape] for shape in pair)
            apart = abs(limited[one] - limited[other])
            assert apart == pytest.approx((1 - lock.share) * abs(free[one] - free[other]), abs=1e-6)


@every_profile
def test_responses_never_fall_and_rest_stays_at_rest(name) -> None:
    profile = PROFILES[name]
    for shape in BLENDSHAPES:
        table = response_table(profile.response_of(shape, region_of(shape)))
        assert table[0] == 0
        assert np.all(np.diff(table) >= 0)
        assert table[-1] <= 1
    still = np.zeros(len(BLENDSHAPES), np.float32)
    rest = whole(
        name, np.zeros(len(UNITS), np.float32), {}, EmotionScores.neutral().probabilities, still
    )
    assert not rest.any()
