"""`avatar-bridge replay`: publish a take again."""

import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from avatar_bridge.cli.console import errors, out
from avatar_bridge.cli.live import LiveView, shown, stops_on_signals
from avatar_bridge.cli.options import Insecure, ServerKeysFolder, assemble, parse_sink
from avatar_bridge.clock import SystemClock
from avatar_bridge.errors import ConfigError
from avatar_bridge.outputs import open_sinks
from avatar_bridge.replayer import Replayer, first_info
from avatar_bridge.sinks.base import Sink
from avatar_bridge.wire.curve_files import load_server_keys

SLOWEST, FASTEST = 0.001, 1000.0


def replay(
    file: Annotated[Path, typer.Argument(help="A take: an MCAP file.")],
    speed: Annotated[float, typer.Option(help="Seconds of the take that go by in one.")] = 1.0,
    loop: Annotated[bool, typer.Option("--loop", help="Start again at the end.")] = False,
    pub: Annotated[str | None, typer.Option(help="Address of the publisher.")] = None,
    sink: Annotated[
        list[str] | None, typer.Option(help="A further output: NAME[:KEY=VALUE,…].")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings in TOML.")] = None,
    keys: ServerKeysFolder = None,
    insecure: Insecure = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No live view.")] = False,
) -> None:
    """Publish a take again, through any output, until it ends or Ctrl-C."""
    if not SLOWEST <= speed <= FASTEST:
        raise ConfigError(f"expected a --speed of {SLOWEST:g} to {FASTEST:g}, got {speed}")
    settings = assemble(
        config,
        {
            "wire.publish": pub,
            "wire.insecure": insecure,
            "wire.keys": keys,
            "sinks": [parse_sink(text) for text in sink] if sink else None,
        },
    )
    clock, stream_id = SystemClock(), uuid.uuid4().hex
    first_info(file, stream_id)  # what is wrong with the file is told before a port is taken
    view = LiveView()
    show = out.is_terminal and not quiet
    with ExitStack() as opened:
        allowed = load_server_keys(settings.wire.keys)
        sinks: tuple[Sink, ...] = open_sinks(settings, clock, stream_id, opened, allowed)
        outputs = (*sinks, view) if show else sinks
        replayer = Replayer(file, outputs, clock, stream_id, speed=speed, loop=loop)
        opened.pop_all()
    errors.print(
        f"{file.name}: publishing on {settings.wire.publish or 'nothing'}; Ctrl-C ends",
        highlight=False,
    )
    with stops_on_signals(replayer.stop), shown(view if show else None):
        replayer.run()
    status = replayer.telemetry.snapshot("ended")
    errors.print(f"{status.captured} frames published", highlight=False)
