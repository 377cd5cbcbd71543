"""Units and cues to weights: one matrix product, clipped, with ceilings."""

from collections.abc import Collection, Mapping

import numpy as np

from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, Capability
from avatar_bridge.facs.cues import CUES
from avatar_bridge.retarget.profile import EmotionLayer, Mix, Profile
from avatar_bridge.types import ActionUnits, Float32

_INPUTS: dict[str, int] = {name: i for i, name in enumerate((*ACTION_UNIT_NAMES, *CUES))}
_FULL_GAIN = 1.0


class Solver:
    """The linear part of a profile.

    Args:
        profile: the mapping.
        readable: names of the action units and cues that are read off the face; a shape is made
            of its first mix of which one is.

    Attributes:
        capabilities: (52,) MEASURED where an input of full gain is read, DERIVED where a lesser
            one is or where an emotion can move the shape, else UNSUPPORTED.
    """

    def __init__(self, profile: Profile, readable: Collection[str]) -> None:
        mixes = {shape: profile.inputs(shape, readable) for shape in BLENDSHAPES}
        self._gains = np.zeros((len(BLENDSHAPES), len(_INPUTS)), np.float32)
        for shape, mix in mixes.items():
            for name, gain in mix.items():
                self._gains[BLENDSHAPE_INDEX[shape], _INPUTS[name]] = gain
        self._ceilings = [
            (BLENDSHAPE_INDEX[shape], BLENDSHAPE_INDEX[limit])
            for shape, limit in profile.ceilings.items()
        ]
        self.capabilities = _capabilities(profile, mixes)

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


def _capabilities(profile: Profile, mixes: Mapping[str, Mix]) -> tuple[Capability, ...]:
    own = {shape: _capability(shape, mix, profile.emotion) for shape, mix in mixes.items()}
    for shape, ceiling in profile.ceilings.items():
        if own[ceiling] is Capability.UNSUPPORTED:
            own[shape] = Capability.UNSUPPORTED  # held under a shape that is always 0
    return tuple(own.values())


def _capability(shape: str, mix: Mix, emotion: EmotionLayer) -> Capability:
    strongest = max(mix.values(), default=0.0)
    if strongest >= _FULL_GAIN:
        return Capability.MEASURED
    if strongest > 0 or (
        emotion.strength > 0
        and shape not in emotion.protected
        and any(prototype.get(shape, 0.0) > 0 for prototype in emotion.prototypes.values())
    ):
        return Capability.DERIVED
    return Capability.UNSUPPORTED
