"""Outputs: each module but `base` is one, by its name."""

from avatar_bridge.registry import Registry
from avatar_bridge.sinks.base import Sink

SINKS: Registry[Sink] = Registry("sink", __name__)
