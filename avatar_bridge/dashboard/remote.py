"""The bridge's control service, asked from the page without holding up anything."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from avatar_bridge.clock import Clock
from avatar_bridge.control.client import ControlClient
from avatar_bridge.errors import ConfigError
from avatar_bridge.wire.curve import ClientKeys
from avatar_bridge.wire.v1 import control_pb2 as pb

# Longest wait for one answer: a calibration measures for a second, a camera takes some to open.
_TIMEOUT_S = 10.0

T = TypeVar("T")


class Remote:
    """Asks one thing after the other, in a thread of its own.

    Every request raises AvatarBridgeError where the bridge does not answer or refuses.

    Args:
        address: of the control service; empty for none.
        clock: measures waits.
        keys: that let us in, where the bridge asks for some.
    """

    def __init__(self, address: str, clock: Clock, keys: ClientKeys | None = None) -> None:
        self._address = address
        self._clock = clock
        self._keys = keys
        self._thread = ThreadPoolExecutor(1, "control")
        self._client: ControlClient | None = None

    async def ask(self, what: Callable[[ControlClient], T]) -> T:
        """Do something with the client, in its thread.

        Raises:
            ConfigError: the bridge has no control service.
            WireError: it does not answer, or refuses.
        """
        if not self._address:
            raise ConfigError("expected a bridge with a control service, got one without")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, what)

    async def request(self, **body: object) -> pb.ControlResponse:
        """Send one request, named as in `ControlRequest`."""
        asked = pb.ControlRequest(**body)  # type: ignore[arg-type]
        return await self.ask(lambda client: client.request(asked))

    def close(self) -> None:
        """End the thread; what still runs there is given up."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _do(self, what: Callable[[ControlClient], T]) -> T:
        if self._client is None:
            self._client = ControlClient(
                self._address, self._clock, timeout_s=_TIMEOUT_S, keys=self._keys
            )
        return what(self._client)
