"""Units and cues to weights: one matrix product, clipped, with ceilings."""

from collections.abc import Collection, Mapping

import numpy as np

from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, Capability
from avatar_bridge.facs.cues import CUES
from avatar_bridge.retarget.profile import Profile
from avatar_bridge.types import ActionUnits, Float32

_INPUTS: dict[str, int] = {name: i for i, name in enumerate((*ACTION_UNIT_NAMES, *CUES))}
_FULL_GAIN = 1.0


class Solver:
    """The linear part of a profile."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._gains = np.zeros((len(BLENDSHAPES), len(_INPUTS)), np.float32)
        for shape, terms in profile.shapes.items():
            for name, gain in terms.items():
                self._gains[BLENDSHAPE_INDEX[shape], _INPUTS[name]] = gain
        self._ceilings = [
            (BLENDSHAPE_INDEX[shape], BLENDSHAPE_INDEX[limit])
            for shape, limit in profile.ceilings.items()
        ]

    def solve(self, units: ActionUnits, cues: Mapping[str, float]) -> Float32:
        """Weights (52,) in [0, 1]; a cue that is not given counts as 0."""
        inputs = np.concatenate([units.intensities, [cues.get(name, 0.0) for name in CUES]])
        return np.clip(self._gains @ inputs.astype(np.float32), 0.0, 1.0)

    def limit(self, weights: Float32) -> Float32:
        """The same weights with each shape held under its ceiling."""
        limited = weights.copy()
        for shape, ceiling in self._ceilings:
            limited[shape] = min(limited[shape], limited[ceiling])
        return limited

    def capabilities(self, readable: Collection[str]) -> tuple[Capability, ...]:
        """How each shape is come by when only some inputs are read off the face.

        MEASURED where an input of full gain is read, DERIVED where a lesser one is or where an
        emotion can move it, else UNSUPPORTED.

        Args:
            readable: names of the action units and cues that are read.
        """
        own = {shape: self._capability(shape, readable) for shape in BLENDSHAPES}
        for shape, ceiling in self._profile.ceilings.items():
            if own[ceiling] is Capability.UNSUPPORTED:
                own[shape] = Capability.UNSUPPORTED  # held under a shape that is always 0
        return tuple(own.values())

    def _capability(self, shape: str, readable: Collection[str]) -> Capability:
        terms = self._profile.shapes.get(shape, {})
        gains = [gain for name, gain in terms.items() if name in readable and gain > 0]
        if gains and max(gains) >= _FULL_GAIN:
            return Capability.MEASURED
        emotion = self._profile.emotion
        if gains or (
            emotion.strength > 0
            and shape not in emotion.protected
            and any(prototype.get(shape, 0.0) > 0 for prototype in emotion.prototypes.values())
        ):
            return Capability.DERIVED
        return Capability.UNSUPPORTED
