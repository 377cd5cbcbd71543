"""Running a bridge in the foreground with a live view, until it ends or Ctrl-C."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.console import RenderableType
from rich.live import Live

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.cli import page as pages
from avatar_bridge.cli.bars import face_view
from avatar_bridge.cli.console import errors, out
from avatar_bridge.cli.keys import keys
from avatar_bridge.cli.summary import reader_label
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config
from avatar_bridge.errors import AvatarBridgeError
from avatar_bridge.sinks.base import QuietSink, Sink
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, StreamInfo

RECORD_KEY = "r"
_REDRAWS_PER_S = 12

_log = logging.getLogger(__name__)


class LiveView(QuietSink):
    """A sink that keeps what the terminal shows; `Live` draws it in a thread of its own.

    Args:
        hint: a few words for the end of the headline, asked for whenever it is drawn.
    """

    def __init__(self, hint: Callable[[], str] = str) -> None:
        self.hint = hint
        self._state: FaceState | None = None
        self._info: StreamInfo | None = None
        self._status: StreamStatus | None = None

    def publish(self, state: FaceState) -> None:
        self._state = state

    def describe(self, info: StreamInfo) -> None:
        self._info = info

    def report(self, status: StreamStatus) -> None:
        self._status = status

    def __rich__(self) -> RenderableType:
        source = self._info.source if self._info else "…"
        fps = self._status.fps if self._status else 0.0
        drops = self._status.dropped if self._status else 0
        headline = f"{source}   {fps:5.1f} fps   {drops} dropped   Ctrl-C ends   {self.hint()}"
        return face_view(self._state, self._info.capabilities if self._info else None, headline)


def run_bridge(
    config: Config,
    *,
    max_frames: int | None,
    show: bool,
    extra_sinks: tuple[Sink, ...] = (),
    page: pages.Page = pages.NO_PAGE,
) -> Bridge:
    """Run a configuration to its end; Ctrl-C and SIGTERM end it cleanly.

    Args:
        config: what to run.
        max_frames: how many frames to publish, or None for all.
        show: whether to draw the bars; never where the output is no terminal.
        extra_sinks: further outputs.
        page: whether the live page is served, too.

    Returns:
        The bridge, stopped, for its telemetry.
    """
    view = LiveView()
    show = show and out.is_terminal
    sinks = (*extra_sinks, view) if show else extra_sinks
    early = threading.Event()  # asked to end before there is a bridge
    if page.address is not None:
        config = pages.sharing(config)
    with ExitStack() as stack:
        stack.enter_context(stops_on_signals(early.set))
        process = pages.start(page, config, stack)
        parts = build(config, SystemClock(), sinks)
        bridge = Bridge(parts)
        stack.enter_context(stops_on_signals(bridge.stop))
        if early.is_set():
            bridge.stop()
        view.hint = lambda: bridge.recording or f"{RECORD_KEY} records"
        errors.print(
            f"{bridge.reader or reader_label(config.analyze)}: "
            f"publishing on {config.wire.publish or 'nothing'}, "
            f"control on {config.wire.control or 'nothing'}; Ctrl-C ends",
            highlight=False,
        )
        pages.show(page, process, bridge, parts)
        if show:
            with shown(view), keys(lambda key: _press(bridge, key)):
                bridge.run(max_frames)
        else:
            bridge.run(max_frames)
    return bridge


def _press(bridge: Bridge, key: str) -> None:
    if key != RECORD_KEY:
        return
    try:
        bridge.toggle_recording()
    except AvatarBridgeError as error:
        _log.warning("%s", error)


@contextmanager
def shown(view: LiveView | None) -> Iterator[None]:
    """Draw a view in the terminal, if there is one to draw."""
    if view is None:
        yield
        return
    with Live(view, console=out, refresh_per_second=_REDRAWS_PER_S, transient=True):
        yield


@contextmanager
def stops_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on Ctrl-C and SIGTERM, instead of what they do otherwise."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: stop())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
