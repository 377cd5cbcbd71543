"""The page's process, from the side of the command that starts it.

The child listens before it loads anything large, so a taken port is known at once. It ends when
its standard input does, which the system closes for us however we end.
"""

import contextlib
import importlib.util
import json
import secrets
import subprocess
import sys
from types import TracebackType
from typing import Any

from avatar_bridge.dashboard.settings import Place, Server, is_own, parse_place, to_line
from avatar_bridge.errors import ConfigError
from avatar_bridge.wire.address import check_address
from avatar_bridge.wire.curve import ClientKeys

_END_S = 3.0
_TOKEN_BYTES = 24
_NEEDED = ("nicegui", "uvicorn", "fastapi")


class PageProcess:
    """A child process that serves the page.

    Args:
        text: where, as `--page` takes it.

    Raises:
        ConfigError: not an address, the port is taken, or NiceGUI is not installed.
    """

    def __init__(self, text: str) -> None:
        host, port = parse_place(text)
        for name in _NEEDED:
            if importlib.util.find_spec(name) is None:
                raise ConfigError(
                    f"the page needs {name}, which is not installed: pip install nicegui, "
                    "or go without the page (--no-open)"
                )
        token = "" if is_own(host) else secrets.token_urlsafe(_TOKEN_BYTES)
        self._shown = False
        asked = Place(host, port, token)
        self._child = subprocess.Popen(
            [sys.executable, "-m", "avatar_bridge.dashboard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # Ctrl-C is for us; the end of its input is for it. Of the same session all the same,
            # since Linux weighs what is less urgent only against others of its session.
            process_group=0,
        )
        # The token goes by a pipe: everybody on the machine sees arguments.
        said = self._ask(to_line(asked)) or {"error": "its process ended"}
        if "error" in said:
            self.close()
            raise ConfigError(
                f"page: expected to listen at {host}:{port}, got: {said['error']}; choose another "
                "with --page HOST:PORT"
            )
        self.place = Place(host, int(said["port"]), token)

    def __enter__(self) -> "PageProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """What a browser opens."""
        return self.place.url

    def show(self, publish: str, control: str, keys: ClientKeys | None = None) -> None:
        """Say which bridge to show, once it has its sockets.

        Args:
            publish: address that it publishes on.
            control: address of its control service, or empty.
            keys: that let the page in, where the bridge asks for some.
        """
        self._shown = True
        self._tell(to_line(Server(near(publish), near(control), keys)))

    def close(self) -> None:
        """End the child; waits a moment for it."""
        child = self._child
        if not self._shown:
            child.kill()  # it has nothing to put away yet
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            child.wait(_END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _ask(self, line: str) -> dict[str, Any] | None:
        self._tell(line)
        assert self._child.stdout is not None
        answer = self._child.stdout.readline()
        return json.loads(answer) if answer else None

    def _tell(self, line: str) -> None:
        assert self._child.stdin is not None
        with contextlib.suppress(OSError):  # it has ended; its own error was printed
            self._child.stdin.write(line + "\n")
            self._child.stdin.flush()


def near(address: str) -> str:
    """Where to connect to what was bound at an address of any interface.

    Raises:
        ConfigError: not an address.
    """
    if not address:
        return ""
    scheme, _, rest = check_address(address).partition("://")
    host, _, port = rest.rpartition(":")
    if scheme == "tcp" and host in ("*", "0.0.0.0", "[::]"):
        return f"tcp://127.0.0.1:{port}"
    return address
