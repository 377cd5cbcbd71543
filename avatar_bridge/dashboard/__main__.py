"""The page's process: `python -m avatar_bridge.dashboard`, started by `PageProcess`.

Line by line on standard input: where to listen, then which bridge to show; its end is ours. One
line goes back: the port, or why it cannot be had.
"""

import json
import os
import signal
import sys

from avatar_bridge.dashboard.settings import Place, listen, place_from, server_from

_NICER = 5  # the stream comes first


def main() -> None:
    """Listen, load, serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started us
    if hasattr(os, "nice"):
        os.nice(_NICER)
    asked = place_from(sys.stdin.readline())
    try:
        listener = listen(asked.host, asked.port)
    except (OSError, UnicodeError) as error:
        _say({"error": getattr(error, "strerror", None) or str(error)})
        return
    place = Place(asked.host, listener.getsockname()[1], asked.token)
    _say({"port": place.port})
    # Late, since it takes a second: until then browsers wait in the queue of the socket.
    from avatar_bridge.dashboard.serve import serve

    line = sys.stdin.readline()
    if line:
        serve(listener, place, server_from(line), sys.stdin)


def _say(said: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
