"""Face trackers: each module but the hidden ones is one, by its name."""

from avatar_bridge.registry import Registry
from avatar_bridge.track.base import Tracker

TRACKERS: Registry[Tracker] = Registry(
    "tracker", __name__, hidden=frozenset({"absent", "identity", "roster", "steady"})
)
