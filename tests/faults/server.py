"""A bridge with a made-up face as a process of its own, to be stopped and killed.

python tests/faults/server.py PUB CONTROL FPS FACES
"""

import sys
import threading
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "engine_clients")]

from paced_bridge import serving  # noqa: E402 - found by the line before


def main() -> None:
    """Serve until the process ends."""
    pub, control, fps, faces = sys.argv[1:]
    ids = tuple(range(1, int(faces) + 1))
    with serving(
        pub, control, stream_id=f"{threading.get_native_id()}", fps=float(fps), face_ids=ids
    ):
        threading.Event().wait()


if __name__ == "__main__":
    main()
