"""The other end of the preview's own process: started when needed, and again if it dies.

Used by one thread, but for `close`.
"""

import os
import pickle
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

import avatar_bridge
from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import AvatarBridgeError, ModelError
from avatar_bridge.mailbox import Empty, Mailbox
from avatar_bridge.preview.job import Job
from avatar_bridge.wire.picture import PreviewPicture

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
PATIENCE_S = 60.0  # for one answer, a slow start on a busy machine included; then it hangs
_GOODBYE_S = 1.0
_PROGRAM = "avatar_bridge.preview.child"
_BELOW_NORMAL = 0x4000  # Windows' word for giving way

Answer = PreviewPicture | AvatarBridgeError


class LostError(ModelError):
    """The process ended or hangs; it is started again after a while."""


class Child:
    """The process.

    Args:
        models: folder of the installed models.
        clock: measures the pauses between two starts.
    """

    def __init__(self, models: Path, clock: Clock) -> None:
        self._models = models
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: threading.Thread | None = None
        self._answers: Mailbox[Answer] = Mailbox(lossless=False)
        self._pause_s = FIRST_PAUSE_S
        self._next_start_ns = 0
        self._closed = False
        self._starting = threading.Lock()  # so that none is started after `close`

    def do(self, job: Job) -> PreviewPicture:
        """Have a picture made, and wait for it.

        Raises:
            LostError: the process is not there, or is lost over it.
            AvatarBridgeError: why there is no such picture.
        """
        process = self._process or self._start()
        try:
            assert process.stdin is not None
            pickle.dump(job, process.stdin)
            process.stdin.flush()
        except (OSError, ValueError) as error:  # the latter of a pipe that `close` closed
            self._lose()
            raise LostError(f"expected the preview's process to listen, got: {error}") from error
        answer = self._answers.take(PATIENCE_S)
        if isinstance(answer, Empty):
            said = f"it gave exit code {process.poll()}" if answer is Empty.ENDED else "it hangs"
            self._lose()
            raise LostError(f"expected a picture of the preview's process, but {said}")
        self._pause_s = FIRST_PAUSE_S
        if isinstance(answer, AvatarBridgeError):
            raise answer
        return answer

    def close(self) -> None:
        """End it; from any thread. It waits a moment for the job in hand."""
        with self._starting:
            self._closed = True
            process = self._process
        if process is None:
            return
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        try:
            process.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._listener is not None:
            self._listener.join(_GOODBYE_S)

    def _start(self) -> subprocess.Popen[bytes]:
        if self._clock.now_ns() < self._next_start_ns:
            raise LostError("the preview's process ended; it is started again in a moment")
        with self._starting:
            if self._closed:
                raise LostError("the preview is closed")
            # Not by multiprocessing, which would run the caller's own program again to get there.
            try:
                process = subprocess.Popen(
                    [sys.executable, "-m", _PROGRAM, str(self._models)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=_environment(),
                    creationflags=_BELOW_NORMAL if sys.platform == "win32" else 0,
                )
            except OSError as error:
                self._wait_longer()
                raise LostError(f"expected to start the preview's process, got: {error}") from error
            self._process = process
        self._answers = Mailbox(lossless=False)
        assert process.stdout is not None
        self._listener = threading.Thread(
            target=_listen, args=(process.stdout, self._answers), name="preview in", daemon=True
        )
        self._listener.start()
        return process

    def _lose(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            with suppress(OSError):
                assert process.stdin is not None
                process.stdin.close()
        self._wait_longer()

    def _wait_longer(self) -> None:
        self._next_start_ns = self._clock.now_ns() + round(self._pause_s * NS_PER_S)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)


def _listen(stream: IO[bytes], answers: Mailbox[Answer]) -> None:
    """Hand on every answer until the process ends."""
    with stream:
        while True:
            try:
                answers.put(pickle.load(stream))
            except (EOFError, OSError, pickle.UnpicklingError):
                answers.close()
                return


def _environment() -> dict[str, str]:
    """This process's, with the package where this one found it."""
    package = str(Path(avatar_bridge.__file__).parents[1])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PYTHONPATH": path}
