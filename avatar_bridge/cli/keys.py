"""Single keys of a terminal, while something else draws there."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from avatar_bridge.clock import SystemClock

WAIT_S = 0.1  # for a key, before looking whether to end


@contextmanager
def keys(handle: Callable[[str], None]) -> Iterator[None]:
    """Give every key that is pressed to a handler, in a thread of its own.

    Where nobody sits at a terminal, nothing is read. Ctrl-C stays what it is.

    Args:
        handle: gets one character at a time.
    """
    if not sys.stdin.isatty():
        yield
        return
    ended = threading.Event()
    with _windows() if sys.platform == "win32" else _posix() as next_key:

        def read() -> None:
            while not ended.is_set():
                key = next_key()
                if key is None:
                    return
                if key:
                    handle(key)

        thread = threading.Thread(target=read, name="keys", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


@contextmanager
def _posix() -> Iterator[Callable[[], str | None]]:
    """A terminal that gives keys one by one: empty after a moment without, None at its end."""
    import os
    import select
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def next_key() -> str | None:
        if not select.select([terminal], [], [], WAIT_S)[0]:
            return ""
        return os.read(terminal, 1).decode("ascii", "replace") or None

    tty.setcbreak(terminal)
    try:
        yield next_key
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


@contextmanager
def _windows() -> Iterator[Callable[[], str | None]]:
    """As `_posix`."""
    import msvcrt

    clock = SystemClock()

    def next_key() -> str | None:
        if not msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
            clock.sleep(WAIT_S)
            return ""
        return str(msvcrt.getwch())  # type: ignore[attr-defined,unused-ignore]

    yield next_key
