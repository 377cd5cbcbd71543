"""How often a client may ask, by the clock and over real sockets."""

from contextlib import ExitStack

import zmq
from spied_backend import SpiedBackend

from avatar_bridge.clock import NS_PER_S, ManualClock, SystemClock
from avatar_bridge.control.client import ControlClient
from avatar_bridge.control.rates import BURST, POT, Rates
from avatar_bridge.control.service import ControlService
from avatar_bridge.wire.curve import Guests, ServerKeys, new_pair
from avatar_bridge.wire.v1 import control_pb2 as pb


def test_a_client_has_its_burst_and_then_its_rate() -> None:
    clock = ManualClock(0)
    rates = Rates(clock, per_s=10.0, burst=3.0)
    assert [rates.allows(b"a") for _ in range(4)] == [True, True, True, False]
    assert rates.allows(b"b")
    clock.sleep(0.1)
    assert [rates.allows(b"a") for _ in range(2)] == [True, False]
    clock.sleep(3600)
    assert [rates.allows(b"a") for _ in range(4)] == [True, True, True, False]


def test_clients_without_number_take_no_memory() -> None:
    clock = ManualClock(0)
    rates = Rates(clock)
    allowed = [rates.allows(number.to_bytes(4, "big")) for number in range(5000)]
    assert sum(allowed) == POT, "a new name is no new burst"
    assert len(rates._clients) <= 1024
    assert not rates.allows(b"honest")
    clock.sleep(0.01)
    assert rates.allows(b"honest"), "its own rate is its own"


def test_with_keys_a_client_that_comes_again_is_the_same() -> None:
    keys = ServerKeys(*new_pair(), Guests())
    with ExitStack() as stack:
        service = ControlService("tcp://127.0.0.1:*", SpiedBackend(), ManualClock(), keys=keys)  # type: ignore[arg-type]
        stack.callback(service.stop)
        service.start()
        for guest in (keys.guest(), keys.guest()):
            for _ in range(3):
                address = service.address
                with ControlClient(address, SystemClock(), timeout_s=10, keys=guest) as client:
                    client.ping()
        assert len(service._rates._clients) == 2


def test_a_flood_is_answered_as_one_and_delays_nobody() -> None:
    asked = int(BURST) + 20
    with ExitStack() as stack:
        # Its clock stands still, so that nothing is refilled on a slow machine.
        service = ControlService("tcp://127.0.0.1:*", SpiedBackend(), ManualClock())  # type: ignore[arg-type]
        stack.callback(service.stop)
        service.start()
        context = stack.enter_context(zmq.Context())
        socket = stack.enter_context(context.socket(zmq.DEALER))
        socket.linger, socket.rcvtimeo = 0, 10_000
        socket.connect(service.address)
        codes = []
        for number in range(1, asked + 1):
            request = pb.ControlRequest(schema_version=1, request_id=number, ping=pb.PingRequest())
            socket.send(request.SerializeToString())
            answer = pb.ControlResponse.FromString(socket.recv())
            assert answer.request_id == number
            codes.append(answer.error.code)
        assert set(codes[: int(BURST)]) == {pb.ERROR_CODE_UNSPECIFIED}
        assert set(codes[int(BURST) :]) == {pb.ERROR_CODE_BUSY}
        assert answer.error.message.startswith("expected 200 requests a second at most")
        with ControlClient(service.address, SystemClock(), timeout_s=10) as other:
            assert other.ping().round_trip_ns < 5 * NS_PER_S
