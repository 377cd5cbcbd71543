"""Face detectors: each module but the hidden ones is one, by its name."""

from avatar_bridge.detect.base import Detector
from avatar_bridge.registry import Registry

DETECTORS: Registry[Detector] = Registry(
    "detector",
    __name__,
    hidden=frozenset({"cascade", "nets", "pyramid", "search", "suppress", "windows"}),
)
