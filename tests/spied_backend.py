"""A backend for tests of who gets through to it."""

from avatar_bridge.facs.arkit import Capability
from avatar_bridge.types import StreamInfo

INFO = StreamInfo("run", "test", "arkit", "", "net", (Capability.MEASURED,) * 52, (), 30.0)


class SpiedBackend:
    """Knows two profiles, and notes which one is set."""

    def __init__(self) -> None:
        self.profile = "arkit"

    def info(self) -> StreamInfo:
        return INFO

    def profiles(self) -> tuple[str, ...]:
        return ("arkit", "vrm")

    def set_profile(self, name: str) -> None:
        self.profile = name
