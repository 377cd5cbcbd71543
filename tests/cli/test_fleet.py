"""What the command does with performers that come and go."""

import threading
from collections.abc import Iterator, Mapping
from itertools import count

from avatar_bridge.cli.fleet import _serve
from avatar_bridge.clock import NS_PER_S
from avatar_bridge.fleet.keeper import Kept


class Ticking:
    """A clock that moves on whenever it is read."""

    def __init__(self) -> None:
        self._ticks = count(1)

    def now_ns(self) -> int:
        return next(self._ticks) * NS_PER_S

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


class Following:
    """A merger that keeps what it is told to follow."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def follow(self, name: str, address: str, keys: object) -> None:
        self.addresses.append(address)

    def forward(self, timeout_s: float) -> int:
        return 0


class Hosted:
    """A performer that runs, dies and runs elsewhere."""

    address = ""

    def __init__(self) -> None:
        self._states: Iterator[Kept] = iter(
            [Kept("running", "tcp://here"), Kept("waiting"), Kept("running", "tcp://there")]
        )

    def kept(self) -> Mapping[str, Kept]:
        return {"alice": next(self._states)}


def test_the_address_of_one_that_died_is_left() -> None:
    merger, until_ns = Following(), 7 * NS_PER_S
    _serve(
        merger,  # type: ignore[arg-type]
        Hosted(),  # type: ignore[arg-type]
        {"alice": None},
        Ticking(),
        threading.Event(),
        until_ns,
        None,
        as_json=False,
    )
    assert merger.addresses == ["tcp://here", "", "tcp://there"]
