import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.smooth.base import Envelope
from avatar_bridge.smooth.emotion import EmotionSmoother
from avatar_bridge.smooth.preset import EmotionTuning
from avatar_bridge.types import EmotionScores

ENVELOPE = Envelope(attack_s=0.25, release_s=0.6)
MARGIN = 0.1


def scores(**probabilities: float) -> EmotionScores:
    values = np.array([probabilities.get(name, 0.0) for name in EMOTIONS])
    values[-1] += 1.0 - values.sum()
    return EmotionScores(values)


def smoother() -> EmotionSmoother:
    return EmotionSmoother(EmotionTuning(margin=MARGIN))


def of(emotions: EmotionScores, name: str) -> float:
    return float(emotions.probabilities[EMOTION_INDEX[name]])


def test_the_first_emotions_come_back_unchanged() -> None:
    assert of(smoother().smooth(scores(anger=0.9), 0.0, ENVELOPE), "anger") == pytest.approx(0.9)


@pytest.mark.parametrize("rate", [30, 60, 120])
def test_an_emotion_comes_and_goes_in_its_time(rate: int) -> None:
    face = smoother()
    face.smooth(scores(), 0.0, ENVELOPE)
    for _ in range(round(0.25 * rate) + 1):
        out = face.smooth(scores(happiness=1.0), 1 / rate, ENVELOPE)
    assert 0.94 < of(out, "happiness") < 0.98
    for _ in range(round(0.3 * rate)):
        out = face.smooth(scores(), 1 / rate, ENVELOPE)
    assert 0.15 < of(out, "happiness") < 0.3  # half of the release has gone by


def test_no_time_is_at_once() -> None:
    face = smoother()
    face.smooth(scores(), 0.0, ENVELOPE)
    out = face.smooth(scores(fear=1.0), 1 / 60, Envelope(0.0, 0.0))
    assert of(out, "fear") == pytest.approx(1.0)


def test_two_emotions_that_are_nearly_equal_do_not_flicker() -> None:
    face, rng, led, raw = smoother(), np.random.default_rng(0), [], []
    for _ in range(300):
        tilt = 0.04 * rng.standard_normal()
        a = float(np.clip(0.45 + tilt, 0.1, 0.8))
        out = face.smooth(scores(anger=a, disgust=0.9 - a), 1 / 30, ENVELOPE)
        led.append(int(out.probabilities.argmax()))
        raw.append(a > 0.45)
    assert np.diff(raw).sum() > 100
    assert len(set(led)) == 1


def test_whoever_leads_clearly_takes_over_and_valence_follows() -> None:
    face = smoother()
    sad = face.smooth(scores(sadness=0.9), 0.0, ENVELOPE)
    valences = [sad.valence_arousal[0]]
    for _ in range(60):
        out = face.smooth(scores(happiness=0.9), 1 / 30, ENVELOPE)
        valences.append(out.valence_arousal[0])
    assert EMOTIONS[int(out.probabilities.argmax())] == "happiness"
    assert valences[-1] > 0.6
    assert np.diff(valences).max() < 0.5


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.floats(0.001, 1), min_size=7, max_size=7), st.floats(0, 0.2)),
        min_size=2,
        max_size=12,
    )
)
def test_they_stay_probabilities_and_the_lead_needs_its_margin(
    steps: list[tuple[list[float], float]],
) -> None:
    face, before = smoother(), None
    for raw, elapsed_s in steps:
        values = np.array(raw) / np.sum(raw)
        out = face.smooth(EmotionScores(values), elapsed_s, ENVELOPE).probabilities
        assert out.sum() == pytest.approx(1.0, abs=1e-5)
        leader = int(out.argmax())
        if before is not None and leader != before:
            assert out[leader] >= out[before] + MARGIN - 1e-5
        before = leader
