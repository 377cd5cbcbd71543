"""From the configuration to open outputs."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from avatar_bridge.clock import Clock
from avatar_bridge.config import Config
from avatar_bridge.errors import ConfigError
from avatar_bridge.sinks import SINKS
from avatar_bridge.sinks.base import Sink
from avatar_bridge.sinks.guard import GuardedSink
from avatar_bridge.sinks.pictures import PictureForm
from avatar_bridge.sinks.rack import SinkRack
from avatar_bridge.wire.address import is_loopback
from avatar_bridge.wire.curve import ServerKeys

PUBLISHER = "zmq_pub"
# Sinks that a running bridge does not open or close: its own, and the one of tests.
_NOT_SWITCHED = frozenset({PUBLISHER, "recorder", "memory"})


def open_sinks(
    config: Config,
    clock: Clock,
    stream_id: str,
    opened: ExitStack,
    keys: ServerKeys | None = None,
) -> tuple[Sink, ...]:
    """The publisher and the outputs that a configuration names, as the two functions below."""
    publisher = open_publisher(config, clock, stream_id, opened, keys)
    return (*publisher, *open_rack(config, clock, opened).sinks)


def open_publisher(
    config: Config,
    clock: Clock,
    stream_id: str,
    opened: ExitStack,
    keys: ServerKeys | None = None,
) -> tuple[Sink, ...]:
    """The publisher, guarded; none where no address is given.

    Args:
        config: `wire` of it.
        clock: shared by all parts.
        stream_id: of this run.
        opened: closes it, unless it is told otherwise.
        keys: of the publisher.

    Raises:
        ConfigError: an address, or the camera's pictures, that others could watch.
        SinkError: it cannot be opened.
    """
    wire = config.wire
    if not wire.publish:
        return ()
    camera = PictureForm(wire.camera_width, wire.camera_fps) if wire.share_camera else None
    if camera and not (is_loopback(wire.publish) or wire.share_camera_beyond):
        raise ConfigError(
            f"wire.share_camera: expected a publisher of this machine, got {wire.publish}: others "
            "could watch; allow it with wire.share_camera_beyond"
        )
    options = {
        "address": wire.publish,
        "stream_id": stream_id,
        "insecure": str(wire.insecure).lower(),
        "keys": keys,
        "camera": camera,
    }
    sink = open_sink(PUBLISHER, options, clock)
    opened.callback(sink.close)
    return (sink,)


def open_rack(config: Config, clock: Clock, opened: ExitStack) -> SinkRack:
    """The outputs that a configuration names, and those that may be opened later.

    Args:
        config: `sinks` of it.
        clock: shared by all parts.
        opened: closes them, unless it is told otherwise.

    Raises:
        ConfigError: an unknown sink, or an option that it does not take.
        SinkError: one cannot be opened.
    """
    names = set(SINKS.names()) - _NOT_SWITCHED
    rack = SinkRack(lambda name, options: open_sink(name, options, clock), names)
    opened.callback(rack.close)
    for sink in config.sinks:
        rack.add(sink.name, sink.options)
    return rack


def open_sink(name: str, options: Mapping[str, Any], clock: Clock) -> GuardedSink:
    """One output, guarded.

    Raises:
        ConfigError: an unknown sink, or an option that it does not take.
        SinkError: it cannot be opened.
    """
    factory = SINKS.get(name)
    try:
        return GuardedSink(name, factory(clock, **options), clock)
    except (TypeError, ValueError) as error:  # the latter of a text that cannot be encoded
        raise ConfigError(f"sink {name}: {error}") from error


def no_rack() -> SinkRack:
    """Of a bridge whose outputs all stay."""
    return SinkRack(_refuse, ())


def _refuse(name: str, options: Mapping[str, str]) -> GuardedSink:
    raise ConfigError(f"expected a bridge with outputs, got one without: {name}")
