"""`avatar-bridge`: the entry point, and the one place where errors become exit codes."""

import importlib
import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

import typer
from rich.logging import RichHandler

from avatar_bridge import __version__
from avatar_bridge.cli.console import errors
from avatar_bridge.errors import AvatarBridgeError

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
_LONGEST_LINE = 2000  # characters of a message that repeats what a file says

# Of click itself in some versions of typer, of typer's own copy of it in others.
UsageError: Any = typer.BadParameter.__base__

# Name of a command, in the order of the help → its module and what is in it: a function, or an
# app of further commands. A module is loaded when its command runs, since all of them take seconds.
COMMANDS = {
    "demo": ("demo", "demo"),
    "run": ("run", "run"),
    "watch": ("watch", "watch"),
    "record": ("record", "record"),
    "replay": ("replay", "replay"),
    "relay": ("relay", "relay"),
    "track": ("track", "track"),
    "batch": ("batch", "batch"),
    "fleet": ("fleet", "fleet"),
    "export": ("export", "export"),
    "convert": ("convert", "convert"),
    "preview": ("preview", "preview"),
    "calibrate": ("calibrate", "calibrate"),
    "doctor": ("doctor", "doctor"),
    "bench": ("bench", "bench"),
    "models": ("models", "models"),
    "profile": ("profile", "app"),
    "head": ("head", "app"),
    "keys": ("curve_keys", "app"),
}


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


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


def make_app(wanted: Iterable[str] = COMMANDS) -> typer.Typer:
    """The program with some of its commands.

    Args:
        wanted: names of commands.
    """
    made = typer.Typer(
        name="avatar-bridge",
        help="Face video in, ARKit blendshapes out.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    made.callback()(_options)
    for name in wanted:
        module, attribute = COMMANDS[name]
        command = getattr(importlib.import_module(f"avatar_bridge.cli.{module}"), attribute)
        if isinstance(command, typer.Typer):
            made.add_typer(command, name=name)
        else:
            made.command(name)(command)
    return made


def __getattr__(name: str) -> typer.Typer:
    """`app`, the program with all commands."""
    if name == "app":
        return make_app()
    raise AttributeError(name)


def _tell(said: str) -> None:
    # One line; and a file's name may hold bytes that are no text.
    line = " ".join(said.encode("utf-8", "replace").decode().split())
    line = line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…"
    errors.print(f"avatar-bridge: {line}", style="red", highlight=False, soft_wrap=True)


def _asked_for(arguments: list[str]) -> Iterable[str]:
    """The one command that is called, or all where it is not plain which."""
    first = next((each for each in arguments if not each.startswith("-")), "")
    return [first] if first in COMMANDS else COMMANDS


def main(loaded: Callable[[], None] = lambda: None) -> None:
    """Run a command; what a user can mend becomes one line and exit code 2.

    Args:
        loaded: is called when all modules of the command are there, and nothing was done yet.
    """
    try:
        app = make_app(_asked_for(sys.argv[1:]))
        loaded()
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
