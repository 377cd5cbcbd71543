"""Jobs on a Ray cluster: an actor a worker, on whatever machines the cluster has.

Videos and takes are files that every machine of the cluster sees under the same path. A job whose
machine is lost is done once more elsewhere, and then given up.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from avatar_bridge.batch.job import Job, Outcome, Progress
from avatar_bridge.batch.worker import Worker
from avatar_bridge.cluster import LOCAL, join_cluster
from avatar_bridge.errors import AvatarBridgeError, ConfigError

_POLL_S = 1.0
_TRIES = 2  # of a job whose worker is lost


class RayPool:
    """Workers on a cluster.

    Args:
        settings, format_name: as `Worker` takes them; its `analyze.threads` are the cores of one.
        workers: how many at once; 0 for as many as the cluster has cores for.
        address: of the cluster, as Ray takes it; `local` starts one on this machine.
        threads: cores that one worker takes.

    Raises:
        ConfigError: Ray is not installed, there is no cluster at the address, or a local one has
            fewer cores than a worker takes.
    """

    def __init__(
        self, settings: str, format_name: str, workers: int, address: str, threads: int
    ) -> None:
        self._ray = join_cluster(address)
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
        actor = ray.remote(num_cpus=self._threads, max_concurrency=2)(_Actor)
        idle = [actor.remote(*self._start) for _ in range(min(self._workers, len(waiting)))]
        busy: dict[Any, tuple[Any, Job, int]] = {}
        while waiting or busy:
            while idle and waiting:
                hand = idle.pop()
                job, tries = waiting.popleft()
                busy[hand.do.remote(job)] = (hand, job, tries)
            ended, _ = ray.wait(list(busy), num_returns=1, timeout=_POLL_S)
            if not ended:
                yield from self._progress(busy)
            for reference in ended:
                hand, job, tries = busy.pop(reference)
                try:
                    outcome = ray.get(reference)
                except ray.exceptions.RayTaskError as error:
                    if isinstance(error.cause, AvatarBridgeError):
                        raise ConfigError(str(error.cause)) from error
                    outcome = Outcome(job, error=" ".join(str(error.cause).split()))
                except ray.exceptions.RayError as error:  # its process or its machine is gone
                    idle.append(actor.remote(*self._start))
                    if tries > 1:
                        waiting.append((job, tries - 1))
                    else:
                        reason = str(error).split("\n")[0]
                        yield Outcome(job, error=f"the worker was lost: {reason}")
                    continue
                idle.append(hand)
                yield outcome

    def _progress(self, busy: dict[Any, tuple[Any, Job, int]]) -> Iterator[Progress]:
        asked = [hand.progress.remote() for hand, _, _ in busy.values()]
        answered, _ = self._ray.wait(asked, num_returns=len(asked), timeout=_POLL_S)
        for reference in answered:
            try:
                progress = self._ray.get(reference)
            except self._ray.exceptions.RayError:
                continue  # `run` hears of it
            if progress is not None:
                yield progress

    def close(self) -> None:
        """Let the cluster go, and what was begun with it; may be called again."""
        self._ray.shutdown()


class _Actor:
    """What runs on the cluster; the worker is made at the first job, so that its error is heard."""

    def __init__(self, settings: str, format_name: str) -> None:
        self._start = (settings, format_name)
        self._worker: Worker | None = None
        self._progress: Progress | None = None

    def do(self, job: Job) -> Outcome:
        self._progress = None
        if self._worker is None:
            self._worker = Worker(*self._start)
        return self._worker.do(job, self._note)

    def _note(self, progress: Progress) -> None:
        self._progress = progress

    def progress(self) -> Progress | None:
        return self._progress
