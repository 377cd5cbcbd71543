"""A mapping that one thread exchanges while others use it."""

from collections.abc import Mapping

from avatar_bridge.retarget.profile import Profile
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.types import Blendshapes


class SharedMapping:
    """The pure mapping by whichever profile is in use.

    Args:
        retargeter: of the first profile.
    """

    def __init__(self, retargeter: Retargeter) -> None:
        self._retargeter = retargeter

    def use(self, profile: Profile) -> None:
        """Map by another profile from now on."""
        self._retargeter = self._retargeter.with_profile(profile)

    def map(self, units: Mapping[str, float], emotions: Mapping[str, float]) -> Blendshapes:
        """As `Retargeter.map`."""
        return self._retargeter.map(units, emotions)
