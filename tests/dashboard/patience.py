"""Waiting for what comes, however busy the machine is."""

import time
from collections.abc import Callable
from typing import Any


def wait(what: Callable[[], Any], said: str, seconds: float = 20.0) -> Any:
    """The first answer that is not false.

    Raises:
        AssertionError: none came in time.
    """
    deadline = time.monotonic() + seconds
    while not (got := what()):
        assert time.monotonic() < deadline, f"not in {seconds} s: {said}"
        time.sleep(0.1)
    return got
