"""Two machines in one: network namespaces of Linux, joined by a cable of the kernel's."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

ADDRESSES = ("10.213.77.1", "10.213.77.2")
_PATIENCE_S = 60.0  # of a busy machine; a quiet one takes milliseconds


class NoMachinesError(Exception):
    """Why there can be none here, in one line."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One of them.

    Attributes:
        name: of its namespace.
        address: under which the other one reaches it.
        cable: its end of it.
    """

    name: str
    address: str
    cable: str

    def inside(self, *words: str) -> list[str]:
        """The command that runs a command on it."""
        return ["ip", "netns", "exec", self.name, *words]

    def pids(self) -> list[int]:
        """Of all that runs on it."""
        return [int(line) for line in _ip("netns", "pids", self.name).split()]

    def cut_off(self) -> None:
        """Pull its cable, and then its plug: nobody is told that it goes."""
        _ip("-n", self.name, "link", "set", self.cable, "down")
        self.stop()

    def stop(self) -> None:
        """Kill all that runs on it."""
        while pids := self.pids():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@contextmanager
def two_machines() -> Iterator[tuple[Machine, Machine]]:
    """Machines that reach each other and nobody else; what runs on them ends with them.

    Raises:
        NoMachinesError: this is not Linux, `ip` is missing, or its user may not.
    """
    if sys.platform != "linux" or not shutil.which("ip") or os.geteuid() != 0:
        raise NoMachinesError("network namespaces need Linux, `ip` and root")
    mark = secrets.token_hex(2)
    machines = tuple(
        Machine(f"ab{i}{mark}", address, f"v{i}{mark}") for i, address in enumerate(ADDRESSES)
    )
    one, other = machines
    with ExitStack() as stack:
        try:
            for machine in machines:
                _ip("netns", "add", machine.name)
                stack.callback(_ip, "netns", "del", machine.name)
                stack.callback(machine.stop)
            _ip("link", "add", one.cable, "netns", one.name, "type", "veth",
                "peer", "name", other.cable, "netns", other.name)  # fmt: skip
            for machine in machines:
                here = ("-n", machine.name)
                _ip(*here, "addr", "add", f"{machine.address}/24", "dev", machine.cable)
                _ip(*here, "link", "set", machine.cable, "up")
                _ip(*here, "link", "set", "lo", "up")
        except subprocess.CalledProcessError as error:
            reason = error.stderr.strip()
            raise NoMachinesError(f"network namespaces cannot be made: {reason}") from error
        yield one, other


def _ip(*words: str) -> str:
    done = subprocess.run(
        ("ip", *words), check=True, capture_output=True, text=True, timeout=_PATIENCE_S
    )
    return done.stdout
