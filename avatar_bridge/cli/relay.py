"""`avatar-bridge relay`: hand a server's stream on, from another machine or to another one."""

from typing import Annotated

import typer

from avatar_bridge.cli.console import errors
from avatar_bridge.cli.live import stops_on_signals
from avatar_bridge.cli.options import Insecure
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import DEFAULT_CONTROL, DEFAULT_PUBLISH
from avatar_bridge.errors import ConfigError
from avatar_bridge.relay import Counts, Relay, Upstream
from avatar_bridge.wire.curve import ClientKeys
from avatar_bridge.wire.curve_files import load_client_keys, load_server_keys

LONGEST_S = 86_400.0


def relay(
    from_: Annotated[
        list[str], typer.Option("--from", help="Address of a publisher; several may be given.")
    ],
    to: Annotated[str, typer.Option(help="Address to publish on.")] = DEFAULT_PUBLISH,
    keys: Annotated[
        list[str] | None,
        typer.Option(help="This client's keys for --from: one for all of them, or one for each."),
    ] = None,
    control: Annotated[
        str, typer.Option(help="Address of a control service to hand requests on to.")
    ] = "",
    control_to: Annotated[
        str, typer.Option(help="Address to take those requests on.")
    ] = DEFAULT_CONTROL,
    to_keys: Annotated[
        str, typer.Option(help="Let in only clients of this list: a folder's name or path.")
    ] = "",
    performer: Annotated[
        str, typer.Option(help="Of a fleet's stream: take this one alone, as if it ran here.")
    ] = "",
    pictures: Annotated[
        bool,
        typer.Option("--pictures", help="Pictures of the face, too, where others reach --to."),
    ] = False,
    insecure: Insecure = None,
    stats: Annotated[
        float, typer.Option(min=0.1, help="Seconds between two lines on what went through.")
    ] = 10.0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No such lines.")] = False,
) -> None:
    """Hand a server's stream on until Ctrl-C: to engines here, or to many watchers."""
    if not stats <= LONGEST_S:
        raise ConfigError(f"expected at most {LONGEST_S:g} --stats, got {stats}")
    shown = _keys(keys or [], len(from_))
    running = Relay(
        [Upstream(address, key) for address, key in zip(from_, shown, strict=True)],
        to,
        SystemClock(),
        control=(Upstream(control, shown[0]), control_to) if control else None,
        keys=load_server_keys(to_keys),
        insecure=bool(insecure),
        performer=performer,
        pictures=pictures,
    )
    last = Counts()

    def tell(counts: Counts) -> None:
        nonlocal last
        rate = (counts.messages - last.messages) / stats
        kilobytes = (counts.octets - last.octets) / stats / 1000
        last = counts
        errors.print(
            f"{rate:.1f} messages/s, {kilobytes:.1f} kB/s, {counts.topics} topics wanted, "
            f"{counts.requests} requests so far",
            highlight=False,
        )

    with stops_on_signals(running.stop):
        asked = f", control on {running.control_address}" if control else ""
        errors.print(
            f"relaying {', '.join(from_)} to {running.address}{asked}; Ctrl-C ends", highlight=False
        )
        running.run(None if quiet else tell, stats)
    errors.print(f"{running.counts.messages} messages relayed", highlight=False)


def _keys(given: list[str], streams: int) -> list[ClientKeys | None]:
    """Keys of each stream."""
    if len(given) > 1 and len(given) != streams:
        raise ConfigError(f"expected one --keys, or one for each --from, got {len(given)}")
    loaded = [load_client_keys(each) for each in given] or [None]
    return loaded * streams if len(loaded) == 1 else loaded
