"""`avatar-bridge keys`: who may watch and control a server that other machines reach."""

import json
from typing import Annotated

import typer
from rich.table import Table

from avatar_bridge.cli.console import errors, out
from avatar_bridge.errors import ConfigError
from avatar_bridge.wire.curve_files import DEFAULT, SERVER, KeyFolder, read_public_key

_Folder = Annotated[
    str, typer.Option("--folder", help="The keys' folder: a name among your settings, or a path.")
]
_Client = Annotated[str, typer.Argument(metavar="NAME", help="Of a client.")]

app = typer.Typer(help="Keys for addresses beyond this machine.", no_args_is_help=True)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="`server`, or a name for a client.")],
    folder: _Folder = DEFAULT,
    server_key: Annotated[
        str | None,
        typer.Option(help="Public key of a server elsewhere; its owner must allow this client."),
    ] = None,
) -> None:
    """Make the server's keys, or those of a client, which is let in from now on."""
    keys = KeyFolder(folder)
    if name == SERVER:
        if server_key is not None:
            raise ConfigError("expected --server-key with the name of a client, got server")
        _say(f"{SERVER}: {keys.new_server().public}")
        return
    file = keys.new_client(name, server_key)
    errors.print(f"all that {name} needs, and nobody else may have: {file}", highlight=False)
    if server_key is not None:
        _say(f"{name}: {read_public_key(str(file))}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="`server`, or a client.")] = SERVER,
    folder: _Folder = DEFAULT,
) -> None:
    """Show a public key, which is no secret."""
    _say(KeyFolder(folder).public(name))


@app.command()
def allow(
    name: _Client,
    key: Annotated[str, typer.Argument(help="Its public key, in quotes, or a file with it.")],
    folder: _Folder = DEFAULT,
) -> None:
    """Let a client in that has made its own keys; a running server needs no restart."""
    KeyFolder(folder).allow(name, read_public_key(key))
    errors.print(f"{name} is let in", highlight=False)


@app.command("list")
def list_clients(
    folder: _Folder = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the clients that are let in."""
    allowed = KeyFolder(folder).allowed()
    if as_json:
        out.print_json(json.dumps(allowed))
        return
    table = Table("client", "public key")
    for name, key in allowed.items():
        table.add_row(name, key)
    out.print(table)


@app.command()
def revoke(name: _Client, folder: _Folder = DEFAULT) -> None:
    """Keep a client out when it connects the next time; who is connected stays until then."""
    KeyFolder(folder).revoke(name)
    errors.print(f"{name} is let in no more", highlight=False)


def _say(line: str) -> None:
    out.print(line, soft_wrap=True, highlight=False)
