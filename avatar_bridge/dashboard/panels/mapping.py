"""How what is read becomes weights: the profile, and the smoothing."""

from typing import Any

from avatar_bridge.dashboard.desk import Desk
from avatar_bridge.dashboard.panels.base import Panel, choice, section, show_choice
from avatar_bridge.wire.v1 import control_pb2 as pb


class MappingPanel(Panel):
    """Profile and smoothing."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        with section("Feel", "tune"):
            self._profile = choice("Profile", self._use_profile)
            self._smoothing = choice("Smoothing", self._use_smoothing)

    def show(self, settings: pb.GetSettingsResponse) -> None:
        show_choice(self._profile, settings.profiles, settings.profile)
        show_choice(self._smoothing, settings.smoothings, settings.smoothing)

    async def _use_profile(self, event: Any) -> None:
        settings = self.desk.settings
        if settings is None or event.value in (None, settings.profile):
            return
        asked = pb.SetProfileRequest(name=event.value)
        await self.desk.change(f"profile: {event.value}", set_profile=asked)
        self._again()

    async def _use_smoothing(self, event: Any) -> None:
        settings = self.desk.settings
        if settings is None or event.value in (None, settings.smoothing):
            return
        asked = pb.ChangeSettingsRequest(smoothing=event.value)
        await self.desk.change(f"smoothing: {event.value}", change_settings=asked)
        self._again()

    def _again(self) -> None:
        if self.desk.settings is not None:
            self.show(self.desk.settings)
