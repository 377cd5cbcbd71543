"""A WebSocket server, for web pages, OBS browser sources and whatever else has no ZeroMQ.

`ws://127.0.0.1:5572/json` or `…/protobuf`, or `?format=protobuf`; without either the sink's
option decides. As protobuf, each binary message is what the publisher sends: topic, 0x00,
protobuf. As JSON, each text message is an object with its `topic`; names are those of the
protobuf messages, but lists whose names never change are objects by name. Faces come at frame
rate; `meta` and `status` at once, and then once a second.

A client that is slower than the stream gets the newest of each face when it has taken the last
one.

Pages are served by others: a browser says by which (`Origin`), and only pages of this machine are
let in, or those that the user names. OBS serves a local file as `http://absolute`.
"""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Origin

from avatar_bridge.clock import Clock
from avatar_bridge.errors import SinkError, WireError
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.sinks import options
from avatar_bridge.sinks.udp import place_of
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, Float32, StreamInfo
from avatar_bridge.wire.codec import encode_face, encode_meta, encode_status

PORT = 5572
FORMATS = ("json", "protobuf")
OWN_PAGES = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\]|absolute)(:\d+)?")
SEND_BUFFER = 1 << 16  # bytes: more would only be stale
MOST_CLIENTS = 64
LARGEST_REQUEST = 1 << 12  # bytes: clients have nothing to say
JOIN_S = 1.0
START_S = 5.0

Key = tuple[str, int]  # topic, and face
AllowedOrigin = Origin | re.Pattern[str] | None


class Outgoing:
    """One message in both forms, each made when a client first wants it."""

    def __init__(
        self, as_json: Callable[[], dict[str, Any]], as_bytes: Callable[[], bytes]
    ) -> None:
        self._as_json = as_json
        self._as_bytes = as_bytes

    @cached_property
    def json(self) -> str:
        """The text message."""
        return json.dumps(self._as_json(), separators=(",", ":"))

    @cached_property
    def protobuf(self) -> bytes:
        """The binary message."""
        return self._as_bytes()


class WebSocketSink:
    """Serves every face to many clients, from a thread of its own.

    Args:
        clock: stamps what is sent; the one that stamped the frames.
        listener: a bound socket that listens.
        default: of `FORMATS`, for clients that do not say.
        origins: who may connect, beside what is no page.
    """

    def __init__(
        self,
        clock: Clock,
        listener: socket.socket,
        default: str = "json",
        origins: tuple[AllowedOrigin, ...] = (OWN_PAGES,),
    ) -> None:
        self._clock = clock
        self._listener = listener
        self._default = default
        self._origins = (None, *origins)
        self._stream_id = ""
        self._target_names: tuple[str, ...] = ()
        self._seq = 0
        self._lock = threading.Lock()
        self._waiting: dict[Key, Outgoing] = {}  # guarded by the lock
        self._news = threading.Event()
        self._closing = False
        self._clients: set[_Client] = set()  # of the loop's thread, as is the next
        self._latest: dict[Key, Outgoing] = {}
        self._started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="sink websocket", daemon=True
        )
        self._thread.start()
        self._started.wait(START_S)

    @property
    def port(self) -> int:
        """Where it listens."""
        number: int = self._listener.getsockname()[1]
        return number

    def publish(self, state: FaceState) -> None:
        seq, self._seq = self._seq, self._seq + 1
        if not self._clients:
            return
        stream_id, names, now_ns = self._stream_id, self._target_names, self._clock.now_ns()
        face = Outgoing(
            lambda: face_json(state, names, stream_id=stream_id, seq=seq, published_ns=now_ns),
            lambda: encode_face(state, stream_id=stream_id, seq=seq, published_ns=now_ns),
        )
        self._hand_over(("face", state.face_id), face)

    def describe(self, info: StreamInfo) -> None:
        self._stream_id, self._target_names = info.stream_id, info.target_names
        self._hand_over(("meta", 0), Outgoing(lambda: meta_json(info), lambda: encode_meta(info)))

    def report(self, status: StreamStatus) -> None:
        stream_id, now_ns = self._stream_id, self._clock.now_ns()
        outgoing = Outgoing(
            lambda: status_json(status, stream_id=stream_id, published_ns=now_ns),
            lambda: encode_status(status, stream_id=stream_id, published_ns=now_ns),
        )
        self._hand_over(("status", 0), outgoing)

    def close(self) -> None:
        self._closing = True
        self._news.set()
        self._thread.join(JOIN_S)

    def _hand_over(self, key: Key, outgoing: Outgoing) -> None:
        """Leave a message for the loop.

        Setting an event costs microseconds. To wake the loop itself would hand it the interpreter
        at once, and the pipeline's thread would wait while it packs.
        """
        with self._lock:
            self._waiting[key] = outgoing
        self._news.set()

    async def _relay(self) -> None:
        """Give clients what is left for the loop, until the sink is closed."""
        while not self._closing:
            await asyncio.to_thread(self._news.wait)
            self._news.clear()
            with self._lock:
                fresh, self._waiting = self._waiting, {}
            self._latest.update((key, each) for key, each in fresh.items() if key[0] != "face")
            for client in self._clients:
                client.offer(fresh)

    async def _serve(self) -> None:
        async with serve(
            self._talk,
            sock=self._listener,
            origins=self._origins,
            process_request=self._refuse,
            compression=None,
            max_size=LARGEST_REQUEST,
            close_timeout=JOIN_S / 2,
            server_header=None,
        ):
            self._started.set()
            await self._relay()

    def _refuse(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer what cannot be served; None goes on."""
        if self._format(request.path) is None:
            wanted = "expected /json or /protobuf\n"
            return connection.respond(HTTPStatus.NOT_FOUND, wanted)
        if len(self._clients) >= MOST_CLIENTS:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too many clients\n")
        return None

    def _format(self, path: str) -> str | None:
        """Which of `FORMATS` an address asks for; None for one that is not served."""
        try:
            parts = urlsplit(path)
        except ValueError:  # such as half an IPv6 address
            return None
        named = parts.path.strip("/")
        asked = named or parse_qs(parts.query).get("format", [self._default])[0]
        return asked if asked in FORMATS else None

    async def _talk(self, connection: ServerConnection) -> None:
        request = connection.request
        client = _Client(connection, (request and self._format(request.path)) or self._default)
        client.offer(self._latest)
        self._clients.add(client)
        sending = asyncio.ensure_future(client.send())
        try:
            with suppress(ConnectionClosed):  # without a goodbye, as of a page that was killed
                async for _ in connection:
                    pass  # what it says is of no interest, but that it is there
        finally:
            self._clients.discard(client)
            sending.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await sending


class _Client:
    """One connection, and what it has still to get: the newest of each kind and face."""

    def __init__(self, connection: ServerConnection, form: str) -> None:
        self._connection = connection
        self._binary = form == "protobuf"
        self._pending: dict[Key, Outgoing] = {}
        self._news = asyncio.Event()

    def offer(self, fresh: dict[Key, Outgoing]) -> None:
        """Replace what it has not got yet."""
        self._pending.update(fresh)
        self._news.set()

    async def send(self) -> None:
        """Send for as long as the connection lasts, no faster than it takes."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._pending:
                outgoing = self._pending.pop(next(iter(self._pending)))
                try:
                    message = outgoing.protobuf if self._binary else outgoing.json
                except WireError:  # a text that no message can carry; all others still come
                    continue
                await self._connection.send(message)


def face_json(
    state: FaceState,
    target_names: tuple[str, ...],
    *,
    stream_id: str,
    seq: int,
    published_ns: int,
) -> dict[str, Any]:
    """A face as JSON has it: weights to four decimals, the rest to six."""
    valence, arousal = state.emotions.valence_arousal
    position, orientation = state.head_pose.position, state.head_pose.orientation
    named = len(target_names) == len(state.targets)  # else the names are still those before
    return {
        "topic": "face",
        "stream_id": stream_id,
        "seq": seq,
        "captured_ns": state.captured_ns,
        "published_ns": published_ns,
        "frame_index": state.frame_index,
        "face_id": state.face_id,
        "tracked": state.tracked,
        "confidence": round(state.confidence, 4),
        "blendshapes": _named(BLENDSHAPES, state.blendshapes.weights),
        "action_units": _named(ACTION_UNIT_NAMES, state.action_units.intensities),
        "emotions": _named(EMOTIONS, state.emotions.probabilities),
        "valence": round(valence, 4),
        "arousal": round(arousal, 4),
        "head_pose": {"position": _rounded(position), "orientation": _rounded(orientation)},
        "gaze": {"left": _rounded(state.gaze.left), "right": _rounded(state.gaze.right)},
        "image_size": list(state.image_size),
        "box": _rounded(state.box),
        "targets": _named(target_names, state.targets) if named else {},
    }


def meta_json(info: StreamInfo) -> dict[str, Any]:
    """What the stream carries, as JSON has it."""
    return {
        "topic": "meta",
        "stream_id": info.stream_id,
        "source": info.source,
        "profile": info.profile,
        "calibration": info.calibration,
        "model": info.model,
        "target_fps": info.target_fps,
        "capabilities": {
            name: capability.value
            for name, capability in zip(BLENDSHAPES, info.capabilities, strict=True)
        },
        "measured_action_units": list(info.action_units),
        "target_names": list(info.target_names),
    }


def status_json(status: StreamStatus, *, stream_id: str, published_ns: int) -> dict[str, Any]:
    """How the stream is doing, as JSON has it."""
    return {
        "topic": "status",
        "stream_id": stream_id,
        "published_ns": published_ns,
        "fps": round(status.fps, 3),
        "stages": [
            {"name": s.name, "p50_ms": s.p50_ms, "p95_ms": s.p95_ms, "worst_ms": s.worst_ms}
            for s in status.stages
        ],
        "captured": status.captured,
        "dropped": status.dropped,
        "source_state": status.source_state,
        "tracked_faces": status.tracked_faces,
    }


def _named(names: tuple[str, ...], values: Float32) -> dict[str, float]:
    return {name: round(v, 4) for name, v in zip(names, values.tolist(), strict=True)}


def _rounded(values: Float32) -> list[float]:
    return [round(value, 6) for value in values.tolist()]


def listen(host: str, port: int) -> socket.socket:
    """A bound socket that listens.

    Raises:
        SinkError: no such host, or the port is taken.
    """
    try:
        family, kind, protocol, _, address = place_of(host, port, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SinkError(f"websocket: expected a host that can be found, got {host!r}") from error
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # clients inherit it
        opened.bind(address)
        opened.listen()
    except OSError as error:
        opened.close()
        raise SinkError(
            f"websocket: port {port} of {host} cannot be used: {error.strerror}"
        ) from error
    return opened


def create(
    clock: Clock,
    *,
    host: str = options.LOOPBACK,
    port: str = str(PORT),
    format: str = "json",
    origins: str = "",
    insecure: str = "false",
) -> WebSocketSink:
    """Open the server.

    Args:
        clock: stamps what is sent.
        host: to listen on.
        port: to listen at; 0 takes a free one.
        format: "json" or "protobuf", for clients that do not say.
        origins: further pages that may connect, such as `https://my.page`, with `+` between.
        insecure: "true" to listen beyond this machine.

    Raises:
        ConfigError: an option that cannot be used.
        SinkError: the port is taken.
    """
    name = "websocket"
    options.choice(name, "format", format, FORMATS)
    options.bindable(name, host, options.flag(name, "insecure", insecure))
    number = options.port(name, port, free=True)
    pages = tuple(Origin(page) for page in origins.split("+") if page)
    return WebSocketSink(clock, listen(host, number), format, (OWN_PAGES, *pages))
