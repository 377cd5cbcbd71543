"""Smoothing, loss and return through the whole pipeline, with scripted stages."""

import numpy as np
import pytest
from test_pipeline import NS, SMILE, Rig, ScriptedEmotions

from avatar_bridge.facs.emotions import EMOTION_INDEX
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.smooth import load_smoothing

HAPPINESS = EMOTION_INDEX["happiness"]
RETURN_S = 0.25
FPS = 50
SWING = 0.3 + 0.3 * np.sin(np.arange(120) / 8)


def smoothed(**kwargs) -> Rig:
    """A rig whose pipeline smooths."""
    rig = Rig(**kwargs)
    rig.pipeline._smoothing = load_smoothing("balanced")
    return rig


def at(frame: int) -> int:
    return frame * NS // FPS


def test_a_smile_comes_back_without_a_pop(frames) -> None:
    rig = Rig()
    rig.pipeline.process(frames(0, captured_ns=0))
    faces, rig.detector.faces = rig.detector.faces, []
    for frame in range(1, 100):
        rig.pipeline.process(frames(frame, captured_ns=at(frame)))
    rig.detector.faces = faces
    smiles = [0.0]
    for frame in range(100, 120):
        (state,) = rig.pipeline.process(frames(frame, captured_ns=at(frame)))
        assert state.tracked
        smiles.append(float(state.blendshapes.weights[SMILE]))
    assert smiles[1] > 0
    assert np.diff(smiles).max() <= 0.8 * 1.5 / (RETURN_S * FPS) + 1e-6
    assert smiles[-1] == pytest.approx(0.8)


def test_a_second_face_that_was_forgotten_comes_back_without_a_pop(frames) -> None:
    rig = Rig(max_faces=2)
    rig.detector.faces = both = [rig.detector.faces[0] - (160, 0), rig.detector.faces[0] + (160, 0)]
    rig.pipeline.process(frames(0, captured_ns=0))
    rig.detector.faces = both[:1]
    for frame in range(1, 150):
        states = rig.pipeline.process(frames(frame, captured_ns=at(frame)))
    assert [state.face_id for state in states] == [1]
    rig.detector.faces = both
    back = []
    for frame in range(150, 220):
        states = rig.pipeline.process(frames(frame, captured_ns=at(frame)))
        back += [s.blendshapes.weights[SMILE] for s in states if s.face_id == 2 and s.tracked]
    assert 0 < back[0] < 0.2
    assert back[-1] == pytest.approx(0.8)


def test_emotions_rise_in_time_in_the_weights_and_on_the_wire(frames) -> None:
    rig = smoothed(emotions=ScriptedEmotions("neutral", *["happiness"] * 60))
    rig.analyzer.units = {}
    profile = load_profile("arkit")
    rig.pipeline.use(Retargeter(profile, ()))  # no unit vouches for the smile
    states = [rig.pipeline.process(frames(frame, captured_ns=at(frame)))[0] for frame in range(60)]
    happy = np.array([state.emotions.probabilities[HAPPINESS] for state in states])
    smile = np.array([state.blendshapes.weights[SMILE] for state in states])
    assert happy[0] == 0
    assert (np.diff(happy) >= -1e-6).all()
    assert 0.9 < happy[round(profile.emotion.attack_s * FPS) + 1] < 0.99
    assert 0 < smile[3] < 0.5 < smile[-1]
    valences = [state.emotions.valence_arousal[0] for state in states]
    assert np.diff(valences).min() > -1e-6


def test_a_still_is_neither_smoothed_nor_blended(frames) -> None:
    rig = smoothed(emotions=ScriptedEmotions("happiness", "anger"))
    rig.pipeline.process(frames(0, captured_ns=0))
    rig.analyzer.units = {"AU12L": 0.3}
    (state,) = rig.pipeline.process_still(frames(1, captured_ns=1))
    assert state.blendshapes.weights[SMILE] == pytest.approx(0.3)
    assert state.emotions.probabilities[EMOTION_INDEX["anger"]] == pytest.approx(1.0)


def test_the_units_are_sent_as_they_were_read(frames) -> None:
    rig = smoothed()
    rig.pipeline.process(frames(0, captured_ns=0))
    before = rig.analyzer.units
    rig.analyzer.units = dict.fromkeys(before, 0.1)
    (state,) = rig.pipeline.process(frames(1, captured_ns=at(1)))
    assert state.action_units.intensities.max() == pytest.approx(0.1)
    assert state.blendshapes.weights[SMILE] > 0.1


def swinging(frames, before: str, after: str) -> np.ndarray:
    """A smile that comes and goes evenly, with other filters from frame 60 on."""
    rig = Rig()
    rig.pipeline.smooth_with(load_smoothing(before))
    smiles = []
    for frame in range(120):
        if frame == 60:
            rig.pipeline.smooth_with(load_smoothing(after))
        rig.analyzer.units = {"AU12L": SWING[frame]}
        (state,) = rig.pipeline.process(frames(frame, captured_ns=at(frame)))
        smiles.append(float(state.blendshapes.weights[SMILE]))
    return np.array(smiles)


@pytest.mark.parametrize(("before", "after"), [("none", "steady"), ("steady", "none")])
def test_another_smoothing_comes_without_a_jump(frames, before: str, after: str) -> None:
    smiles = swinging(frames, before, after)
    own = max(np.abs(np.diff(swinging(frames, name, name))).max() for name in (before, after))
    gap = abs(smiles[59] - SWING[60])
    most = own + 1.5 * gap / (RETURN_S * FPS)
    assert np.abs(np.diff(smiles[55:85])).max() <= most
    assert abs(smiles[60] - smiles[59]) <= own
    lag = np.abs(smiles[100:] - SWING[100:]).max()
    assert lag < 1e-4 if after == "none" else lag > 1e-3, "the filters are the new ones"


def test_a_cut_looks_anew_and_blends_the_face_into_the_same_avatar(frames) -> None:
    rig = Rig(emotions=ScriptedEmotions(*["happiness"] * 5, *["anger"] * 40))
    for frame in range(5):
        (state,) = rig.pipeline.process(frames(frame, captured_ns=at(frame)))
    shown, looks = float(state.blendshapes.weights[SMILE]), rig.detector.runs
    rig.pipeline.cut()
    rig.analyzer.units = {}
    smiles = [shown]
    for frame in range(5, 40):
        (state,) = rig.pipeline.process(frames(frame, captured_ns=at(frame)))
        assert state.face_id == 1
        smiles.append(float(state.blendshapes.weights[SMILE]))
    assert rig.detector.runs > looks
    assert np.abs(np.diff(smiles)).max() <= shown * 1.5 / (RETURN_S * FPS) + 1e-6
    assert smiles[-1] == pytest.approx(0.0, abs=0.02)
