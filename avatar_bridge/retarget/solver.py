"""Units and cues to weights.

In this order: the mix of a shape's inputs, held in [0, 1]; its response. The emotions then speak
(`layers`). Last, what shapes allow each other: rivals, then locks, then ceilings, which therefore
always hold.
"""

from collections.abc import Collection, Mapping

import numpy as np

from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, Capability
from avatar_bridge.facs.cues import CUES
from avatar_bridge.facs.regions import region_of
from avatar_bridge.retarget.crosstalk import Ceilings, Locks, Rivals
from avatar_bridge.retarget.curves import STEPS, Responses, curve, dead_zone, soft_limit
from avatar_bridge.retarget.schema import EmotionLayer, Mix, Profile, Response
from avatar_bridge.types import ActionUnits, Float32

_INPUTS: dict[str, int] = {name: i for i, name in enumerate((*ACTION_UNIT_NAMES, *CUES))}
_FULL_GAIN = 1.0


class Solver:
    """Everything of a profile but its emotions and targets.

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
        self._responses = _responses(profile)
        self._rivals = Rivals(profile.rivals)
        self._locks = Locks(profile.locks)
        self._ceilings = Ceilings(profile.ceilings)
        self.capabilities = _capabilities(profile, mixes)

    def solve(self, units: ActionUnits, cues: Mapping[str, float]) -> Float32:
        """Weights (52,) in [0, 1]; a cue that is not given counts as 0."""
        inputs = np.empty(len(_INPUTS), np.float32)
        inputs[: len(ACTION_UNIT_NAMES)] = units.intensities
        inputs[len(ACTION_UNIT_NAMES) :] = [cues.get(name, 0.0) for name in CUES]
        mixed = self._gains @ inputs
        weights: Float32 = np.minimum(np.maximum(mixed, np.float32(0.0)), np.float32(1.0))
        return self._responses(weights) if self._responses else weights

    def limit(self, weights: Float32) -> Float32:
        """What shapes allow each other, of weights (52,) in [0, 1]."""
        return self._ceilings.apply(self._locks.apply(self._rivals.apply(weights)))


def response_table(response: Response) -> Float32:
    """(STEPS + 1,) what a response makes of 0, 1 / STEPS, … 1."""
    x = dead_zone(np.linspace(0.0, 1.0, STEPS + 1), response.dead_zone)
    y = response.gain * curve(x, response.curve)
    return soft_limit(y, response.limit, response.knee).astype(np.float32)


def _responses(profile: Profile) -> Responses | None:
    if not profile.response:
        return None
    said = [profile.response_of(shape, region_of(shape)) for shape in BLENDSHAPES]
    return Responses(np.stack([response_table(response) for response in said]))


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
        emotion.intensity > 0
        and shape not in emotion.protected
        and any(prototype.get(shape, 0.0) > 0 for prototype in emotion.prototypes.values())
    ):
        return Capability.DERIVED
    return Capability.UNSUPPORTED
