"""How often a client may ask: a token bucket for each.

A client that asks too often is told so, and the others do not wait for it.
"""

from collections import OrderedDict
from contextlib import suppress

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import WireError
from avatar_bridge.wire.codec import SCHEMA_VERSION, parse
from avatar_bridge.wire.v1 import control_pb2 as pb

PER_S = 200.0  # more than a client needs that asks in each of an engine's frames
BURST = 400.0  # requests at once, after a rest
_MOST_CLIENTS = 1024  # that are remembered; the longest silent one is forgotten first


class Rates:
    """Counts the requests of each client; used by one thread.

    Args:
        clock: fills the buckets.
        per_s: requests a second that are answered in the long run.
        burst: requests that are answered at once.
    """

    def __init__(self, clock: Clock, *, per_s: float = PER_S, burst: float = BURST) -> None:
        self._clock = clock
        self._per_s = per_s
        self._burst = burst
        self._left: OrderedDict[bytes, tuple[float, int]] = OrderedDict()

    def allows(self, client: bytes) -> bool:
        """Whether a request of this client is to be answered; counts it if so."""
        now_ns = self._clock.now_ns()
        left, at_ns = self._left.pop(client, (self._burst, now_ns))
        left = min(self._burst, left + (now_ns - at_ns) * self._per_s / NS_PER_S)
        allowed = left >= 1.0
        self._left[client] = (left - allowed, now_ns)
        if len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)
        return allowed


def busy(payload: bytes) -> bytes:
    """The answer to a request that came too soon after the others."""
    response = pb.ControlResponse(schema_version=SCHEMA_VERSION)
    with suppress(WireError):  # else it stays 0
        response.request_id = parse(pb.ControlRequest, payload).request_id
    response.error.code = pb.ERROR_CODE_BUSY
    response.error.message = f"expected {PER_S:g} requests a second at most, got more: slow down"
    return response.SerializeToString()
