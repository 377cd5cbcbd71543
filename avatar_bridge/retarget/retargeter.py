"""The whole mapping: units, cues and emotions in, the 52 weights out.

Before it, a look at a face is conditioned: corrected for the head's turn, for hidden eyes and for
the person (`conditioner`).
"""

from collections.abc import Collection, Mapping

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES, nodes_of
from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.facs.cues import CUES
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.retarget.calibration import Calibration
from avatar_bridge.retarget.conditioner import Conditioned, Conditioner
from avatar_bridge.retarget.layers import EmotionPrior
from avatar_bridge.retarget.measure import Sight
from avatar_bridge.retarget.profile import Profile
from avatar_bridge.retarget.solver import Solver
from avatar_bridge.retarget.targets import TargetMixer
from avatar_bridge.types import (
    ActionUnits,
    Blendshapes,
    EmotionScores,
    FaceAnalysis,
    FaceState,
    Float32,
)


class Retargeter:
    """Applies one profile to what one net can read.

    Args:
        profile: the mapping.
        action_units: names of the units that are read off the face.
        conditioner: what is done to a look before it is mapped; None does nothing.
    """

    def __init__(
        self,
        profile: Profile,
        action_units: Collection[str],
        conditioner: Conditioner | None = None,
    ) -> None:
        self.profile = profile
        self._action_units = tuple(action_units)
        self._conditioner = conditioner or Conditioner(occlusion=False)
        self._solver = Solver(profile, {*action_units, *CUES})
        self._prior = EmotionPrior(profile.emotion)
        self._measured = _measured(self._solver)
        self._mixer = TargetMixer(profile)

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """(52,) how each shape is come by, in canonical order."""
        return self._solver.capabilities

    @property
    def target_names(self) -> tuple[str, ...]:
        """(T,) the avatar's own shapes that the profile drives beside the 52; mostly none."""
        return self._mixer.names

    def targets(self, blendshapes: Blendshapes, emotions: EmotionScores) -> Float32:
        """Their values (T,) in [0, 1], of what is sent of a face, smoothed and faded."""
        return self._mixer.mix(blendshapes, emotions)

    @property
    def calibration(self) -> Calibration | None:
        """The calibration in use."""
        return self._conditioner.calibration

    def with_profile(self, profile: Profile) -> "Retargeter":
        """The same with another profile."""
        return Retargeter(profile, self._action_units, self._conditioner)

    def with_calibration(self, calibration: Calibration | None) -> "Retargeter":
        """The same for another person, or for anyone."""
        conditioner = self._conditioner.calibrated(calibration)
        return Retargeter(self.profile, self._action_units, conditioner)

    def condition(
        self, analysis: FaceAnalysis, image_size: tuple[int, int] | None = None
    ) -> Conditioned:
        """What `retarget` is to get of a look: see `Conditioner.condition`."""
        return self._conditioner.condition(analysis, image_size)

    def sight(self, state: FaceState) -> Sight | None:
        """What a calibration measures of a state: see `Conditioner.sight`."""
        return self._conditioner.sight(state)

    def explain(self) -> tuple[tuple[str, Capability, str], ...]:
        """For each of the 52: its name, how it is come by, and by which rule in words."""
        readable = {*self._action_units, *CUES}
        ways = zip(BLENDSHAPES, self.capabilities, strict=True)
        return tuple((shape, way, _rule(self.profile, shape, way, readable)) for shape, way in ways)

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


def _rule(profile: Profile, shape: str, way: Capability, readable: Collection[str]) -> str:
    """By what a shape moves; of one that never does, what would move it."""
    ceiling = profile.ceilings.get(shape)
    under = f", never above {ceiling}" if ceiling else ""
    mix = profile.inputs(shape, readable)
    if way is Capability.UNSUPPORTED:
        wanted = " or ".join(" + ".join(choice) for choice in profile.shapes.get(shape, ()))
        return f"always 0: not read off the face{f' ({wanted})' if wanted else ''}"
    parts = [f"{gain:g} {name}" for name, gain in mix.items()]
    if way is Capability.DERIVED:
        prototypes = profile.emotion.prototypes.items()
        moving = [emotion for emotion, shapes in prototypes if shapes.get(shape, 0.0) > 0]
        if moving and shape not in profile.emotion.protected:
            parts.append(f"the emotion {', '.join(moving)}")
    return " + ".join(parts) + under


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
