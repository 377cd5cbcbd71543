"""`avatar-bridge`: the entry point, and the one place where errors become exit codes."""

import logging
import sys
from typing import Any

import typer
from rich.logging import RichHandler

from avatar_bridge import __version__
from avatar_bridge.cli.bench import bench
from avatar_bridge.cli.calibrate import calibrate
from avatar_bridge.cli.console import errors
from avatar_bridge.cli.convert import convert
from avatar_bridge.cli.demo import demo
from avatar_bridge.cli.doctor import doctor
from avatar_bridge.cli.export import export
from avatar_bridge.cli.models import models
from avatar_bridge.cli.profile import app as profile
from avatar_bridge.cli.record import record
from avatar_bridge.cli.replay import replay
from avatar_bridge.cli.run import run
from avatar_bridge.cli.track import track
from avatar_bridge.cli.watch import watch
from avatar_bridge.errors import AvatarBridgeError

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130

# Of click itself in some versions of typer, of typer's own copy of it in others.
UsageError: Any = typer.BadParameter.__base__

app = typer.Typer(
    name="avatar-bridge",
    help="Face video in, ARKit blendshapes out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    demo,
    run,
    watch,
    record,
    replay,
    track,
    export,
    convert,
    calibrate,
    doctor,
    bench,
    models,
):
    app.command()(command)
app.add_typer(profile, name="profile")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Log what happens inside."),
    _version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version."
    ),
) -> None:
    handler = RichHandler(console=errors, show_path=False)
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        format="%(message)s",
        handlers=[handler],
    )


def _tell(said: str) -> None:
    # One line; and a file's name may hold bytes that are no text.
    line = " ".join(said.encode("utf-8", "replace").decode().split())
    errors.print(f"avatar-bridge: {line}", style="red", highlight=False, soft_wrap=True)


def main() -> None:
    """Run a command; what a user can mend becomes one line and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except UsageError as error:
        said = error.format_message()
        if not said or said.startswith("\n"):  # no command: its help is shown
            error.show()
        else:
            _tell(said)
        sys.exit(EXIT_BAD_INPUT)
    except AvatarBridgeError as error:
        _tell(str(error))
        sys.exit(EXIT_BAD_INPUT)
    except typer.Abort:
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)
