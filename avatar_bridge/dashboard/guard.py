"""Who may talk to the page: an ASGI layer around everything that is served, sockets too.

A page of another site can make a browser send requests to this machine. Three things tell them
apart. `Host` must be a name of ours, else a foreign name was made to point here. `Origin` must be
that very host, and `Sec-Fetch-Site` must not say otherwise. And where other machines reach the
page, a token that only the terminal shows must come along: in the address at first, as a cookie
from then on.
"""

import hmac
import ipaddress
import re
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

TOKEN = "token"  # of the address
COOKIE = "avatar_bridge_page"
_OWN_SITES = ("same-origin", "none", "")
_REFUSED = 403
_POLICY_CLOSE = 1008
# Nothing else, as it goes into the policy that is sent: a name or address, and a port.
_HOST = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9_.-]+))(?::(?P<port>[0-9]{1,5}))?"
)
_HTTP_PORT = 80  # browsers leave it out


class Guard:
    """Lets in what is the page's own.

    Args:
        app: what is guarded.
        port: that the page is served at; `Host` must name it.
        names: hosts that may be asked for, beside every address and `localhost`.
        token: must be brought along; empty for none.
    """

    def __init__(
        self, app: ASGIApp, *, port: int, names: Iterable[str] = (), token: str = ""
    ) -> None:
        self.app = app
        self._port = port
        self._names = {"localhost", *(name.lower() for name in names)}
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, connection or, of type lifespan, the server's own life."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal:
            await _refuse(refusal, scope, receive, send)
            return
        shown = _shown_token(scope)
        if self._token and self._right(shown) and scope["type"] == "http":
            await self._welcome(scope, receive, send)
            return
        if self._token and not self._right(shown) and not self._right(_cookie(headers)):
            said = "expected the token of the address that the terminal shows"
            await _refuse(said, scope, receive, send)
            return
        await self.app(scope, receive, _with_policy(send, headers["host"]))

    def _refusal(self, scope: Scope, headers: Headers) -> str:
        """Why a request is not honoured; empty where it is."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return "expected the page's own address as host"
        if len(origins) > 1 or (origins and origins[0].lower() != f"http://{hosts[0].lower()}"):
            return "expected a request of the page itself"
        visit = headers.get("sec-fetch-mode") == "navigate" and scope.get("method") == "GET"
        if not visit and headers.get("sec-fetch-site", "") not in _OWN_SITES:
            return "expected a request of the page itself"
        return ""

    def _is_ours(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        if found is None or int(found["port"] or _HTTP_PORT) != self._port:
            return False
        name = (found["six"] or found["name"]).lower()
        return name in self._names or _is_address(name)

    def _right(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token.encode())

    async def _welcome(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the token out of the address, and into a cookie."""
        query = [(k, v) for k, v in _query(scope) if k != TOKEN]
        # One slash only: two would make a path the name of another host.
        place = "/" + scope["path"].lstrip("/\\") + (f"?{urlencode(query)}" if query else "")
        answer = RedirectResponse(place, status_code=303)
        answer.set_cookie(COOKIE, self._token, httponly=True, samesite="lax")
        answer.headers["referrer-policy"] = "no-referrer"
        await answer(scope, receive, send)


def _is_address(name: str) -> bool:
    """An address cannot be made to point elsewhere, as a name can."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope.get("query_string", b"").decode("latin-1"))


def _shown_token(scope: Scope) -> str:
    return next((value for key, value in _query(scope) if key == TOKEN), "")


def _cookie(headers: Headers) -> str:
    try:
        kept = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return kept[COOKIE].value if COOKIE in kept else ""


async def _refuse(said: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(_POLICY_CLOSE, said)(scope, receive, send)
        return
    await PlainTextResponse(f"{said}\n", status_code=_REFUSED)(scope, receive, send)


def _with_policy(send: Send, host: str) -> Send:
    """Sends what tells the browser to load nothing from elsewhere, and to let nobody frame us."""
    # NiceGUI's page has scripts in its text, and Vue compiles templates.
    policy = (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        f"connect-src 'self' ws://{host} data: blob:; media-src 'self' blob:; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = policy
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "no-referrer"
            headers["cross-origin-resource-policy"] = "same-origin"
        await send(message)

    return sent
