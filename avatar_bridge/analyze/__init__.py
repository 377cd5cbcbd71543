"""Readers of the face: each module but those named here is an analyzer, by its card's task."""

from avatar_bridge.analyze.base import Analyzer
from avatar_bridge.registry import Registry

# `emotion` adds to what an analyzer saw and is none itself; the others are parts of one.
ANALYZERS: Registry[Analyzer] = Registry(
    "analyzer", __name__, hidden=frozenset({"cues", "emotion", "gaze", "pose"})
)
