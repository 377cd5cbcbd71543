"""The profile in use, and what was changed of it by hand."""

from collections.abc import Mapping
from pathlib import Path

from avatar_bridge.retarget.edit import ShapeResponse, edited, save
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.retarget.schema import Profile


class ProfileEditor:
    """Keeps a profile beside what it was before it was changed; used by one thread.

    Args:
        name: name or path of the profile.
        profile: what it says.
    """

    def __init__(self, name: str, profile: Profile) -> None:
        self._name = name
        self._whole = self._profile = profile
        self._changed: frozenset[str] = frozenset()  # shapes

    @property
    def profile(self) -> Profile:
        """As it is now."""
        return self._profile

    @property
    def unsaved(self) -> bool:
        """Whether it was changed and not kept."""
        return bool(self._changed)

    def use(self, name: str) -> Profile:
        """Go on with another profile; what was changed and not kept is lost.

        Raises:
            ConfigError: there is none, or it is not valid.
        """
        self._profile = self._whole = load_profile(name)
        self._name, self._changed = name, frozenset()
        return self._profile

    def edit(
        self, changes: Mapping[str, ShapeResponse], *, save_as: str = "", reset: bool = False
    ) -> Path | None:
        """Change how shapes answer; where something does not fit, nothing is changed.

        Args:
            changes: by shape; the others stay.
            save_as: name to keep the profile by, which it then has; empty keeps nothing.
            reset: take back all that was not kept, first.

        Returns:
            The file that was written, or None.

        Raises:
            ConfigError: a shape, a number, or a name that does not fit; or it cannot be written.
        """
        start = self._whole if reset else self._profile
        changed = (frozenset() if reset else self._changed) | frozenset(changes)
        profile, path = edited(start, changes), None
        if save_as:
            path = save(save_as, self._name, profile, changed)
            self.use(save_as)
        else:
            self._profile, self._changed = profile, changed
        return path
