"""Random expressions: single movements, pairs, emotions, speech and plain mixtures.

**Convention:** weights in [0, 1] in canonical order; a name that ends in `*` is both sides.
"""

from collections.abc import Mapping

import numpy as np

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.synthetic.names import MISSING_SHAPES
from avatar_bridge.training.synthetic.performance import both_sides
from avatar_bridge.types import Float32

# The share of each kind of expression.
_KINDS: Mapping[str, float] = {
    "rest": 0.06,
    "single": 0.22,
    "few": 0.22,
    "emotion": 0.28,
    "speech": 0.10,
    "mixture": 0.12,
}
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
# Left and right of these are directions, not sides.
_DIRECTIONS = ("jawLeft", "jawRight", "mouthLeft", "mouthRight")


def movements() -> tuple[str, ...]:
    """Every movement but the looks, sides joined: "eyeBlink*", "jawOpen" and so on."""
    names: list[str] = []
    for name in BLENDSHAPES:
        if name.startswith("eyeLook") or name in MISSING_SHAPES:
            continue
        sided = name.endswith(("Left", "Right")) and name not in _DIRECTIONS
        stem = name.removesuffix("Left").removesuffix("Right") + "*" if sided else name
        if stem not in names:
            names.append(stem)
    return tuple(names)


def random_expression(rng: np.random.Generator) -> Float32:
    """(52,) weights without looks: a movement, a few, an emotion, a sound, or a mixture."""
    kind = rng.choice(list(_KINDS), p=list(_KINDS.values()))
    weights = np.zeros(len(BLENDSHAPES), np.float32)
    every = movements()
    if kind == "single":
        _add(weights, {str(rng.choice(every)): rng.uniform(0.25, 1.0)}, rng)
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
    if kind != "single" and rng.random() < 0.12:
        _add(weights, {"eyeBlink*": rng.uniform(0.1, 1.0)}, rng)
    _settle(weights, rng)
    return weights


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


def _settle(weights: Float32, rng: np.random.Generator) -> None:
    """Undo what no face can do: both directions at once, or lips shut further than the jaw."""
    for pair in _EXCLUSIVE:
        if all(weights[BLENDSHAPE_INDEX[name]] > 0 for name in pair):
            weights[BLENDSHAPE_INDEX[pair[int(rng.integers(2))]]] = 0.0
    close, jaw = BLENDSHAPE_INDEX["mouthClose"], BLENDSHAPE_INDEX["jawOpen"]
    if weights[close] > weights[jaw]:
        weights[jaw] = min(1.0, float(weights[close]) * rng.uniform(1.0, 1.6))
