"""Readers of the face: each module but the helpers named here is one, by its name."""

from avatar_bridge.analyze.base import Analyzer
from avatar_bridge.registry import Registry

ANALYZERS: Registry[Analyzer] = Registry(
    "analyzer", __name__, hidden=frozenset({"pose", "gaze", "cues"})
)
