"""Sources of pictures: each module is one, by its name, but for the hidden helpers.

`capture.address.open_source` is the way in: it reads the address and mirrors where asked.
"""

from avatar_bridge.capture.base import Source
from avatar_bridge.registry import Registry

SOURCES: Registry[Source] = Registry(
    "source",
    __name__,
    hidden=frozenset({"address", "decoder", "image_size", "mirror", "playback", "switch"}),
)
