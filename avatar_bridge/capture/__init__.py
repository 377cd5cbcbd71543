"""Sources of pictures: each module but `base` is one, by its name."""

from avatar_bridge.capture.base import Source
from avatar_bridge.registry import Registry

SOURCES: Registry[Source] = Registry("source", __name__)
