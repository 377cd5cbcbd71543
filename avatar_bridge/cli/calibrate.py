"""`avatar-bridge calibrate`: one person's range, measured by a running server or without one."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, Protocol

import typer

from avatar_bridge.build import PipelineFactory
from avatar_bridge.capture.address import open_source
from avatar_bridge.capture.base import Source
from avatar_bridge.cli.console import errors, out
from avatar_bridge.cli.options import (
    ClientKeysFile,
    DetectorName,
    FaceNet,
    MinFace,
    ServerKey,
    TierName,
    TrackerName,
    analysis,
    assemble,
    tracking,
)
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.config import DEFAULT_CONTROL, Config
from avatar_bridge.control.client import ControlClient, RequestRefusedError
from avatar_bridge.errors import CalibrationError, CaptureError, ConfigError, WireError
from avatar_bridge.pipeline import Pipeline
from avatar_bridge.retarget.calibration_files import CalibrationFiles, check_name
from avatar_bridge.retarget.calibrator import Calibrator
from avatar_bridge.retarget.measure import NEUTRAL, check_step, seconds, sights_of, steps
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import FaceState
from avatar_bridge.wire.curve import ClientKeys
from avatar_bridge.wire.curve_files import load_client_keys

COUNTDOWN = 3  # seconds to get ready for a step


class _Bench(Protocol):
    """Whatever measures a face."""

    def measure(self, step: str, name: str, centre: bool) -> None:
        """Measure one step, and keep it under the name, if there is one.

        Raises:
            CalibrationError, RequestRefusedError: the face cannot be measured now.
        """
        ...


def calibrate(
    name: Annotated[str, typer.Argument(help="To keep it under; none is for this run only.")] = "",
    guided: Annotated[
        bool, typer.Option("--guided", help="Rest and all strongest movements, one by one.")
    ] = False,
    only: Annotated[
        str | None, typer.Option("--steps", help="Which to measure, such as neutral,smile.")
    ] = None,
    keep_head: Annotated[
        bool, typer.Option("--keep-head", help="Leave head and gaze as the camera sees them.")
    ] = False,
    now: Annotated[
        bool, typer.Option("--now", help="No countdown; also where nobody sits at a terminal.")
    ] = False,
    tries: Annotated[int, typer.Option(min=1, help="How often to try a step.")] = 3,
    use: Annotated[bool, typer.Option("--use", help="Use the saved one of this name.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to what was before.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Use none.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show what is saved.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the saved one.")] = False,
    control: Annotated[
        str, typer.Option(help="Address of the server's control service.")
    ] = DEFAULT_CONTROL,
    keys: ClientKeysFile = "",
    server_key: ServerKey = None,
    source: Annotated[
        str | None, typer.Option(help="Without a server: camera:0, a file or performer.")
    ] = None,
    detector: DetectorName = None,
    tracker: TrackerName = None,
    min_face: MinFace = None,
    tier: TierName = None,
    face_net: FaceNet = None,
) -> None:
    """Measure your face at rest and at its strongest, for a running server or a later one."""
    if sum([use, undo, clear, list_, delete]) > 1:
        raise ConfigError("expected one of --use, --undo, --clear, --list and --delete, got more")
    files = CalibrationFiles()
    name = check_name(name) if name else ""
    if (use or delete) and not name:
        raise ConfigError(f"expected the NAME of a calibration; saved: {_saved(files)}")
    if list_:
        _list(files)
    elif delete:
        files.delete(name)
        errors.print(f"deleted {name}", highlight=False)
    elif undo and source is not None:
        _undo_file(files, name)
    elif use or undo or clear:
        _change(control, load_client_keys(keys, server_key), name if use else "", undo)
    else:
        wanted = _wanted(guided, only)
        with ExitStack() as stack:
            bench: _Bench
            if source is None:
                shown = load_client_keys(keys, server_key)
                bench = _Server(stack.enter_context(_client(control, shown)))
            else:
                if not name:
                    raise ConfigError("expected a NAME to keep the calibration under")
                settings = assemble(
                    None,
                    {
                        "source.uri": source,
                        **tracking(detector, tracker, 1, min_face),
                        **analysis(tier, face_net, None, None),
                    },
                )
                net = settings.analyze.face_net_name
                calibrator = Calibrator(net, files)
                calibrator.check(wanted[0], name)  # before anything is opened
                bench = stack.enter_context(_own_bench(settings, calibrator))
            _measure(bench, wanted, name, not keep_head, tries, now or not errors.is_terminal)
        if name:
            errors.print(
                f"saved {files.path(name)}: use it with --calibration {name}",
                highlight=False,
                soft_wrap=True,
            )


def _wanted(guided: bool, only: str | None) -> list[str]:
    if only is None:
        return list(steps()) if guided else [NEUTRAL]
    return [check_step(step.strip()) for step in only.split(",")]


def _measure(
    bench: _Bench, wanted: list[str], name: str, centre: bool, tries: int, at_once: bool
) -> None:
    says = steps()
    for step in wanted:
        for attempt in range(1, tries + 1):
            errors.print(f"{says[step]} …", highlight=False)
            if not at_once:
                _count_down()
            try:
                bench.measure(step, name, centre)
            except (CalibrationError, RequestRefusedError) as error:
                if not _may_pass(error):
                    raise
                if attempt == tries:
                    raise CalibrationError(_reason(error)) from error
                errors.print(f"again: {_reason(error)}", style="yellow", highlight=False)
                continue
            errors.print(f"{step}: done", style="green", highlight=False)
            break


def _may_pass(error: Exception) -> bool:
    """Whether another try may go better."""
    return not isinstance(error, RequestRefusedError) or error.code == "INVALID_ARGUMENT"


def _reason(error: Exception) -> str:
    return str(error).removeprefix("INVALID_ARGUMENT: ")


def _count_down() -> None:
    for left in range(COUNTDOWN, 0, -1):
        errors.print(f"  {left}", highlight=False)
        time.sleep(1.0)


def _list(files: CalibrationFiles) -> None:
    for name in files.names():
        try:
            saved = files.load(name)
        except ConfigError as error:
            out.print(f"{name}: cannot be used: {error}", highlight=False, soft_wrap=True)
            continue
        most = f"at rest and {len(saved.most)} strongest" if saved.most else "at rest"
        out.print(f"{name}: {most}, read by {saved.net}", highlight=False, soft_wrap=True)
    errors.print(f"in {files.folder}", style="dim", highlight=False, soft_wrap=True)


def _saved(files: CalibrationFiles) -> str:
    return ", ".join(files.names()) or "none yet"


def _undo_file(files: CalibrationFiles, name: str) -> None:
    if not name:
        raise ConfigError(f"expected the NAME of a calibration; saved: {_saved(files)}")
    if not files.undo(name):
        raise ConfigError(f"expected an earlier version of {name}, got none")
    errors.print(f"{name} is as it was before", highlight=False)


@contextmanager
def _client(control: str, keys: ClientKeys | None) -> Iterator[ControlClient]:
    with ControlClient(control, SystemClock(), keys=keys) as client:
        try:
            client.ping()
        except WireError as error:
            raise CaptureError(
                f"expected a server at {control}, got none: start `avatar-bridge run`, or say "
                "--source camera:0"
            ) from error
        yield client


def _change(control: str, keys: ClientKeys | None, used: str, undo: bool) -> None:
    with _client(control, keys) as client:
        if used:
            now = client.use_calibration(used)
        elif undo:
            now = client.undo_calibration()
        else:
            client.clear_calibration()
            now = ""
    errors.print(f"in use: {now or 'no calibration'}", highlight=False)


class _Server:
    """A server measures."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client

    def measure(self, step: str, name: str, centre: bool) -> None:
        self._client.calibrate(step, name, centre=centre)


@contextmanager
def _own_bench(settings: Config, calibrator: Calibrator) -> Iterator["_Own"]:
    clock = SystemClock()
    factory = PipelineFactory(settings)
    source = open_source(settings.source, clock)
    try:
        pipeline = factory.make(Telemetry(clock))
        try:
            yield _Own(source, pipeline, calibrator)
        finally:
            pipeline.close()
    finally:
        source.close()


class _Own:
    """This process measures what it reads of a source."""

    def __init__(self, source: Source, pipeline: Pipeline, calibrator: Calibrator) -> None:
        self._source = source
        self._pipeline = pipeline
        self._calibrator = calibrator

    def measure(self, step: str, name: str, centre: bool) -> None:
        self._calibrator.check(step, name)
        passed = list(self._second())
        seen = sights_of(passed, self._pipeline.retargeter.sight)
        self._calibrator.measure(seen, step, name, centre)

    def _second(self) -> Iterator[tuple[FaceState, ...]]:
        first_ns: int | None = None
        while (frame := self._source.read()) is not None:
            yield self._pipeline.process(frame)
            first_ns = frame.captured_ns if first_ns is None else first_ns
            if frame.captured_ns - first_ns >= seconds() * NS_PER_S:
                return
        if first_ns is None:
            raise CaptureError("expected more of the source, got its end")
