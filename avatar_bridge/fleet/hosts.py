"""Where performers are placed: on this machine, or on those of a Ray cluster."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any, Protocol

from avatar_bridge.clock import Clock, SystemClock
from avatar_bridge.cluster import join_cluster
from avatar_bridge.fleet.keeper import Keeper, Kept
from avatar_bridge.fleet.order import Order

LOOPBACK = "tcp://127.0.0.1:*"
_POLL_S = 0.5


class Hosts(Protocol):
    """Places that keep performers."""

    @property
    def address(self) -> str:
        """What a performer is told to publish on."""
        ...

    def place(self, name: str, order: Order) -> None:
        """Have a performer kept somewhere."""
        ...

    def kept(self) -> Mapping[str, Kept]:
        """How each is; at once."""
        ...

    def close(self) -> None:
        """End all of them."""
        ...


class LocalHosts:
    """This machine."""

    address = LOOPBACK

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._keepers: dict[str, Keeper] = {}

    def place(self, name: str, order: Order) -> None:
        self._keepers[name] = Keeper(order, self._clock)

    def kept(self) -> Mapping[str, Kept]:
        return {name: keeper.kept for name, keeper in self._keepers.items()}

    def close(self) -> None:
        ending = [threading.Thread(target=keeper.stop) for keeper in self._keepers.values()]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join()


class RayHosts:
    """The machines of a Ray cluster; one that is lost has its performers placed elsewhere by Ray.

    Args:
        at: address of the cluster, as Ray takes it; `local` starts one on this machine.
        cores: that one performer takes; Ray places no more than a machine has.

    Raises:
        ConfigError: Ray is not installed, or there is no cluster at the address.
    """

    address = "tcp://0.0.0.0:*"  # behind keys; the actor says by which name others reach it

    def __init__(self, at: str, cores: float) -> None:
        self._ray = join_cluster(at)
        self._cores = cores
        self._actors: dict[str, Any] = {}
        self._kept: dict[str, Kept] = {}
        self._before: Counter[str] = Counter()  # restarts until its last machine was lost
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="ray", daemon=True)
        self._thread.start()

    def place(self, name: str, order: Order) -> None:
        kind = self._ray.remote(num_cpus=self._cores, max_restarts=-1, max_concurrency=2)(_Host)
        self._kept[name] = Kept("waiting", said="for a machine with a free core")
        self._actors[name] = kind.options(scheduling_strategy="SPREAD").remote(order)

    def kept(self) -> Mapping[str, Kept]:
        return dict(self._kept)

    def _ask(self) -> None:
        """Ask every actor in turns; one that does not answer keeps nobody waiting."""
        ray = self._ray
        asked: dict[Any, str] = {}
        while not self._closing.wait(_POLL_S):
            waiting = set(asked.values())
            for name, actor in list(self._actors.items()):
                if name not in waiting:
                    asked[actor.kept.remote()] = name
            if not asked:
                continue
            ready, _ = ray.wait(list(asked), num_returns=len(asked), timeout=_POLL_S)
            for reference in ready:
                name = asked.pop(reference)
                try:
                    kept = ray.get(reference)
                    again = self._before[name] + kept.restarts
                    self._kept[name] = replace(kept, restarts=again)
                except ray.exceptions.RayError as error:
                    last = self._kept[name]
                    again = last.restarts + (last.state != "waiting")  # once a loss, not a look
                    self._before[name] = again
                    said = f"its machine was lost: {type(error).__name__}"
                    self._kept[name] = Kept("waiting", restarts=again, said=said)

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        ends = [actor.stop.remote() for actor in self._actors.values()]
        if ends:
            self._ray.wait(ends, num_returns=len(ends), timeout=5.0)
        self._ray.shutdown()


class _Host:
    """What runs on the cluster: keeps one performer, whose address others can reach."""

    def __init__(self, order: Order) -> None:
        self._ip = str(import_module("ray").util.get_node_ip_address())
        self._keeper = Keeper(order, SystemClock())

    def kept(self) -> Kept:
        kept = self._keeper.kept
        port = kept.address.rpartition(":")[2]
        return replace(kept, address=f"tcp://{self._ip}:{port}" if port else "", host=self._ip)

    def stop(self) -> None:
        self._keeper.stop()
