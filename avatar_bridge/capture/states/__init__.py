"""Sources of face states, made by another tracker such as a phone: each module is one, by its name.

`capture.address.open_states` is the way in.
"""

from avatar_bridge.capture.states.base import StateSource
from avatar_bridge.registry import Registry

STATE_SOURCES: Registry[StateSource] = Registry(
    "source", __name__, hidden=frozenset({"datagrams", "rotations", "timecode", "weights"})
)
