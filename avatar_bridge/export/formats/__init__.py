"""The files that a take can be read from or written to: one module each, asked for by name."""

from avatar_bridge.export.formats.base import Format
from avatar_bridge.registry import Registry

FORMATS: Registry[Format] = Registry("format", __name__)
