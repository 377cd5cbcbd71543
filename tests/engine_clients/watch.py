"""The Unity client's core in a process of its own, under Mono, as an engine that ticks."""

import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE_S = 15.0
TICK_S = 1 / 240


class Watch:
    """The harness as an engine that ticks, and that is asked by lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._replies: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._process.stdout:
            self._replies.put(line)

    def tell(self, *words: str) -> None:
        self._process.stdin.write("\t".join(words) + "\n")
        self._process.stdin.flush()

    def reply(self) -> dict[str, Any]:
        return json.loads(self._replies.get(timeout=PATIENCE_S))

    def ask(self, *words: str) -> dict[str, Any]:
        self.tell(*words)
        return self.reply()

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first report of which something holds."""
        end = time.monotonic() + PATIENCE_S
        while not holds(report := self.ask("report")):
            assert time.monotonic() < end, report
            time.sleep(0.02)
        return report


@contextmanager
def watching(
    harness: Path, pub: str, control: str = "", dead_after_s: float = 5.0
) -> Iterator[Watch]:
    process = subprocess.Popen(
        ["mono", str(harness), "watch", pub, control, str(TICK_S), str(dead_after_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield Watch(process)
    finally:
        process.stdin.close()
        process.wait(PATIENCE_S)
        process.stdout.close()
