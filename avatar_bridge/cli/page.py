"""The live page beside a running bridge: its options, its process, and the browser."""

import os
import sys
import webbrowser
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated

import typer

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import Parts
from avatar_bridge.cli.console import errors
from avatar_bridge.config import Config
from avatar_bridge.dashboard.process import PageProcess
from avatar_bridge.dashboard.settings import DEFAULT_PAGE
from avatar_bridge.errors import ConfigError
from avatar_bridge.wire.address import is_loopback

PageAddress = Annotated[
    str | None,
    typer.Option("--page", help=f"Serve the live page there; --open does at {DEFAULT_PAGE}."),
]


@dataclass(frozen=True, slots=True)
class Page:
    """The page as it was asked for.

    Attributes:
        address: as `--page` takes it; None for no page.
        browser: whether to open a browser where there is a display.
    """

    address: str | None = None
    browser: bool = False


NO_PAGE = Page()


def wanted(address: str | None, opened: bool) -> Page:
    """What `--page` and `--open` ask for together."""
    return Page(address or (DEFAULT_PAGE if opened else None), opened)


def sharing(config: Config) -> Config:
    """The configuration with the camera's pictures shared, where only this machine sees them."""
    if not is_loopback(config.wire.publish):
        return config
    wire = config.wire.model_copy(update={"share_camera": True})
    return config.model_copy(update={"wire": wire})


def start(page: Page, config: Config, stack: ExitStack) -> PageProcess | None:
    """Start the page's process, which listens from then on; it ends with the stack.

    Raises:
        ConfigError: it cannot be had.
    """
    if page.address is None:
        return None
    publish = config.wire.publish
    if not publish or publish.endswith(":*"):
        raise ConfigError(f"the page needs a publisher whose address is known, got {publish!r}")
    return stack.enter_context(PageProcess(page.address))


def show(page: Page, process: PageProcess | None, bridge: Bridge, parts: Parts) -> None:
    """Say where the page is, and open it."""
    if process is None:
        return
    keys = parts.keys.guest() if parts.keys else None
    process.show(parts.config.wire.publish, bridge.control_address, keys)
    errors.print(f"page: {process.url}", highlight=False, soft_wrap=True)
    if page.browser and has_display():
        webbrowser.open(process.url)


def has_display(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> bool:
    """Whether a browser would be seen: elsewhere one of text might take the terminal."""
    environment = os.environ if environment is None else environment
    if platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
