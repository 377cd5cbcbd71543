"""Outputs: each module is one, by its name, but for the parts that several share."""

from avatar_bridge.registry import Registry
from avatar_bridge.sinks.base import Sink

SINKS: Registry[Sink] = Registry(
    "sink",
    __name__,
    hidden=frozenset(
        {"angles", "guard", "options", "osc", "pictures", "rack", "udp", "unified", "worker"}
    ),
)
