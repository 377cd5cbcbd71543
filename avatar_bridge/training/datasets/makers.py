"""Processes that render shards while training goes on."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.queues import SimpleQueue
from pathlib import Path

from avatar_bridge.errors import AvatarBridgeError, ConfigError

_POLL = 0.2  # s between two looks for a shard
_NICENESS = 10
# A maker that rendered on all cores would hold up the training.
_ONE_THREAD = dict.fromkeys(("LP_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

Make = Callable[[Path, int], None]  # writes the shard of a number; goes to other processes


class Crew:
    """Processes that render what a folder lacks of its first `count` shards.

    They end when all is done, and with the process that started them, however that ends.

    Args:
        folder: of the shards; made if missing.
        make: writes one.
        count: how many there are to be.
        makers: how many processes.
    """

    def __init__(self, folder: Path, make: Make, count: int, makers: int) -> None:
        self._folder = folder
        # Forks would copy locks that threads hold, and a GPU's state.
        context = multiprocessing.get_context("spawn")
        self._reasons: SimpleQueue[str] = context.SimpleQueue()
        self._reason = ""
        work = (folder, make, count, self._reasons)
        wanted = min(makers, len(missing_shards(folder, count)))
        self._makers = [
            context.Process(target=_work, args=work, name="maker", daemon=True)
            for _ in range(wanted)
        ]
        if wanted:
            folder.mkdir(parents=True, exist_ok=True)
        with _environment(_ONE_THREAD):
            for maker in self._makers:
                maker.start()

    def wait(self, number: int) -> Path:
        """The path of a shard, once it is finished.

        Raises:
            ConfigError: it is not, and nobody is left to render it.
        """
        path = shard_path(self._folder, number)
        while not path.is_file():
            at_work = any(maker.is_alive() for maker in self._makers)
            if not at_work and not path.is_file():  # the last may have just finished it
                raise ConfigError(f"expected {path}, but its makers ended: {self._why()}")
            time.sleep(_POLL)
        return path

    def _why(self) -> str:
        if not self._reasons.empty():
            self._reason = self._reasons.get()
        return self._reason or f"exit codes {[maker.exitcode for maker in self._makers]}"


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard lies."""
    return folder / f"shard_{number:03d}.npz"


def missing_shards(folder: Path, count: int) -> list[int]:
    """Which of the first `count` shards are not there."""
    return [number for number in range(count) if not shard_path(folder, number).is_file()]


def make_shard(folder: Path, make: Make, number: int) -> bool:
    """Make a shard under another name, so that half of one is never read.

    Returns:
        False where another process has it in hand.
    """
    import fcntl  # not on Windows, where there is no EGL either

    path, draft = shard_path(folder, number), folder / f"draft_{number:03d}.npz"
    with draft.open("ab") as claim:  # let go of by the system when a maker is killed
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if path.is_file():  # finished by another before the claim
            draft.unlink(missing_ok=True)
        else:
            make(draft, number)
            draft.replace(path)
    return True


def _work(folder: Path, make: Make, count: int, reasons: "SimpleQueue[str]") -> None:
    """What a maker does: shard after shard, until all are there."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one at the keyboard ends the training
    os.nice(_NICENESS)
    try:
        while missing := missing_shards(folder, count):
            if not any(make_shard(folder, make, number) for number in missing):
                time.sleep(_POLL)  # others have all of them in hand
    except (AvatarBridgeError, OSError) as error:
        reasons.put(str(error))
        sys.exit(1)


def _end_with_parent() -> None:
    """Also where it was killed, and could not tell its daemons."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Variables for processes that are started: libraries read them while they are loaded."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
