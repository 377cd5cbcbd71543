"""Requests to an ASGI app as a server hands them on, without a server."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    """What an app sent: status (of a socket 101, or its close code), headers, and the rest."""

    status: int
    headers: dict[str, str]
    text: str


def ask(app: ASGIApp, url: str, *, method: str = "GET", headers: dict[str, str]) -> Answer:
    """Send a request, or with method "SOCKET" open a WebSocket, and take all that comes."""
    parts = urlsplit(url)
    scope: dict[str, Any] = {
        "type": "websocket" if method == "SOCKET" else "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers.items()],
        "subprotocols": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    waiting = [{"type": "websocket.connect"} if method == "SOCKET" else _BODY]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    first = sent[0]
    text = "".join(m.get("text") or m.get("body", b"").decode() for m in sent[1:])
    given = {k.decode(): v.decode() for k, v in first.get("headers", [])}
    if first["type"] == "websocket.close":
        return Answer(first["code"], given, text)
    return Answer(first.get("status", 101), given, text)


_BODY = {"type": "http.request", "body": b"", "more_body": False}
