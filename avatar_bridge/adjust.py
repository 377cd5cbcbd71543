"""What can be set otherwise while the bridge runs: its source, its smoothing and its outputs.

All of it is asked for in the control service's thread, and nothing of it keeps the stream waiting:
what takes time, such as opening a camera, is done here, and what then changes is a value that the
other threads look at, or goes to the pipeline's thread by a queue.
"""

import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any

from avatar_bridge.build import Parts
from avatar_bridge.capture.address import found_cameras, gives_states
from avatar_bridge.capture.base import public
from avatar_bridge.capture.switch import SwitchedSource
from avatar_bridge.errors import ConfigError
from avatar_bridge.sinks.rack import SinkRack, SinkState
from avatar_bridge.smooth import load_smoothing, smoothing_names

# What is done to the pipeline, in its own thread, between two frames.
Change = Callable[[Any], None]

PASS_S = 1.0  # in which the pipeline's thread comes by; it does so after every frame
PERFORMER = "performer"


class Adjuster:
    """Sets things otherwise; used by one thread.

    Args:
        parts: of the bridge.
        changes: where changes of the pipeline go.
    """

    def __init__(self, parts: Parts, changes: "queue.SimpleQueue[Change]") -> None:
        self._parts = parts
        self._changes = changes
        self._smoothing = parts.config.smoothing

    @property
    def source(self) -> str:
        """Address of the source in use, as clients may see it."""
        source = self._parts.source
        uri = source.config.uri if isinstance(source, SwitchedSource) else self._first.uri
        return public(uri)

    @property
    def mirror(self) -> bool:
        """Whether its pictures are mirrored."""
        source = self._parts.source
        return source.config.mirror if isinstance(source, SwitchedSource) else self._first.mirror

    @property
    def smoothing(self) -> str:
        """Name of the smoothing in use."""
        return self._smoothing

    def sources(self) -> tuple[str, ...]:
        """Sources that can be chosen on this machine, the one from the start among them."""
        return tuple(dict.fromkeys((public(self._first.uri), PERFORMER, *found_cameras())))

    def change(self, source: str | None, mirror: bool | None, smoothing: str | None) -> None:
        """As `control.base.Backend.change_settings`."""
        filters = None
        if smoothing is not None and smoothing != self._smoothing:
            if smoothing not in smoothing_names():  # a path would let a request read files
                names = ", ".join(smoothing_names())
                raise ConfigError(f"smoothing: expected one of {names}, got {smoothing[:80]!r}")
            filters = load_smoothing(smoothing)
        pictures = self._pictures()
        if source is not None and source != self.source:
            if gives_states(source):
                raise ConfigError(
                    f"expected a source of pictures, got {source[:80]}: start anew with it"
                )
            first = self._first.uri  # clients do not know its password
            pictures.switch(first if source == public(first) else source)
        if mirror is not None:
            pictures.mirror(mirror)
        if smoothing is not None and filters is not None:
            self._smoothing = smoothing
            self._changes.put(lambda pipeline: pipeline.smooth_with(filters))

    def sinks(self) -> tuple[SinkState, ...]:
        """Every output that can be turned on."""
        return self._rack.states()

    def set_sink(self, name: str, on: bool, options: Mapping[str, str]) -> SinkState:
        """As `control.base.Backend.set_sink`."""
        if on:
            self._rack.turn_on(name, options, self._passed)
            self._changes.put(lambda _: None)  # the stream is described anew after any change
        else:
            self._rack.turn_off(name, self._passed)
        return self._rack.state(name)

    @property
    def _rack(self) -> SinkRack:
        return self._parts.rack

    @property
    def _first(self) -> Any:
        return self._parts.config.source

    def _pictures(self) -> SwitchedSource:
        source = self._parts.source
        if not isinstance(source, SwitchedSource) or not self._first.realtime:
            raise ConfigError(f"expected a live source of pictures, got {source.label}")
        return source

    def _passed(self) -> None:
        """Wait until the pipeline's thread has done with what it was at."""
        event = threading.Event()
        self._changes.put(lambda _: event.set())
        event.wait(PASS_S)
