"""`avatar-bridge doctor`: what works on this machine, and the cure for what does not."""

import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import typer
from rich.table import Table
from rich.text import Text

from avatar_bridge.build import build_detector
from avatar_bridge.capture.address import open_source
from avatar_bridge.cli.console import out
from avatar_bridge.cli.tiers import DEFAULT, installed_tiers
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import TIER_NETS, Config, SourceConfig, TrackConfig
from avatar_bridge.detect import DETECTORS
from avatar_bridge.errors import AvatarBridgeError
from avatar_bridge.inference.providers import CPU, choose_providers
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.retarget.profile import load_profile, packaged_profiles, profile_names

_CAMERAS = 4
_STYLES = {"ok": "green", "note": "yellow", "bad": "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        verdict: ok, note (works, but you may want more) or bad (something will fail).
        cure: what to do; empty where nothing is needed.
    """

    subject: str
    verdict: Literal["ok", "note", "bad"]
    found: str
    cure: str = ""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check providers, models, detectors, cameras, ports …; exit code 1 if something is bad."""
    findings = [
        *_providers(),
        *_models(),
        *_detectors(),
        *_profiles(),
        *_performer(),
        *_cameras(),
        *_ports(),
    ]
    if as_json:
        out.print_json(json.dumps([asdict(finding) for finding in findings]))
    else:
        table = Table()
        for column in ("", "subject", "found", "cure"):
            table.add_column(column)
        for finding in findings:
            verdict = Text(finding.verdict, style=_STYLES[finding.verdict])
            table.add_row(verdict, finding.subject, finding.found, finding.cure)
        out.print(table)
    if any(finding.verdict == "bad" for finding in findings):
        raise typer.Exit(1)


def _providers() -> Iterator[Finding]:
    chosen = choose_providers()[0]
    if chosen == CPU and sys.platform != "darwin":
        cure = "the CPU is enough for one face; an NVIDIA GPU needs its driver, CUDA and cuDNN 9"
        yield Finding("provider", "note", chosen, cure)
    else:
        yield Finding("provider", "ok", chosen)


def _models() -> Iterator[Finding]:
    store = ModelStore()
    try:
        names = store.names()
    except AvatarBridgeError as error:
        yield Finding("models", "bad", str(error), "install the package again")
        return
    there, missing = installed_tiers(store)
    for tier in there:
        default = " (default)" if tier == DEFAULT else ""
        yield Finding(f"tier {tier}", "ok", f"{TIER_NETS[tier]}{default}")
    for tier in missing:
        cure = f"not needed unless --tier {tier} is asked for; avatar-bridge-train makes the net"
        yield Finding(
            f"tier {tier}",
            "bad" if tier == DEFAULT else "note",
            f"{TIER_NETS[tier]} is not installed",
            "install the package again" if tier == DEFAULT else cure,
        )
    for name in names:
        try:
            card = store.find(name).card
            yield Finding(f"model {name}", "ok", f"{card.title}; sha256 as in the manifest")
        except AvatarBridgeError as error:
            yield Finding(f"model {name}", "bad", str(error), "install the package again")


def _detectors() -> Iterator[Finding]:
    track = TrackConfig()
    for name in DETECTORS.names():
        needed = name == track.detector
        try:
            build_detector(name, track.min_face)
            yield Finding(f"detector {name}", "ok", "works" + (" (default)" if needed else ""))
        except AvatarBridgeError as error:
            cure = f"not needed unless --detector {name} is asked for"
            yield Finding(
                f"detector {name}",
                "bad" if needed else "note",
                str(error),
                "install the package again" if needed else cure,
            )


def _profiles() -> Iterator[Finding]:
    for name in profile_names():
        try:
            yield Finding(f"profile {name}", "ok", load_profile(name).title)
        except AvatarBridgeError as error:
            own = name not in packaged_profiles()
            cure = "mend or delete the file" if own else "install the package again"
            yield Finding(f"profile {name}", "note" if own else "bad", str(error), cure)


def _performer() -> Iterator[Finding]:
    try:
        source = open_source(SourceConfig(uri="performer"), SystemClock())
    except AvatarBridgeError as error:
        yield Finding("performer", "bad", str(error), "install the package again")
        return
    yield Finding("performer", "ok", f"{source.frame_count} frames")
    source.close()


def _cameras() -> Iterator[Finding]:
    found = []
    for index in range(_CAMERAS):
        try:
            camera = open_source(SourceConfig(uri=f"camera:{index}"), SystemClock())
        except AvatarBridgeError:
            continue
        found.append(str(index))
        camera.close()
    if found:
        yield Finding("cameras", "ok", f"camera:{', camera:'.join(found)}")
    else:
        cure = "plug one in, close the programs that use it, allow access in the system's settings"
        yield Finding("cameras", "note", "none", cure)


def _ports() -> Iterator[Finding]:
    wire = Config().wire
    for role, address, option in (
        ("publisher", wire.publish, "--pub"),
        ("control", wire.control, "--control"),
    ):
        host, _, port = address.removeprefix("tcp://").rpartition(":")
        with socket.socket() as probe:
            if sys.platform != "win32":  # as ZeroMQ binds: what a server just left is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, int(port)))
                yield Finding(f"port {port} ({role})", "ok", "free")
            except OSError:
                cure = f"end the other server, or choose another address with {option}"
                yield Finding(f"port {port} ({role})", "bad", "in use", cure)
