"""The outputs that can be turned on and off while the bridge runs."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from avatar_bridge.errors import AvatarBridgeError, ConfigError
from avatar_bridge.sinks.guard import GuardedSink

Options = Mapping[str, str]
Opener = Callable[[str, Options], GuardedSink]

INSECURE = "insecure"  # an option that only whoever starts the server may give


@dataclass(frozen=True, slots=True)
class SinkState:
    """One output.

    Attributes:
        name: as `--sink` takes it.
        on: whether it is open.
        state: a few words for people; empty while it is off.
        options: that it has, or would have.
    """

    name: str
    on: bool
    state: str = ""
    options: Options = field(default_factory=dict)


class SinkRack:
    """Opens and closes sinks by name, for one thread; any thread may look at those that are open.

    Args:
        opener: opens one.
        names: those that may be turned on.
    """

    def __init__(self, opener: Opener, names: Iterable[str]) -> None:
        self._opener = opener
        self._names = tuple(sorted(names))
        self._options: dict[str, tuple[Options, ...]] = {}
        self._open: dict[str, tuple[GuardedSink, ...]] = {}
        self._lock = threading.Lock()  # of the tuple, against a close of all
        self._closed = False
        self.sinks: tuple[GuardedSink, ...] = ()

    def add(self, name: str, options: Options) -> None:
        """Open a further one at the start; a name may come more than once.

        Raises:
            AvatarBridgeError: it cannot be opened.
        """
        opened = self._opener(name, options)
        self._options[name] = (*self._options.get(name, ()), options)
        self._place(name, (*self._open.get(name, ()), opened))

    def states(self) -> tuple[SinkState, ...]:
        """All that may be turned on, by name."""
        return tuple(self.state(name) for name in self._names)

    def state(self, name: str) -> SinkState:
        """One of them.

        Raises:
            ConfigError: unknown name.
        """
        if name not in self._names:
            raise ConfigError(f"expected one of {', '.join(self._names)}, got {name[:80]!r}")
        there = self._open.get(name, ())
        said = "; ".join(dict.fromkeys(sink.state for sink in there))
        options = self._options.get(name, ({},))[0]
        return SinkState(name, bool(there), said, options)

    def turn_off(self, name: str, passed: Callable[[], None]) -> None:
        """Close one.

        Args:
            name: of a sink; one that is off stays off.
            passed: waits until no thread is in the sinks that were there when it was called.

        Raises:
            ConfigError: unknown name.
        """
        self.state(name)
        there = self._open.get(name, ())
        if there:
            self._place(name, ())
            passed()
            for sink in there:
                sink.close()

    def turn_on(self, name: str, options: Options, passed: Callable[[], None]) -> None:
        """Open one, or open it anew with other options.

        Args:
            name: of a sink.
            options: empty for those that it had, or the sink's own.
            passed: as in `turn_off`.

        Raises:
            AvatarBridgeError: unknown name, or it cannot be opened; what was open is so again.
        """
        self.state(name)
        if INSECURE in options:
            raise ConfigError(f"{name}: expected {INSECURE} to be given where the server starts")
        before = self._options.get(name, ())
        wanted = (options,) if options else before or ({},)
        was_on = bool(self._open.get(name))
        if was_on and wanted == before:
            return
        self.turn_off(name, passed)  # it may hold the port that the next one needs
        try:
            self._place(name, self._open_all(name, wanted))
        except AvatarBridgeError:
            if was_on:
                self._place(name, self._open_all(name, before))
            raise
        self._options[name] = wanted

    def close(self) -> None:
        """Close all that are open."""
        with self._lock:
            self._closed = True
            sinks, self.sinks = self.sinks, ()
        for sink in sinks:
            sink.close()

    def _open_all(self, name: str, wanted: tuple[Options, ...]) -> tuple[GuardedSink, ...]:
        opened: list[GuardedSink] = []
        try:
            for options in wanted:
                opened.append(self._opener(name, options))
        except AvatarBridgeError:
            for sink in opened:
                sink.close()
            raise
        return tuple(opened)

    def _place(self, name: str, sinks: tuple[GuardedSink, ...]) -> None:
        with self._lock:
            if not self._closed:
                self._open[name] = sinks
                self.sinks = tuple(sink for open_ in self._open.values() for sink in open_)
                return
        for sink in sinks:  # the bridge ended meanwhile
            sink.close()
