"""A server that speaks broken ZMTP over real sockets: cut off, byte by byte, or not at all."""

import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from broken_sessions import GREETING, PUBLISHER, Sessions, frame, ready

from avatar_bridge.wire import topics
from avatar_bridge.wire.v1 import face_pb2

HONEST = "honest"  # the stream of a server that has come to its senses
LONGEST_S = 0.1  # that a client is left waiting; clients of a fuzzer give up sooner


class RogueServer:
    """One address; a broken session for each connection until it is told to be honest."""

    def __init__(self, kind: int, seed: int) -> None:
        self._kind = kind
        self._sessions = Sessions(seed)
        self._chance = random.Random(seed)
        self._honest = threading.Event()
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.served = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    def be_honest(self) -> None:
        """Serve the next connections as a server should."""
        self._honest.set()

    def close(self) -> None:
        """End it."""
        self._ended.set()
        self._thread.join(5)
        self._listener.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                peer = self._listener.accept()[0]
            except TimeoutError:
                continue
            with peer:
                peer.settimeout(1.0)
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    if self._honest.is_set():
                        self._serve(peer)
                    else:
                        self._torment(peer, self._sessions.make(self._kind))
                        self.served += 1
                except OSError:
                    pass  # the client has had enough

    def _torment(self, peer: socket.socket, session: bytes) -> None:
        chance = self._chance
        match chance.randrange(8):
            case 0:  # nothing at all
                self._ended.wait(chance.random() * LONGEST_S)
            case 1:  # byte by byte
                for byte in session[: chance.randrange(1, 400)]:
                    peer.sendall(bytes([byte]))
            case 2:  # a part, and then silence
                peer.sendall(session[: chance.randrange(len(session) + 1)])
                self._ended.wait(chance.random() * LONGEST_S)
            case 3:  # torn off
                peer.sendall(session[: chance.randrange(len(session) + 1)])
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case 4:  # more than anybody reads at once
                peer.sendall(session + frame(b"") * 100_000)
            case _:
                peer.sendall(session)
                self._ended.wait(chance.random() * 0.01)

    def _serve(self, peer: socket.socket) -> None:
        peer.sendall(GREETING + ready(b"PUB" if self._kind == PUBLISHER else b"ROUTER"))
        face = face_pb2.FaceFrame(schema_version=1, stream_id=HONEST, tracked=True)
        face.blendshapes.extend([0.5] * 52)
        face.head_pose.qw = 1.0
        while not self._ended.is_set():
            if self._kind == PUBLISHER:
                face.seq += 1
                face.captured_ns = time.monotonic_ns()
                peer.sendall(frame(topics.join(topics.FACE, face.SerializeToString())))
            time.sleep(0.01)


@contextmanager
def tormenting(kind: int, seed: int = 1) -> Iterator[RogueServer]:
    """A rogue server for as long as the block runs."""
    server = RogueServer(kind, seed)
    try:
        yield server
    finally:
        server.close()
