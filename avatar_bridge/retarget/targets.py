"""What an avatar's own shapes get: mixes of the 52 weights and of the emotions.

The 52 stay as they are; targets come on top, for avatars that have other names.
"""

import numpy as np

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.retarget.layers import Overrides
from avatar_bridge.retarget.schema import CONSTANT, Profile
from avatar_bridge.types import Blendshapes, EmotionScores, Float32

_EMOTIONS_AT = len(BLENDSHAPES)
_CONSTANT_AT = _EMOTIONS_AT + len(EMOTIONS)
_COLUMNS: dict[str, int] = {
    **BLENDSHAPE_INDEX,
    **{name: _EMOTIONS_AT + index for name, index in EMOTION_INDEX.items()},
    CONSTANT: _CONSTANT_AT,
}


class TargetMixer:
    """One matrix product.

    An emotion that moves a target takes from the other targets' blink, look and mouth what its
    override says, as strongly as its own target moves.

    Args:
        profile: whose targets these are.

    Attributes:
        names: (T,) of the targets, as the profile orders them.
    """

    def __init__(self, profile: Profile) -> None:
        self.names: tuple[str, ...] = tuple(profile.targets)
        self._gains = np.zeros((len(self.names), len(_COLUMNS)), np.float32)
        for row, mix in enumerate(profile.targets.values()):
            for name, gain in mix.items():
                self._gains[row, _COLUMNS[name]] = gain
        shown = self._gains[:, _EMOTIONS_AT:_CONSTANT_AT].max(0, initial=0.0)  # (7,)
        self._shown = np.minimum(shown, np.float32(1.0))
        self._overrides = Overrides(profile.emotion)

    def mix(self, blendshapes: Blendshapes, emotions: EmotionScores) -> Float32:
        """Values (T,) in [0, 1]."""
        if not self.names:
            return np.zeros(0, np.float32)
        weights, probabilities = blendshapes.weights, emotions.probabilities
        if self._overrides.any:
            weights = weights * self._overrides.kept(self._shown * probabilities)
        inputs = np.concatenate([weights, probabilities, [np.float32(1.0)]])
        values: Float32 = np.clip(self._gains @ inputs, 0.0, 1.0)
        return values
