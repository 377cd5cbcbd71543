"""`avatar-bridge record`: have a running server record what it publishes."""

import shutil
import threading
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from avatar_bridge.cli.console import errors
from avatar_bridge.cli.live import stops_on_signals
from avatar_bridge.cli.options import ClientKeysFile, ServerKey
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.config import DEFAULT_CONTROL
from avatar_bridge.control.client import ControlClient
from avatar_bridge.errors import ConfigError, TakeError, WireError
from avatar_bridge.takes.mcap import SUFFIX, TIMES, VIDEO
from avatar_bridge.wire.curve_files import load_client_keys

LONGEST_S = 1e6
_WATCH_S = 1.0  # between two looks whether the server is still there


def record(
    name: Annotated[str, typer.Argument(help="Of the take; none is named by the time.")] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder that the take is moved to; else it stays in the server's."),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="End after so many; else by Ctrl-C.")
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="End the recording that runs.")] = False,
    control: Annotated[
        str, typer.Option(help="Address of the server's control service.")
    ] = DEFAULT_CONTROL,
    keys: ClientKeysFile = "",
    server_key: ServerKey = None,
) -> None:
    """Record a running server's stream into a take, until Ctrl-C."""
    if seconds is not None and not seconds <= LONGEST_S:
        raise ConfigError(f"expected at most {LONGEST_S:g} --seconds, got {seconds}")
    if out is not None:
        _make(out)
    shown = load_client_keys(keys, server_key)
    with closing(ControlClient(control, SystemClock(), keys=shown)) as client:
        if not stop:
            path = client.start_recording(name)
            errors.print(f"recording {path}; Ctrl-C ends", highlight=False, soft_wrap=True)
            try:
                _wait(client, seconds)
            except WireError as error:
                raise TakeError(f"the server went away; what it recorded is in {path}") from error
        take = client.stop_recording()
    path = _moved(take.path, out) if out is not None else take.path
    lost = f", {take.dropped} messages lost to a slow disk" if take.dropped else ""
    errors.print(f"{path}: {take.frames} frames{lost}", highlight=False, soft_wrap=True)


def _wait(client: ControlClient, seconds: float | None) -> None:
    """Until it is time to end; a server that goes away is told at once."""
    ended = threading.Event()
    clock = SystemClock()
    until_ns = None if seconds is None else clock.now_ns() + round(seconds * NS_PER_S)
    with stops_on_signals(ended.set):
        while not ended.is_set():
            left_s = _WATCH_S if until_ns is None else (until_ns - clock.now_ns()) / NS_PER_S
            if left_s <= 0:
                return
            if not ended.wait(min(left_s, _WATCH_S)):
                client.ping()


def _make(folder: Path) -> None:
    try:
        folder.expanduser().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TakeError(f"expected a folder at {folder}, got: {error.strerror}") from error


def _moved(path: Path, folder: Path) -> Path:
    """The take and its pictures in another folder, under a name that is free there."""
    if not path.is_file():
        raise TakeError(f"the take is on the server's machine, at {path}: it cannot be moved")
    target = folder.expanduser() / path.name
    number = 1
    while any(target.with_suffix(suffix).exists() for suffix in (SUFFIX, VIDEO, TIMES)):
        number += 1
        target = target.with_name(f"{path.stem}-{number}{SUFFIX}")
    try:
        for suffix in (VIDEO, TIMES):
            if path.with_suffix(suffix).is_file():
                shutil.move(path.with_suffix(suffix), target.with_suffix(suffix))
        return Path(shutil.move(path, target))
    except OSError as error:
        raise TakeError(f"{path} cannot be moved to {folder}: {error.strerror}") from error
