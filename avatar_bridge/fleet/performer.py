"""One performer's process: `python -m avatar_bridge.fleet.performer`.

Its order is the first line of standard input. It says where it publishes in one line on standard
output, and ends when its input ends, so that it never outlives whoever keeps it.
"""

import contextlib
import dataclasses
import json
import logging
import os
import signal
import sys
import threading
import time
from queue import Empty, SimpleQueue

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config
from avatar_bridge.errors import AvatarBridgeError
from avatar_bridge.fleet.order import Order
from avatar_bridge.sinks.guard import GuardedSink
from avatar_bridge.sinks.zmq_pub import ZmqPublisher

ADDRESS = "address"
_EXIT_BAD_INPUT = 2
_EXIT_HUNG = 3
_END_S = 3.0  # that it gets to end by itself


def _end_with_input(begun: "SimpleQueue[Bridge]") -> None:
    """End when standard input does: by itself, or by force where it hangs."""
    sys.stdin.read()
    with contextlib.suppress(Empty):
        begun.get_nowait().stop()
    time.sleep(_END_S)
    os._exit(_EXIT_HUNG)


def _run(order: Order) -> None:
    begun: SimpleQueue[Bridge] = SimpleQueue()
    threading.Thread(target=_end_with_input, args=(begun,), name="keeper", daemon=True).start()
    clock = SystemClock()
    config = Config.model_validate_json(order.settings)
    wire = config.wire.model_copy(update={"publish": "", "control": ""})
    parts = build(config.model_copy(update={"wire": wire}), clock)
    try:
        publisher = ZmqPublisher(
            clock, address=order.address, stream_id=parts.stream_id, keys=order.keys
        )
    except AvatarBridgeError:
        parts.source.close()
        raise
    sinks = (GuardedSink("zmq_pub", publisher, clock), *parts.sinks)
    bridge = Bridge(dataclasses.replace(parts, sinks=sinks))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: bridge.stop())

    begun.put(bridge)
    sys.stdout.write(json.dumps({ADDRESS: publisher.address}) + "\n")
    sys.stdout.flush()
    bridge.run()


def main() -> int:
    """Run until the source or standard input ends; what is wrong becomes one line."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        _run(Order.from_json(sys.stdin.readline()))
    except AvatarBridgeError as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return _EXIT_BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
