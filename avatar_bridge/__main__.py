"""`avatar-bridge` and `python -m avatar_bridge`: loads the commands, and ends on SIGTERM meanwhile.

What serves until it is told to stop did its job when a SIGTERM comes: exit code 0. What was to
finish something did not: 143.
"""

import os
import signal
import sys

_SERVERS = {"demo", "run", "relay", "fleet"}
_CUT_SHORT = 128 + 15


def main() -> None:
    """Run a command."""
    command = next((each for each in sys.argv[1:] if not each.startswith("-")), "")
    code = 0 if command in _SERVERS else _CUT_SHORT
    # While modules load, an exception could be lost in one of them; and nothing is open yet.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(code))
    from avatar_bridge.cli.main import main as run_command

    def tidily() -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(code))

    run_command(tidily)


if __name__ == "__main__":
    main()
