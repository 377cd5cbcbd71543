"""The preview's own process: jobs in by its standard input, pictures out by its standard output.

Both are rows of pickles, and both ends are this program. The process ends with its input, so that
it never outlives who started it. It gives way to whatever else the machine has to do.
"""

import os
import pickle
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import cv2

from avatar_bridge.errors import AvatarBridgeError, ModelError
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.preview.generator import Generators
from avatar_bridge.preview.head import Head
from avatar_bridge.preview.job import do

_NICENESS = 5
_STDOUT, _STDERR = 1, 2


def serve(jobs: BinaryIO, answers: BinaryIO, generators: Generators, head: Head) -> None:
    """Answer every job, one by one, until there are no more.

    An answer is a `PreviewPicture`, or the AvatarBridgeError that says why there is none.
    """
    while True:
        try:
            job = pickle.load(jobs)
        except EOFError:
            return
        try:
            answer: object = do(job, generators, head)
        except AvatarBridgeError as error:
            answer = error
        except Exception as error:  # noqa: BLE001 - one picture must not end the process
            answer = ModelError(f"{type(error).__name__}: {error}")
        try:
            pickle.dump(answer, answers)
            answers.flush()
        except BrokenPipeError:
            return  # nobody waits any more


def main() -> None:
    """Serve whoever started this process; its argument is the folder of models."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started it
    answers = os.fdopen(os.dup(_STDOUT), "wb")
    os.dup2(_STDERR, _STDOUT)  # so that nothing that a library prints gets between the answers
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    cv2.setNumThreads(1)
    generators = Generators(ModelStore(Path(sys.argv[1])))
    serve(sys.stdin.buffer, answers, generators, Head())


if __name__ == "__main__":
    main()
