"""Whom the page talks to: requests as browsers send them, for other sites too."""

import pytest
from asgi import Answer, ask
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from avatar_bridge.dashboard.guard import COOKIE, Guard

PORT = 5580
OURS = f"127.0.0.1:{PORT}"
TOKEN = "long-and-secret"
REFUSED, CLOSED, OPEN = 403, 1008, 101


async def answer(_: object) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def get(path: str = "/", token: str = "", method: str = "GET", **headers: str) -> Answer:
    """A request with these headers, `_` for `-`."""
    routes = [WebSocketRoute("/live", talk), Route("/{_:path}", answer, methods=["GET", "POST"])]
    guarded = Guard(Starlette(routes=routes), port=PORT, names=("my-pc",), token=token)
    given = {"host": OURS} | {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(guarded, path, method=method, headers=given)


@pytest.mark.parametrize(
    "host", [OURS, f"localhost:{PORT}", f"[::1]:{PORT}", f"192.168.1.7:{PORT}", f"MY-PC:{PORT}"]
)
def test_the_page_itself_is_served(host: str) -> None:
    got = get(host=host, origin=f"http://{host}", sec_fetch_site="same-origin")
    assert (got.status, got.text) == (200, "hello")
    socket = get("/live", method="SOCKET", host=host, origin=f"http://{host}")
    assert (socket.status, socket.text) == (OPEN, "hello")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": f"evil.example:{PORT}"},  # a name that was made to point here
        {"host": "127.0.0.1"},  # port 80 is not ours
        {"host": f"127.0.0.1:{PORT + 1}"},
        {"host": ""},
        {"host": f"user@127.0.0.1:{PORT}"},
        {"host": f"127.0.0.1.evil.example:{PORT}"},
        {"host": f"127.0.0.1:{PORT}/x"},
        {"host": "127.0.0.1:five"},
        {"host": "[::1"},
        {"host": f"[::1]x:{PORT}"},
        {"host": f"{OURS}?x"},
        {"host": f"{OURS}#; script-src *"},  # would be part of the policy that is sent
        {"host": f"[fe80::1%25; x]:{PORT}"},
        {"host": f"2130706433:{PORT}"},  # 127.0.0.1 as one number: no browser sends it so
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": f"https://{OURS}"},
        {"origin": f"http://localhost:{PORT}"},  # ours, but not the one that was asked
        {"origin": "http://127.0.0.1:8080"},  # another program of this machine
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
        {"sec_fetch_site": "same-site", "sec_fetch_mode": "cors"},
    ],
)
def test_other_sites_are_refused(headers: dict[str, str]) -> None:
    got = get(**headers)
    assert (got.status, "hello" in got.text) == (REFUSED, False)
    assert get("/live", method="SOCKET", **headers).status == CLOSED


def test_a_form_of_another_site_is_refused_however_it_is_sent() -> None:
    assert get("/avatar", method="POST", origin="http://evil.example").status == REFUSED
    visit = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    assert get("/avatar", method="POST", **visit).status == REFUSED
    assert get("/", **visit).status == 200  # but a link may be followed


def test_nothing_may_be_loaded_from_elsewhere_or_framed() -> None:
    policy = get().headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy
    assert [part for part in policy.split() if "//" in part] == [f"ws://{OURS}"]


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/?token=%C3%A4", "/socket.io"])
def test_without_the_token_nothing_is_served(path: str) -> None:
    assert get(path, TOKEN).status == REFUSED
    assert get(path, TOKEN, cookie=f"{COOKIE}=wrong").status == REFUSED
    assert get(path, TOKEN, cookie="=;;ä=").status == REFUSED
    assert get("/live", TOKEN, method="SOCKET").status == CLOSED


def test_the_token_becomes_a_cookie_and_leaves_the_address() -> None:
    first = get(f"/?token={TOKEN}&a=1", TOKEN)
    assert (first.status, first.headers["location"]) == (303, "/?a=1")
    kept, *rules = first.headers["set-cookie"].split("; ")
    assert "HttpOnly" in rules
    assert get("/", TOKEN, cookie=kept).text == "hello"
    assert get("/live", TOKEN, method="SOCKET", cookie=kept).text == "hello"
    assert get("/live", TOKEN, method="SOCKET", cookie=kept, origin="http://a.b").status == CLOSED


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "///evil.example"])
def test_the_way_on_never_leads_elsewhere(path: str) -> None:
    place = get(f"http://x{path}?token={TOKEN}", TOKEN).headers["location"]
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))
