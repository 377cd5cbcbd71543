"""How often a client may ask: a token bucket for each.

A client that asks too often is told so, and the others do not wait for it. Each begins with a
burst, but out of one pot: who comes again and again under other names gets no more by it.
"""

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import WireError
from avatar_bridge.wire.codec import SCHEMA_VERSION, parse
from avatar_bridge.wire.v1 import control_pb2 as pb

PER_S = 200.0  # more than a client needs that asks in each of an engine's frames
BURST = 400.0  # requests at once, after a rest
POT = 10 * BURST  # of bursts, for all clients together
POT_PER_S = 4 * PER_S
_MOST_CLIENTS = 1024  # that are remembered; the longest silent one is forgotten first


@dataclass(slots=True)
class _Bucket:
    """Requests that may be asked, filled as time goes by."""

    left: float
    at_ns: int

    def fill(self, now_ns: int, per_s: float, most: float) -> None:
        self.left = min(most, self.left + (now_ns - self.at_ns) * per_s / NS_PER_S)
        self.at_ns = now_ns

    def take(self) -> bool:
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True


@dataclass(slots=True)
class _Client:
    own: _Bucket
    burst: _Bucket  # that is left of its first one


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
        self._pot = _Bucket(POT, clock.now_ns())
        self._clients: OrderedDict[bytes, _Client] = OrderedDict()

    def allows(self, client: bytes) -> bool:
        """Whether a request of this client is to be answered; counts it if so."""
        now_ns = self._clock.now_ns()
        known = self._clients.pop(client, None)
        if known is None:
            known = _Client(_Bucket(0.0, now_ns), _Bucket(self._burst, now_ns))
        self._clients[client] = known
        if len(self._clients) > _MOST_CLIENTS:
            self._clients.popitem(last=False)
        known.own.fill(now_ns, self._per_s, self._burst)
        self._pot.fill(now_ns, POT_PER_S, POT)
        if known.own.take():
            return True
        return self._pot.left >= 1.0 and known.burst.take() and self._pot.take()


def busy(payload: bytes) -> bytes:
    """The answer to a request that came too soon after the others."""
    response = pb.ControlResponse(schema_version=SCHEMA_VERSION)
    with suppress(WireError):  # else it stays 0
        response.request_id = parse(pb.ControlRequest, payload).request_id
    response.error.code = pb.ERROR_CODE_BUSY
    response.error.message = f"expected {PER_S:g} requests a second at most, got more: slow down"
    return response.SerializeToString()
