"""Outputs: each module but `base` and `guard` is one, by its name."""

from avatar_bridge.registry import Registry
from avatar_bridge.sinks.base import Sink

SINKS: Registry[Sink] = Registry("sink", __name__, hidden=frozenset({"guard"}))
