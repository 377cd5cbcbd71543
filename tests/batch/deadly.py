"""Videos whose very names harm a worker, as broken files may harm a decoder."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Deadly:
    """Kills the first worker that asks for it; the next one gets a video.

    Attributes:
        mark: a file that tells that it killed.
    """

    video: Path
    mark: Path

    def __str__(self) -> str:
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return str(self.video)


@dataclass(frozen=True)
class Hanging:
    """Never lets a worker go on.

    Attributes:
        mark: a file that tells that one is caught.
    """

    mark: Path

    def __str__(self) -> str:
        self.mark.touch()
        time.sleep(10_000.0)
        raise AssertionError("nobody waits so long")
