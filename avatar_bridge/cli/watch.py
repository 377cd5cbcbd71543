"""`avatar-bridge watch`: a subscriber that shows what arrives, how often and how late."""

import json
from collections import deque
from collections.abc import Callable
from typing import Annotated

import numpy as np
import typer
from rich.console import Group, RenderableType
from rich.live import Live

from avatar_bridge.cli.bars import face_view
from avatar_bridge.cli.console import errors, out
from avatar_bridge.cli.options import ClientKeysFile, ServerKey
from avatar_bridge.clock import NS_PER_MS, NS_PER_S, SystemClock
from avatar_bridge.config import DEFAULT_PUBLISH
from avatar_bridge.errors import WireError
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire.address import is_loopback
from avatar_bridge.wire.codec import ReceivedFace
from avatar_bridge.wire.curve_files import load_client_keys
from avatar_bridge.wire.subscriber import Received, Subscriber

_WINDOW = 120  # messages that rate and latency are told over
_WAIT_S = 0.1
_REDRAW_S = 1 / 12
_SILENCE_S = 2.0


class Watched:
    """What a subscriber has seen so far; times are the clock's nanoseconds."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._faces: dict[int, ReceivedFace] = {}
        self._heard: dict[int, int] = {}
        self._same_machine = is_loopback(address)
        self._info: StreamInfo | None = None
        self._arrived: deque[int] = deque(maxlen=_WINDOW)
        self._latency_ms: deque[float] = deque(maxlen=_WINDOW)
        self._stream_id = ""
        self._next_seq: int | None = None
        self.lost = 0
        self.received = 0

    def take(self, received: Received, now_ns: int) -> None:
        """Note one message."""
        if isinstance(received, StreamInfo):
            self._info = received
        elif isinstance(received, ReceivedFace):
            self._take_face(received, now_ns)

    def _take_face(self, face: ReceivedFace, now_ns: int) -> None:
        if face.stream_id != self._stream_id:  # another server, or the same one started again
            self._stream_id, self._next_seq = face.stream_id, None
            self._faces.clear()
        if self._next_seq is not None:
            self.lost += max(0, face.seq - self._next_seq)
        self._next_seq = face.seq + 1
        self._faces[face.state.face_id] = face
        self._heard[face.state.face_id] = now_ns
        if face.state.tracked:
            self._faces.pop(0, None)
        self.received += 1
        self._arrived.append(now_ns)
        if self._same_machine:  # elsewhere the server's clock is another one
            self._latency_ms.append((now_ns - face.published_ns) / NS_PER_MS)

    @property
    def rate(self) -> float:
        """Messages a second over the window."""
        if len(self._arrived) < 2:
            return 0.0
        span_ns = self._arrived[-1] - self._arrived[0]
        return (len(self._arrived) - 1) * NS_PER_S / span_ns if span_ns else 0.0

    def latency(self) -> tuple[float, float] | None:
        """Median and p95 of the milliseconds from publish to receipt, on the same machine."""
        if not self._latency_ms:
            return None
        p50, p95 = np.percentile(np.array(self._latency_ms), [50, 95])
        return float(p50), float(p95)

    def silent(self, now_ns: int) -> bool:
        """Whether nothing has come for a while."""
        return not self._arrived or now_ns - self._arrived[-1] > _SILENCE_S * NS_PER_S

    def view(self, now_ns: int) -> RenderableType:
        """What the terminal shows."""
        latency = self.latency()
        late = f"{latency[0]:.2f} / {latency[1]:.2f} ms p50 / p95" if latency else "-"
        state = "nothing arrives" if self.silent(now_ns) else f"{self.rate:5.1f} messages/s"
        headline = f"{self._address}   {state}   latency {late}   {self.lost} lost   Ctrl-C ends"
        capabilities = self._info.capabilities if self._info else None
        faces = [
            self._faces[id_]
            for id_ in sorted(self._faces)
            if self._arrived[-1] - self._heard[id_] <= _SILENCE_S * NS_PER_S
        ]
        if not faces:
            return face_view(None, capabilities, headline)
        views = [
            face_view(face.state, capabilities, headline if index == 0 else "")
            for index, face in enumerate(faces)
        ]
        return Group(*views)


def watch(
    connect: Annotated[str, typer.Option(help="Address of the publisher.")] = DEFAULT_PUBLISH,
    keys: ClientKeysFile = "",
    server_key: ServerKey = None,
    messages: Annotated[int | None, typer.Option(min=1, help="Stop after so many.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="A line a message, for programs.")
    ] = False,
) -> None:
    """Subscribe to a running bridge and show what arrives."""
    clock = SystemClock()
    watched = Watched(connect)
    with Subscriber(connect, keys=load_client_keys(keys, server_key)) as subscriber:
        try:
            if as_json:
                _follow(subscriber, watched, clock, messages, _print_line)
            else:
                with Live(console=out, auto_refresh=False, transient=True) as live:
                    _follow(subscriber, watched, clock, messages, _redraw(live, watched, clock))
        except KeyboardInterrupt:
            pass  # the way to end it
    latency = watched.latency()
    late = f", latency {latency[0]:.2f} ms p50, {latency[1]:.2f} ms p95" if latency else ""
    errors.print(
        f"{watched.received} face messages, {watched.rate:.1f} a second, {watched.lost} lost{late}",
        highlight=False,
    )


def _follow(
    subscriber: Subscriber,
    watched: Watched,
    clock: SystemClock,
    messages: int | None,
    show: Callable[[Received | None], None],
) -> None:
    while messages is None or watched.received < messages:
        try:
            received = subscriber.receive(_WAIT_S)
        except WireError as error:
            errors.print(f"skipped a message: {error}", highlight=False)
            continue
        if received is not None:
            watched.take(received, clock.now_ns())
        show(received)


def _redraw(live: Live, watched: Watched, clock: SystemClock) -> Callable[[object], None]:
    """Draws now and then: messages come faster than anyone reads."""
    drawn_ns = 0

    def show(_: object) -> None:
        nonlocal drawn_ns
        now_ns = clock.now_ns()
        if now_ns - drawn_ns >= _REDRAW_S * NS_PER_S:
            drawn_ns = now_ns
            live.update(watched.view(now_ns), refresh=True)

    return show


def _print_line(received: Received | None) -> None:
    if not isinstance(received, ReceivedFace):
        return
    state = received.state
    line = {
        "seq": received.seq,
        "face_id": state.face_id,
        "tracked": state.tracked,
        "captured_ns": state.captured_ns,
        "published_ns": received.published_ns,
        "blendshapes": [round(float(weight), 4) for weight in state.blendshapes.weights],
    }
    out.print(json.dumps(line), soft_wrap=True, highlight=False, markup=False)
