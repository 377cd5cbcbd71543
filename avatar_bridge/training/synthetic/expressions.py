"""Random expressions: single movements, a few, emotions, speech, mixtures and real takes.

**Convention:** weights in [0, 1] in canonical order; a name that ends in `*` is both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, mirrored
from avatar_bridge.training.synthetic.performance import both_sides
from avatar_bridge.types import Float32

# The share of each kind of expression; "take" only where there are takes.
_KINDS: Mapping[str, float] = {
    "rest": 0.04,
    "lone": 0.20,
    "single": 0.10,
    "few": 0.12,
    "emotion": 0.10,
    "speech": 0.06,
    "mixture": 0.30,  # the densest lesson: some eight movements a picture
    "take": 0.08,
}
# Kinds whose eyes look where the weights say: others look about.
_OWN_LOOKS = ("lone", "take")
# Share of single movements that are nearly full: how a net learns what 1 is.
_FULL_SHARE = 0.4
# After EMFACS's prototypes (Ekman and Friesen), with ARKit's names.
EMOTION_FACES: Mapping[str, Mapping[str, float]] = {
    "happiness": {"mouthSmile*": 0.9, "cheekSquint*": 0.7, "mouthUpperUp*": 0.3, "jawOpen": 0.15,
                  "mouthDimple*": 0.2, "eyeSquint*": 0.3},
    "surprise": {"browInnerUp": 0.9, "browOuterUp*": 0.9, "eyeWide*": 0.9, "jawOpen": 0.6},
    "anger": {"browDown*": 0.95, "eyeSquint*": 0.5, "eyeWide*": 0.2, "mouthPress*": 0.6,
              "noseSneer*": 0.35, "mouthFrown*": 0.3, "mouthShrugLower": 0.3},
    "shout": {"browDown*": 0.9, "noseSneer*": 0.5, "jawOpen": 0.5, "mouthLowerDown*": 0.6,
              "mouthUpperUp*": 0.5, "mouthStretch*": 0.3},
    "fear": {"browInnerUp": 0.9, "browOuterUp*": 0.4, "browDown*": 0.35, "eyeWide*": 0.85,
             "mouthStretch*": 0.8, "jawOpen": 0.25, "mouthLowerDown*": 0.3},
    "sadness": {"browInnerUp": 0.85, "mouthFrown*": 0.85, "mouthShrugLower": 0.6,
                "browDown*": 0.2, "eyeSquint*": 0.2},
    "disgust": {"noseSneer*": 0.9, "mouthUpperUp*": 0.7, "browDown*": 0.4, "eyeSquint*": 0.5,
                "mouthShrugLower": 0.3, "mouthFrown*": 0.2, "cheekSquint*": 0.4},
    "contempt": {"mouthDimpleLeft": 0.8, "mouthSmileLeft": 0.5, "mouthPress*": 0.3},
}  # fmt: skip
_SPEECH = {
    "jawOpen": 0.6, "mouthFunnel": 0.6, "mouthPucker": 0.6, "mouthClose": 0.4, "mouthPress*": 0.5,
    "mouthRollLower": 0.5, "mouthRollUpper": 0.4, "mouthStretch*": 0.5, "mouthLowerDown*": 0.6,
    "mouthUpperUp*": 0.4, "mouthShrugUpper": 0.4, "mouthSmile*": 0.4,
}  # fmt: skip
# One of a pair at a time.
_EXCLUSIVE = (("jawLeft", "jawRight"), ("mouthLeft", "mouthRight"), ("mouthPucker", "mouthFunnel"))
# How much of the way from one face to another is gone in a moment, at most.
_MOST_OF_A_MOVE = 0.4
# What a tongue between the lips keeps from meeting.
_LIPS_MEET = (
    "mouthClose", "mouthPressLeft", "mouthPressRight", "mouthRollLower", "mouthRollUpper",
)  # fmt: skip
_TONGUE_BEGINS = 0.02  # below: noise of a take
# The place of each shape's mirror image.
_MIRROR = tuple(BLENDSHAPE_INDEX[mirrored(name)] for name in BLENDSHAPES)
# Left and right of these are directions, not sides.
_DIRECTIONS = ("jawLeft", "jawRight", "mouthLeft", "mouthRight")


def movements() -> tuple[str, ...]:
    """Every movement but the looks, sides joined: "eyeBlink*", "jawOpen" and so on."""
    names: list[str] = []
    for name in BLENDSHAPES:
        if name.startswith("eyeLook"):
            continue
        sided = name.endswith(("Left", "Right")) and name not in _DIRECTIONS
        stem = name.removesuffix("Left").removesuffix("Right") + "*" if sided else name
        if stem not in names:
            names.append(stem)
    return tuple(names)


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A random face.

    Attributes:
        weights: (52,) in [0, 1].
        kind: what it was drawn as.
    """

    weights: Float32
    kind: str

    @property
    def looks_about(self) -> bool:
        """Whether the gaze is still to be drawn: these weights say nothing of it."""
        return self.kind not in _OWN_LOOKS


def random_expression(rng: np.random.Generator, takes: Float32 | None = None) -> Expression:
    """A movement alone, a movement, a few, an emotion, a sound, a mixture, a frame of a take.

    Args:
        rng: decides it.
        takes: (N, 52) real faces, from `takes.load_takes`; None leaves them out.
    """
    kinds = [kind for kind in _KINDS if kind != "take" or takes is not None]
    shares = np.array([_KINDS[kind] for kind in kinds])
    kind = str(rng.choice(kinds, p=shares / shares.sum()))
    weights = np.zeros(len(BLENDSHAPES), np.float32)
    every = movements()
    if kind == "lone":
        weights[rng.integers(len(BLENDSHAPES))] = _single_weight(rng)
    elif kind == "single":
        _add(weights, {str(rng.choice(every)): _single_weight(rng)}, rng)
    elif kind == "few":
        for name in rng.choice(every, rng.integers(2, 4), replace=False):
            _add(weights, {str(name): rng.uniform(0.2, 1.0)}, rng)
    elif kind == "emotion":
        _add(weights, _emotion(rng), rng)
    elif kind == "speech":
        sounds = list(_SPEECH)
        for name in rng.choice(sounds, rng.integers(1, 5), replace=False):
            _add(weights, {str(name): _SPEECH[str(name)] * rng.uniform(0.2, 1.4)}, rng)
    elif kind == "mixture":
        for name in every:
            if rng.random() < 0.16:
                _add(weights, {name: rng.beta(1.2, 1.6)}, rng)
    elif kind == "take" and takes is not None:
        weights = _of_take(takes, rng)
    if kind not in ("lone", "single", "take") and rng.random() < 0.12:
        _add(weights, {"eyeBlink*": rng.uniform(0.1, 1.0)}, rng)
    if kind == "take":  # its jaw was measured: the lips give way instead
        close, jaw = BLENDSHAPE_INDEX["mouthClose"], BLENDSHAPE_INDEX["jawOpen"]
        weights[close] = min(weights[close], weights[jaw])
    settle(weights, rng)
    return Expression(weights, kind)


def moment_later(
    weights: Float32, rng: np.random.Generator, takes: Float32 | None = None
) -> Float32:
    """(52,) what a face shows some hundredths of a second after (52,) `weights`.

    It is on its way to another one: not at all, a little, or as far as a lid closes from one
    frame to the next. Arguments as for `random_expression`.
    """
    goal = random_expression(rng, takes).weights
    share = np.float32(_MOST_OF_A_MOVE * rng.random() ** 2)
    later = weights + share * (goal - weights)
    settle(later, rng)
    return later


def _single_weight(rng: np.random.Generator) -> float:
    """From 0.25 to 1, more often near 1 than elsewhere."""
    return float(rng.uniform(0.88, 1.0) if rng.random() < _FULL_SHARE else rng.uniform(0.25, 1.0))


def _of_take(takes: Float32, rng: np.random.Generator) -> Float32:
    """(52,) one frame, as it is or as its mirror."""
    frame = np.array(takes[rng.integers(len(takes))], np.float32)
    return frame[list(_MIRROR)] if rng.random() < 0.5 else frame


def _emotion(rng: np.random.Generator) -> dict[str, float]:
    """One emotion or two, each movement stronger or weaker than the prototype's."""
    faces = rng.choice(list(EMOTION_FACES), 1 if rng.random() < 0.7 else 2, replace=False)
    total: dict[str, float] = {}
    for face in faces:
        size = rng.uniform(0.3, 1.15) / len(faces) ** 0.5
        for name, weight in EMOTION_FACES[str(face)].items():
            if rng.random() < 0.88:
                total[name] = max(total.get(name, 0.0), weight * size * rng.uniform(0.55, 1.25))
    return total


def _add(weights: Float32, face: Mapping[str, float], rng: np.random.Generator) -> None:
    """Raise the weights; now and then on one side, mostly on both alike."""
    one_sided = rng.random() < 0.2
    side = int(rng.integers(2))
    for pattern, weight in face.items():
        for place, name in enumerate(both_sides(pattern)):
            share = rng.uniform(0.85, 1.0)
            if one_sided and pattern.endswith("*") and place != side:
                share = rng.uniform(0.0, 0.35)
            index = BLENDSHAPE_INDEX[name]
            weights[index] = max(float(weights[index]), min(1.0, weight * share))


def settle(weights: Float32, rng: np.random.Generator) -> None:
    """Undo what no face can do, in place.

    Both directions at once, lips that close further than the jaw is open, and a tongue that is
    out of a shut mouth.
    """
    for pair in _EXCLUSIVE:
        if all(weights[BLENDSHAPE_INDEX[name]] > 0 for name in pair):
            weights[BLENDSHAPE_INDEX[pair[int(rng.integers(2))]]] = 0.0
    close, jaw = BLENDSHAPE_INDEX["mouthClose"], BLENDSHAPE_INDEX["jawOpen"]
    tongue = float(weights[BLENDSHAPE_INDEX["tongueOut"]])
    if tongue > _TONGUE_BEGINS:
        for name in _LIPS_MEET:
            weights[BLENDSHAPE_INDEX[name]] = 0.0
        needed = tongue_jaw(tongue) * rng.uniform(1.0, 1.5)
        weights[jaw] = max(float(weights[jaw]), min(1.0, needed))
    if weights[close] > weights[jaw]:
        weights[jaw] = min(1.0, float(weights[close]) * rng.uniform(1.0, 1.4))


def tongue_jaw(weight: float) -> float:
    """How far a tongue that is so far out opens the jaw, at least."""
    return 0.18 + 0.25 * weight
