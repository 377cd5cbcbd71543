"""Jobs on a Ray cluster: an actor a worker, on whatever machines the cluster has.

Videos and takes are files that every machine of the cluster sees under the same path. A job whose
machine is lost is done once more elsewhere, and then given up; one that hangs, at once.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from avatar_bridge.batch.job import GIVE_UP_S, Job, Outcome, Progress, given_up
from avatar_bridge.batch.worker import Worker
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.cluster import LOCAL, join_cluster
from avatar_bridge.errors import AvatarBridgeError, ConfigError

_POLL_S = 1.0
_TRIES = 2  # of a job whose worker is lost


@dataclass(slots=True)
class _Hand:
    """A worker somewhere, and the job in its hands.

    Attributes:
        tries: that the job has, with this one.
        hung: it was ended, since it gave no sign.
    """

    actor: Any
    job: Job
    tries: int
    hung: bool = False


class RayPool:
    """Workers on a cluster.

    Args:
        settings, format_name: as `Worker` takes them; its `analyze.threads` are the cores of one.
        workers: how many at once; 0 for as many as the cluster has cores for.
        address: of the cluster, as Ray takes it; `local` starts one on this machine.
        threads: cores that one worker takes.
        give_up_s: without a picture, after which a worker is ended and its job told as failed.

    Raises:
        ConfigError: Ray is not installed, there is no cluster at the address, or a local one has
            fewer cores than a worker takes.
    """

    def __init__(
        self,
        settings: str,
        format_name: str,
        workers: int,
        address: str,
        threads: int,
        give_up_s: float = GIVE_UP_S,
    ) -> None:
        self._ray = join_cluster(address)
        self._give_up_s = give_up_s
        self._start = (settings, format_name)
        self._threads = threads
        cores = float(self._ray.cluster_resources().get("CPU", 1.0))
        if address == LOCAL and cores < threads:  # nothing would ever start
            self.close()
            raise ConfigError(f"expected at most {cores:g} analyze.threads here, got {threads}")
        self._workers = workers or max(1, int(cores // threads))

    def run(self, jobs: Iterable[Job]) -> Iterator[Progress | Outcome]:
        """Do jobs in no certain order, and tell of them as they go.

        Raises:
            AvatarBridgeError: the settings cannot be used.
        """
        ray = self._ray
        waiting = deque((job, _TRIES) for job in jobs)
        kind = ray.remote(num_cpus=self._threads, max_concurrency=2)(_Actor)
        idle = [kind.remote(*self._start) for _ in range(min(self._workers, len(waiting)))]
        busy: dict[Any, _Hand] = {}
        while waiting or busy:
            while idle and waiting:
                hand = _Hand(idle.pop(), *waiting.popleft())
                busy[hand.actor.do.remote(hand.job)] = hand
            for actor in idle:
                ray.kill(actor)  # one that replaces a lost one may be waiting for its cores
            idle.clear()
            ended, _ = ray.wait(list(busy), num_returns=1, timeout=_POLL_S)
            if not ended:
                yield from self._progress(busy.values())
            for reference in ended:
                hand = busy.pop(reference)
                try:
                    outcome = ray.get(reference)
                except ray.exceptions.RayTaskError as error:
                    if isinstance(error.cause, AvatarBridgeError):
                        raise ConfigError(str(error.cause)) from error
                    outcome = Outcome(hand.job, error=" ".join(str(error.cause).split()))
                except ray.exceptions.RayError as error:  # its process or its machine is gone
                    hand.actor = kind.remote(*self._start)
                    if hand.hung:
                        outcome = Outcome(hand.job, error=given_up(self._give_up_s))
                    elif hand.tries == 1:
                        reason = str(error).partition("\n")[0]
                        outcome = Outcome(hand.job, error=f"the worker was lost: {reason}")
                    else:
                        waiting.append((hand.job, hand.tries - 1))
                        outcome = None
                idle.append(hand.actor)
                if outcome is not None:
                    yield outcome

    def _progress(self, busy: Iterable[_Hand]) -> Iterator[Progress]:
        """What workers say of their jobs; ends those that hang.

        One that does not answer is not there yet, or no more: Ray knows, and `run` hears of it.
        """
        asked = {hand.actor.progress.remote(): hand for hand in busy}
        answered, _ = self._ray.wait(list(asked), num_returns=len(asked), timeout=_POLL_S)
        for reference in answered:
            try:
                progress, silent_s = self._ray.get(reference)
            except self._ray.exceptions.RayError:
                continue
            if progress is not None:
                yield progress
            if silent_s > self._give_up_s:
                asked[reference].hung = True
                self._ray.kill(asked[reference].actor)

    def close(self) -> None:
        """Let the cluster go, and what was begun with it; may be called again."""
        self._ray.shutdown()


class _Actor:
    """What runs on the cluster; the worker is made at the first job, so that its error is heard."""

    def __init__(self, settings: str, format_name: str) -> None:
        self._start = (settings, format_name)
        self._worker: Worker | None = None
        self._progress: Progress | None = None
        self._clock = SystemClock()
        self._heard_ns: int | None = None  # None while nets are loaded

    def do(self, job: Job) -> Outcome:
        self._progress = None
        if self._worker is None:
            self._worker = Worker(*self._start)
        self._heard_ns = self._clock.now_ns()
        return self._worker.do(job, self._note)

    def _note(self, progress: Progress) -> None:
        self._progress = progress
        self._heard_ns = self._clock.now_ns()

    def progress(self) -> tuple[Progress | None, float]:
        """How far it is, and for how many seconds it gave no sign."""
        heard_ns = self._heard_ns
        silent_ns = 0 if heard_ns is None else self._clock.now_ns() - heard_ns
        return self._progress, silent_ns / NS_PER_S
