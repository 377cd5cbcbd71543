"""The whole mapping: units, cues and emotions in, the 52 weights out."""

from collections.abc import Collection, Mapping

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES, nodes_of
from avatar_bridge.facs.arkit import Capability
from avatar_bridge.facs.cues import CUES
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.retarget.layers import EmotionPrior
from avatar_bridge.retarget.profile import Profile
from avatar_bridge.retarget.solver import Solver
from avatar_bridge.types import ActionUnits, Blendshapes, EmotionScores, FaceAnalysis, Float32


class Retargeter:
    """Applies one profile to what one net can read.

    Args:
        profile: the mapping.
        action_units: names of the units that are read off the face.
    """

    def __init__(self, profile: Profile, action_units: Collection[str]) -> None:
        self.profile = profile
        self._solver = Solver(profile, {*action_units, *CUES})
        self._prior = EmotionPrior(profile.emotion)
        self._measured = _measured(self._solver)

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """(52,) how each shape is come by, in canonical order."""
        return self._solver.capabilities

    def retarget(self, analysis: FaceAnalysis) -> Blendshapes:
        """The weights for one look at a face."""
        evidence = self._measured * np.float32(analysis.presence)
        weights = self._solver.solve(analysis.action_units, analysis.cues)
        return self._finish(weights, analysis.emotions, np.asarray(evidence))

    def map(self, units: Mapping[str, float], emotions: Mapping[str, float]) -> Blendshapes:
        """The pure mapping, for callers with units or emotions of their own.

        Args:
            units: intensities in [0, 1] by node ("AU12L") or unit ("AU12", meaning both sides).
                Those that are named count as sure; for the rest the emotions may speak.
            emotions: probabilities in [0, 1] by name; what is missing to 1 is neutral.

        Raises:
            ConfigError: an unknown name, or a number outside its range.
        """
        nodes: dict[str, float] = {}
        # What is said of one side counts more than what is said of both.
        for name in sorted(units, key=lambda name: -len(_nodes(name))):
            nodes |= dict.fromkeys(_nodes(name), _intensity(name, units[name]))
        intensities = np.zeros(len(ACTION_UNIT_NAMES), np.float32)
        for node, value in nodes.items():
            intensities[ACTION_UNIT_INDEX[node]] = value
        solver = Solver(self.profile, nodes)  # what is named is what is read
        weights = solver.solve(ActionUnits(intensities), {})
        return self._finish(weights, _scores(emotions), _measured(solver))

    def _finish(self, weights: Float32, emotions: EmotionScores, evidence: Float32) -> Blendshapes:
        return Blendshapes(self._solver.limit(self._prior.apply(weights, emotions, evidence)))


def _measured(solver: Solver) -> Float32:
    """(52,) 1 where a shape is measured, else 0."""
    return np.array([c is Capability.MEASURED for c in solver.capabilities], np.float32)


def _nodes(name: str) -> tuple[str, ...]:
    nodes = nodes_of(name)
    if not nodes:
        raise ConfigError(f"expected an action unit such as AU12 or AU12L, got {name!r}")
    return nodes


def _intensity(name: str, value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise ConfigError(f"{name}: expected an intensity of 0 to 1, got {value}")
    return value


def _scores(emotions: Mapping[str, float]) -> EmotionScores:
    probabilities = np.zeros(len(EMOTIONS), np.float32)
    for name, value in emotions.items():
        if name not in EMOTION_INDEX:
            raise ConfigError(f"expected one of {', '.join(EMOTIONS)}, got {name!r}")
        if not 0.0 <= value <= 1.0:
            raise ConfigError(f"{name}: expected a probability of 0 to 1, got {value}")
        probabilities[EMOTION_INDEX[name]] = value
    total = float(probabilities.sum())
    if total > 1.0:
        probabilities /= total
    probabilities[EMOTION_INDEX["neutral"]] += max(0.0, 1.0 - total)
    return EmotionScores(probabilities)
