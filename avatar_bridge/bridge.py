"""The running bridge: threads, the mailbox between them, the sinks and the shutdown.

One thread captures, the caller's thread runs the pipeline and feeds the sinks, and one answers
control requests; live, the pipeline's detector has a thread of its own, too. They share
mailboxes, a queue of changed mappings, a queue of states while a calibration measures them, and
values that never change.
"""

import logging
import queue
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from avatar_bridge.build import Parts, PipelineFactory
from avatar_bridge.capture.states.base import Reading
from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.control.service import ControlService
from avatar_bridge.errors import AvatarBridgeError, CaptureError, ConfigError, WireError
from avatar_bridge.mailbox import Empty, Mailbox
from avatar_bridge.pipeline import Pipeline
from avatar_bridge.retarget.calibration_files import CalibrationFiles
from avatar_bridge.retarget.calibrator import Calibrator
from avatar_bridge.retarget.measure import seconds, sights_of
from avatar_bridge.retarget.profile import load_profile, profile_names
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.sinks.recorder import Recorder
from avatar_bridge.takes.writer import TakeResult
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.translator import TranslatorFactory
from avatar_bridge.types import Blendshapes, FaceState, Frame, Image, StreamInfo
from avatar_bridge.wire.picture import picture_size

HEARTBEAT_S = 1.0  # between two descriptions of the stream
IDLE_S = 0.05  # between two states while the source gives no frames
STALL_S = 0.25  # without a frame for so long, and for three frames' time, a source has stalled
PATIENCE_S = 1.6  # for the second that a calibration takes; a client waits 2 s for its answer
_JOIN_S = 2.0
MOST_PIXELS = 40_000_000  # of a picture to analyze: what a good camera takes

_log = logging.getLogger(__name__)


class Bridge:
    """Runs what `build` put together, once.

    Args:
        parts: source, pipeline factory and sinks; the bridge closes them.

    Raises:
        ConfigError, WireError: the control address cannot be used.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._telemetry = Telemetry(parts.clock)
        live = parts.config.source.realtime
        self._pipeline: _Processor = parts.pipelines.make(self._telemetry, live=live)
        self._mailbox: Mailbox[Frame | Reading] = Mailbox(lossless=not live)
        self._stopping = threading.Event()
        self._capture_error: Exception | None = None
        self._mappings: queue.SimpleQueue[Retargeter] = queue.SimpleQueue()
        self._tap = _Tap(self._stopping)
        self._backend = _Backend(parts, self._pipeline.retargeter, self._mappings, self._tap)
        self._control = self._open_control()

    def _open_control(self) -> ControlService | None:
        wire = self._parts.config.wire
        if not wire.control:
            return None
        try:
            return ControlService(
                wire.control, self._backend, self._parts.clock, insecure=wire.insecure
            )
        except AvatarBridgeError:
            self._close_parts()
            raise

    def toggle_recording(self) -> None:
        """Begin to record what is published, or end it; from any thread.

        Raises:
            TakeError: the file cannot be written, or a recording had to end early.
            ConfigError: another thread was faster, or there is no recorder.
        """
        if self._backend.stop_recording() is None:
            self._backend.start_recording("")

    @property
    def control_address(self) -> str:
        """Where control requests are answered; empty for nowhere."""
        return self._control.address if self._control else ""

    @property
    def recording(self) -> str:
        """A few words on the recording that runs or failed; empty for none."""
        return self._parts.recorder.state if self._parts.recorder else ""

    @property
    def reader(self) -> str:
        """What reads the face in place of a net, for people; empty where a net does."""
        if isinstance(self._parts.pipelines, TranslatorFactory):
            return f"translating {self._parts.source.label}"
        return ""

    @property
    def telemetry(self) -> Telemetry:
        """Timings and counts of this run."""
        return self._telemetry

    def stop(self) -> None:
        """Ask `run` to come back soon; from any thread or signal handler."""
        self._stopping.set()

    def run(self, max_frames: int | None = None) -> None:
        """Run until the source ends, `stop` is called, or so many frames went out.

        Raises:
            CaptureError: the source broke and will not come back.
        """
        capturing = threading.Thread(target=self._capture, name="capture", daemon=True)
        try:
            if self._control:
                self._control.start()
            capturing.start()
            ended = self._process(max_frames)
        finally:
            self._shut_down(capturing)
        if ended and self._capture_error is not None:
            raise self._capture_error

    def _capture(self) -> None:
        try:
            while not self._stopping.is_set():
                started_ns = self._parts.clock.now_ns()
                frame = self._parts.source.read()
                if frame is None:
                    break
                if not self._parts.config.source.realtime:  # else it is mostly waiting
                    self._telemetry.record("capture", self._parts.clock.now_ns() - started_ns)
                self._telemetry.count_captured(self._mailbox.put(frame))
                if self._parts.recorder and isinstance(frame, Frame):
                    self._parts.recorder.see(frame)
        except Exception as error:  # noqa: BLE001 - `run` raises it in the caller's thread
            self._capture_error = error
        finally:
            self._mailbox.close()

    def _process(self, max_frames: int | None) -> bool:
        """Run until there is a reason to end; gives whether it is the source's end."""
        sent = 0
        last_ns = next_heartbeat_ns = self._parts.clock.now_ns()
        realtime = self._parts.config.source.realtime
        fps = self._parts.source.fps
        stall_ns = max(STALL_S, 3.0 / fps if fps else 0.0) * NS_PER_S
        while not self._stopping.is_set() and sent != max_frames:
            if self._change_mapping() or self._parts.clock.now_ns() >= next_heartbeat_ns:
                self._heartbeat()
                next_heartbeat_ns = self._parts.clock.now_ns() + round(HEARTBEAT_S * NS_PER_S)
            frame = self._mailbox.take(IDLE_S)
            if frame is Empty.ENDED:
                return True
            if not isinstance(frame, Empty):
                with self._telemetry.stage("total"):
                    states = self._pipeline.process(frame)
                    self._publish(states)
                self._telemetry.count_published(sum(state.tracked for state in states))
                if realtime:  # a file's own stamps tell no latency
                    age_ns = self._parts.clock.now_ns() - frame.captured_ns
                    self._telemetry.record("capture to publish", age_ns)
                sent += 1
                last_ns = self._parts.clock.now_ns()
            elif realtime and self._parts.clock.now_ns() - last_ns > stall_ns:
                self._publish(self._pipeline.idle(self._parts.clock.now_ns()))
                self._telemetry.note_stall()
        return False

    def _publish(self, states: tuple[FaceState, ...]) -> None:
        self._tap.offer(states)
        with self._telemetry.stage("publish"):
            for sink in self._parts.sinks:
                for state in states:
                    sink.publish(state)

    def _heartbeat(self) -> None:
        states = (self._parts.source.state, self.recording)
        status = self._telemetry.snapshot("; ".join(filter(None, states)))
        for sink in self._parts.sinks:
            sink.describe(self._backend.info())
            sink.report(status)

    def _change_mapping(self) -> bool:
        changed = False
        while not self._mappings.empty():
            self._pipeline.use(self._mappings.get())
            changed = True
        return changed

    def _shut_down(self, capturing: threading.Thread) -> None:
        self._stopping.set()
        self._mailbox.close()
        with ExitStack() as stack:  # whatever one of them does, the others are closed
            if self._control:
                stack.callback(self._control.stop)
            stack.callback(self._join, capturing)
            stack.callback(self._close_parts)

    def _join(self, capturing: threading.Thread) -> None:
        if capturing.is_alive():
            capturing.join(_JOIN_S)
            if capturing.is_alive():
                _log.warning("the source %s did not let go in time", self._parts.source.label)

    def _close_parts(self) -> None:
        with ExitStack() as stack:
            for sink in self._parts.sinks:
                stack.callback(sink.close)
            stack.callback(self._parts.source.close)
            stack.callback(self._pipeline.close)


class _Processor(Protocol):
    """A `Pipeline` for frames, or a `Translator` for readings."""

    @property
    def retargeter(self) -> Retargeter: ...

    def use(self, retargeter: Retargeter) -> None: ...

    def process(self, taken: Any, /) -> tuple[FaceState, ...]: ...

    def idle(self, now_ns: int) -> tuple[FaceState, ...]: ...

    def close(self) -> None: ...


class _Tap:
    """Lends the control thread the states that go by; the pipeline's thread never waits for it."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._queue: queue.SimpleQueue[tuple[FaceState, ...]] | None = None

    def offer(self, states: tuple[FaceState, ...]) -> None:
        """Let states be seen, if somebody watches."""
        watching = self._queue
        if watching is not None and states:  # none before a source's first frame
            watching.put(states)

    def watch(self, span_s: float, clock: Clock) -> list[tuple[FaceState, ...]]:
        """The states of the next frames, for so much of the source's own time."""
        passed: list[tuple[FaceState, ...]] = []
        watching = self._queue = queue.SimpleQueue()
        until_ns = clock.now_ns() + round(PATIENCE_S * NS_PER_S)
        try:
            while not self._stopping.is_set() and clock.now_ns() < until_ns:
                with suppress(queue.Empty):
                    passed.append(watching.get(timeout=IDLE_S))
                    since_ns = passed[-1][0].captured_ns - passed[0][0].captured_ns
                    if since_ns >= span_s * NS_PER_S:
                        break
        finally:
            self._queue = None
        return passed


class _Backend:
    """What control requests do; runs in the control thread."""

    def __init__(
        self,
        parts: Parts,
        retargeter: Retargeter,
        changes: "queue.SimpleQueue[Retargeter]",
        tap: _Tap,
    ) -> None:
        self._parts = parts
        self._retargeter = retargeter
        self._changes = changes
        self._tap = tap
        net = parts.config.analyze.face_net_name
        self._calibrator = Calibrator(net, CalibrationFiles(), retargeter.calibration)
        self._stills: Pipeline | None = None

    def info(self) -> StreamInfo:
        parts, retargeter = self._parts, self._retargeter  # one look: two threads ask
        translator = parts.pipelines if isinstance(parts.pipelines, TranslatorFactory) else None
        return StreamInfo(
            stream_id=parts.stream_id,
            source=parts.source.label,
            profile=retargeter.profile.name,
            calibration=retargeter.calibration.label if retargeter.calibration else "",
            model="" if translator else parts.config.analyze.face_net_name,
            capabilities=translator.capabilities if translator else retargeter.capabilities,
            action_units=parts.pipelines.action_units,
            target_fps=parts.source.fps,
            target_names=retargeter.target_names,
        )

    def profiles(self) -> tuple[str, ...]:
        return profile_names()

    def set_profile(self, name: str) -> None:
        if name not in self.profiles():  # a path would let a request read files
            raise ConfigError(f"expected one of {', '.join(self.profiles())}, got {name!r}")
        self._use(self._retargeter.with_profile(load_profile(name)))

    def calibrations(self) -> tuple[str, ...]:
        return self._calibrator.saved()

    def calibrate(self, step: str, name: str, centre: bool) -> None:
        self._pictures()
        self._calibrator.check(step, name)
        passed = self._tap.watch(seconds(), self._parts.clock)
        seen = sights_of(passed, self._retargeter.sight)
        self._calibrator.measure(seen, step, name, centre)
        self._recalibrate()

    def use_calibration(self, name: str) -> None:
        self._pictures()
        self._calibrator.use(name)
        self._recalibrate()

    def clear_calibration(self) -> None:
        self._calibrator.clear()
        self._recalibrate()

    def undo_calibration(self) -> bool:
        undone = self._calibrator.undo()
        self._recalibrate()
        return undone

    def _recalibrate(self) -> None:
        self._use(self._retargeter.with_calibration(self._calibrator.current))

    def _use(self, retargeter: Retargeter) -> None:
        self._retargeter = retargeter
        self._changes.put(retargeter)

    def map(self, action_units: Mapping[str, float], emotions: Mapping[str, float]) -> Blendshapes:
        return self._retargeter.map(action_units, emotions)

    def analyze(self, image: bytes) -> tuple[FaceState, ...]:
        pipelines, picture = self._pictures(), _decode(image)
        if self._stills is None:
            self._stills = pipelines.make(Telemetry(self._parts.clock))
        self._stills.use(self._retargeter.with_calibration(None))  # a picture may be of anyone
        now_ns = self._parts.clock.now_ns()
        return self._stills.process_still(Frame(picture, 0, now_ns))

    def _pictures(self) -> PipelineFactory:
        """What looks at pictures, for requests that need it."""
        pipelines = self._parts.pipelines
        if isinstance(pipelines, TranslatorFactory):
            raise ConfigError(f"expected a source of pictures, got {self._parts.source.label}")
        return pipelines

    def start_recording(self, name: str) -> Path:
        return self._recorder().start(name)

    def stop_recording(self) -> TakeResult | None:
        return self._recorder().stop()

    def _recorder(self) -> Recorder:
        if self._parts.recorder is None:
            raise ConfigError("expected a bridge with a recorder, got one without")
        return self._parts.recorder


def _decode(image: bytes) -> Image:
    try:
        width, height = picture_size(image)
    except WireError as error:
        raise CaptureError(str(error)) from error
    if not 0 < width * height <= MOST_PIXELS:
        raise CaptureError(f"expected 1 to {MOST_PIXELS} pixels, got {width} x {height}")
    try:
        picture = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        picture = None
    if picture is None:
        raise CaptureError(f"expected a whole picture, got {len(image)} bytes that do not unpack")
    return np.asarray(picture, np.uint8)
