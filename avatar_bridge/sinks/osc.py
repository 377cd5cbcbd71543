"""OSC messages: python-osc packs each one once, and only its numbers change after that.

Packing a hundred messages anew takes milliseconds; filling in their numbers takes microseconds.

Open Sound Control 1.0, https://opensoundcontrol.stanford.edu/spec-1_0.html
"""

import struct
from collections.abc import Iterable, Iterator

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

# Bytes of a datagram that no network on the way splits; VMC asks for 1500 at most.
LARGEST = 1472

_BUNDLE = OscBundleBuilder(IMMEDIATELY).build().dgram
_SIZE = struct.Struct(">i")


def message(address: str, *arguments: str | int | float | bool) -> bytes:
    """One packed message."""
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return bytes(builder.build().dgram)


class Message:
    """A message that ends in floats.

    Args:
        address: of the message.
        fixed: arguments that never change.
        floats: how many floats follow.
    """

    def __init__(self, address: str, *fixed: str | int, floats: int = 1) -> None:
        packed = message(address, *fixed, *[0.0] * floats)
        self._numbers = struct.Struct(f">{floats}f")
        self._head = packed[: len(packed) - self._numbers.size]

    def fill(self, *values: float) -> bytes:
        """The packed message with these floats."""
        return self._head + self._numbers.pack(*values)


def bundles(messages: Iterable[bytes]) -> Iterator[bytes]:
    """Packed messages in order, in as few bundles of at most `LARGEST` bytes as hold them."""
    bundle = _BUNDLE
    for packed in messages:
        element = _SIZE.pack(len(packed)) + packed
        if len(bundle) + len(element) > LARGEST and bundle != _BUNDLE:
            yield bundle
            bundle = _BUNDLE
        bundle += element
    if bundle != _BUNDLE:
        yield bundle
