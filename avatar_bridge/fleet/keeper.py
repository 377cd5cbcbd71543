"""Keeps one performer's process alive on this machine."""

import contextlib
import json
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import IO

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.fleet.order import Order
from avatar_bridge.fleet.performer import ADDRESS

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 30.0  # a process that ran so long starts again with the first pause
START_S = 120.0  # in which it has to say where it publishes: nets load slowly on a busy machine
_LOOK_S = 0.2
_END_S = 3.0  # that a process gets to end by itself
_MODULE = "avatar_bridge.fleet.performer"


@dataclass(frozen=True, slots=True)
class Kept:
    """How a performer's process is.

    Attributes:
        state: "starting", "running", "waiting" to start again, or "ended".
        address: where it publishes; empty while it does not.
        pid: of the process; 0 while there is none.
        restarts: how often it was started again.
        said: its last line on what is wrong; empty for none.
        host: the machine it runs on; empty for this one.
    """

    state: str = "starting"
    address: str = ""
    pid: int = 0
    restarts: int = 0
    said: str = ""
    host: str = ""


class Keeper:
    """Starts a process, and starts it again with growing pauses whenever it ends.

    Args:
        order: for the process.
        clock: measures how long it ran.
        start_s: after which a process that publishes nowhere yet is ended.
    """

    def __init__(self, order: Order, clock: Clock, start_s: float = START_S) -> None:
        self._start_s = start_s
        self._order = order
        self._clock = clock
        self._stopping = threading.Event()
        self._kept = Kept()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._thread.start()

    @property
    def kept(self) -> Kept:
        """How it is now; from any thread."""
        return self._kept

    def stop(self) -> None:
        """End it; waits a few seconds at most, and may be called again."""
        self._stopping.set()
        self._thread.join(2 * _END_S)

    def _keep(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            started_ns = self._clock.now_ns()
            said = self._run_once()
            if self._stopping.is_set():
                break
            if self._clock.now_ns() - started_ns > STEADY_S * NS_PER_S:
                pause_s = FIRST_PAUSE_S
            restarts = self._kept.restarts + 1
            self._kept = Kept("waiting", restarts=restarts, said=said)
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        self._kept = replace(self._kept, state="ended", address="", pid=0)

    def _run_once(self) -> str:
        """One process from start to end; gives its last words."""
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", _MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
        except OSError as error:
            return f"cannot be started: {error.strerror}"
        self._kept = replace(self._kept, state="starting", pid=process.pid, address="")
        words: deque[str] = deque(maxlen=1)
        assert process.stdin and process.stdout and process.stderr
        listening = threading.Thread(
            target=_listen, args=(process.stderr, words), name="words", daemon=True
        )
        listening.start()
        late = threading.Event()
        ending = threading.Thread(target=self._end_when_told, args=(process, late), daemon=True)
        ending.start()
        with process:
            try:
                process.stdin.write(self._order.to_json() + "\n")
                process.stdin.flush()
                for line in process.stdout:
                    address = json.loads(line)[ADDRESS]
                    self._kept = replace(self._kept, state="running", address=address, said="")
            except (OSError, ValueError, KeyError, TypeError):
                process.kill()
            code = process.wait()
            listening.join(_END_S)
            with contextlib.suppress(OSError):  # an order that it never read
                process.stdin.close()
        if late.is_set():
            return f"said no address for {self._start_s:g} s"
        return words[0] if words else f"ended with exit code {code}"

    def _end_when_told(self, process: "subprocess.Popen[str]", late: threading.Event) -> None:
        until_ns = self._clock.now_ns() + round(self._start_s * NS_PER_S)
        while process.poll() is None:
            if self._kept.state == "starting" and self._clock.now_ns() > until_ns:
                late.set()
            if self._stopping.wait(_LOOK_S) or late.is_set():
                process.terminate()
                try:
                    process.wait(_END_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                return


def _listen(stream: IO[str], words: "deque[str]") -> None:
    for line in stream:
        if line.strip():
            words.append(" ".join(line.split()))
