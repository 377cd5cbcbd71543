"""`avatar-bridge fleet`: many performers, kept alive and merged into one stream."""

import json
import threading
from collections.abc import Mapping
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.live import Live
from rich.table import Table

from avatar_bridge.cli.console import errors, out
from avatar_bridge.cli.live import stops_on_signals
from avatar_bridge.cli.options import Insecure, ServerKeysFolder
from avatar_bridge.clock import NS_PER_S, Clock, SystemClock
from avatar_bridge.config import DEFAULT_PUBLISH
from avatar_bridge.errors import ConfigError
from avatar_bridge.fleet.hosts import Hosts, LocalHosts, RayHosts
from avatar_bridge.fleet.keeper import Kept
from avatar_bridge.fleet.merge import Merger
from avatar_bridge.fleet.order import Order, order_with_keys
from avatar_bridge.fleet.plan import Performer, read_fleet
from avatar_bridge.wire.curve import ClientKeys
from avatar_bridge.wire.curve_files import load_server_keys

_LOOK_S = 0.5  # between two looks at how performers are kept
_WAIT_S = 0.1
LONGEST_S = 1e6


def fleet(
    file: Annotated[
        Path, typer.Argument(metavar="FLEET.toml", help="[performers.NAME]: settings of each.")
    ],
    pub: Annotated[str, typer.Option(help="Address of the merged stream.")] = DEFAULT_PUBLISH,
    ray: Annotated[
        str | None,
        typer.Option(help="Address of a Ray cluster, or `local` to start one here.", metavar="AT"),
    ] = None,
    cores: Annotated[
        float, typer.Option(min=0.05, max=256, help="Of a machine, for one performer (Ray).")
    ] = 1.0,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="End after so many; else by Ctrl-C.")
    ] = None,
    keys: ServerKeysFolder = None,
    insecure: Insecure = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line a second, for programs.")] = False,
) -> None:
    """Run one bridge a performer, start it again when it ends, and merge their streams.

    Each message goes out under its performer's name: `relay --performer NAME` gives one of them
    to an engine.
    """
    if seconds is not None and not seconds <= LONGEST_S:
        raise ConfigError(f"expected at most {LONGEST_S:g} --seconds, got {seconds}")
    performers = read_fleet(file)
    clock = SystemClock()
    stopping = threading.Event()
    with ExitStack() as stack:
        guests = load_server_keys(keys) if keys else None
        merger = Merger(pub, clock, insecure=bool(insecure), keys=guests)
        stack.callback(merger.close)
        hosts: Hosts = LocalHosts(clock) if ray is None else RayHosts(ray, cores)
        stack.callback(hosts.close)
        clients = {one.name: _place(hosts, one, far=ray is not None) for one in performers}
        errors.print(
            f"{len(performers)} performers, publishing on {merger.address}; Ctrl-C ends",
            highlight=False,
        )
        stack.enter_context(stops_on_signals(stopping.set))
        plain = as_json or not out.is_terminal
        live = stack.enter_context(
            nullcontext() if plain else Live(console=out, auto_refresh=False, transient=True)
        )
        until_ns = None if seconds is None else clock.now_ns() + round(seconds * NS_PER_S)
        _serve(merger, hosts, clients, clock, stopping, until_ns, live, as_json=as_json)


def _place(hosts: Hosts, one: Performer, *, far: bool) -> ClientKeys | None:
    """Place a performer; the keys to listen to it, if it is on another machine."""
    settings = one.settings.model_dump_json()
    if not far:
        hosts.place(one.name, Order(settings, hosts.address))
        return None
    order, keys = order_with_keys(settings, hosts.address)
    hosts.place(one.name, order)
    return keys


def _serve(
    merger: Merger,
    hosts: Hosts,
    clients: Mapping[str, ClientKeys | None],
    clock: Clock,
    stopping: threading.Event,
    until_ns: int | None,
    live: Live | None,
    *,
    as_json: bool,
) -> None:
    look_ns = told_ns = 0
    while not stopping.is_set() and (until_ns is None or clock.now_ns() < until_ns):
        merger.forward(_WAIT_S)
        now_ns = clock.now_ns()
        if now_ns - look_ns < _LOOK_S * NS_PER_S:
            continue
        look_ns = now_ns
        kept = hosts.kept()
        for name, keys in clients.items():
            # Of one that is gone, nothing: another's stream may take the address that it had.
            merger.follow(name, kept[name].address, keys)
        if live:
            live.update(_table(kept, merger), refresh=True)
        elif as_json and now_ns - told_ns >= NS_PER_S:
            told_ns = now_ns
            rows = {name: _row(kept[name], merger, name) for name in clients}
            out.print(json.dumps(rows), soft_wrap=True, highlight=False, markup=False)


def _row(kept: Kept, merger: Merger, name: str) -> dict[str, object]:
    heard = merger.heard(name)
    status = None if heard.silent else heard.status
    return {
        "state": "silent" if kept.state == "running" and heard.silent else kept.state,
        "host": kept.host or "here",
        "pid": kept.pid,
        "fps": round(status.fps, 1) if status else 0.0,
        "faces": status.tracked_faces if status else 0,
        "dropped": status.dropped if status else 0,
        "messages": heard.messages,
        "restarts": kept.restarts,
        "said": kept.said,
    }


def _table(kept: Mapping[str, Kept], merger: Merger) -> Table:
    table = Table(box=None, pad_edge=False)
    columns = ("performer", "state", "host", "fps", "faces", "dropped", "restarts", "said")
    for column in columns:
        table.add_column(column, justify="right" if column in columns[3:7] else "left")
    for name in kept:
        row = _row(kept[name], merger, name)
        table.add_row(name, *(str(row[column]) for column in columns[1:]))
    return table
