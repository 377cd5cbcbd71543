"""Jobs on the cores of this machine: a process a worker.

A worker that dies or hangs, as a decoder may on a broken file, takes one job with it; another takes
its place. So the pool of the standard library, which ends as a whole, will not do.
"""

import contextlib
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import NoReturn

from avatar_bridge.batch.job import GIVE_UP_S, Job, Outcome, Progress, given_up
from avatar_bridge.batch.worker import Worker
from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import AvatarBridgeError, ConfigError

_END_S = 2.0  # that a worker gets to end by itself
_LOOK_S = 1.0  # between two looks at who is silent


@dataclass(slots=True)
class _Hand:
    """A worker's process, the job in its hands, and when it last gave a sign."""

    process: SpawnProcess
    pipe: Connection
    job: Job | None = field(default=None)
    heard_ns: int = 0


class LocalPool:
    """Workers on this machine.

    Args:
        settings, format_name: as `Worker` takes them.
        workers: how many at once.
        clock: tells who is silent.
        give_up_s: without a sign, after which a worker is ended and its job told as failed.
    """

    def __init__(
        self,
        settings: str,
        format_name: str,
        workers: int,
        clock: Clock,
        give_up_s: float = GIVE_UP_S,
    ) -> None:
        self._start = (settings, format_name)
        self._workers = workers
        self._clock = clock
        self._give_up_s = give_up_s
        self._hands: list[_Hand] = []

    @property
    def pids(self) -> tuple[int | None, ...]:
        """Of the workers' processes."""
        return tuple(hand.process.pid for hand in self._hands)

    def run(self, jobs: Iterable[Job]) -> Iterator[Progress | Outcome]:
        """Do jobs in no certain order, and tell of them as they go.

        Raises:
            AvatarBridgeError: the settings cannot be used.
        """
        waiting = deque(jobs)
        self._hands = [self._hire() for _ in range(min(self._workers, len(waiting)))]
        for hand in self._hands:
            self._give(hand, waiting)
        while busy := [hand for hand in self._hands if hand.job]:
            ready = wait([hand.pipe for hand in busy], _LOOK_S)
            now_ns = self._clock.now_ns()
            for hand in busy:
                if hand.pipe in ready:
                    hand.heard_ns = now_ns
                    yield from self._hear(hand, waiting)
                elif now_ns - hand.heard_ns > self._give_up_s * NS_PER_S:
                    hand.process.kill()
                    yield from self._lose(hand, waiting, given_up(self._give_up_s))

    def close(self) -> None:
        """End all workers, whatever they do; may be called again."""
        for hand in self._hands:
            hand.process.terminate()
        for hand in self._hands:
            _end(hand)
        self._hands.clear()

    def _hire(self) -> _Hand:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, *self._start), daemon=True)
        with _no_interrupts():
            process.start()
        theirs.close()
        return _Hand(process, ours)

    def _give(self, hand: _Hand, waiting: deque[Job]) -> None:
        hand.job = waiting.popleft() if waiting else None
        hand.heard_ns = self._clock.now_ns()
        if hand.job:
            with contextlib.suppress(OSError):  # if it died, `wait` says so next
                hand.pipe.send(hand.job)

    def _hear(self, hand: _Hand, waiting: deque[Job]) -> Iterator[Progress | Outcome]:
        try:
            said = hand.pipe.recv()
        except (EOFError, OSError):
            yield from self._lose(hand, waiting)
            return
        if isinstance(said, AvatarBridgeError):
            raise said
        yield said
        if isinstance(said, Outcome):
            self._give(hand, waiting)

    def _lose(self, hand: _Hand, waiting: deque[Job], why: str = "") -> Iterator[Outcome]:
        """Tell of a worker that is gone, and hire another where there is work."""
        job = hand.job
        assert job is not None
        code = _end(hand)
        self._hands.remove(hand)
        yield Outcome(job, error=why or f"the worker died ({_cause(code)})")
        if waiting:
            self._hands.append(fresh := self._hire())
            self._give(fresh, waiting)


def _end(hand: _Hand) -> int | None:
    """Wait for a process that ends, or end it; gives its exit code."""
    hand.process.join(_END_S)
    if hand.process.is_alive():
        hand.process.kill()
        hand.process.join()
    code = hand.process.exitcode
    hand.process.close()
    hand.pipe.close()
    return code


@contextlib.contextmanager
def _no_interrupts() -> Iterator[None]:
    """Start processes that Ctrl-C never reaches, not even while they load; it waits for us."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # now: its start lets interrupts in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)  # so that what is half written is cleared away


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def _serve(pipe: Connection, settings: str, format_name: str) -> None:
    """A worker's process, until its pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever hired it
    signal.signal(signal.SIGTERM, _leave)
    try:
        worker = Worker(settings, format_name)
    except AvatarBridgeError as error:
        pipe.send(ConfigError(str(error)))
        return
    while True:
        try:
            job = pipe.recv()
            pipe.send(worker.do(job, pipe.send))
        except (EOFError, OSError):
            return
