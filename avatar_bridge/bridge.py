"""The running bridge: threads, the mailbox between them, the sinks and the shutdown.

One thread captures, the caller's thread runs the pipeline and feeds the sinks, and one answers
control requests; live, the pipeline's detector has a thread of its own, too. They share
mailboxes, a queue of changes to the pipeline, a queue of states while a calibration measures them,
and values that never change.
"""

import logging
import queue
import threading
from contextlib import ExitStack
from typing import Any, Protocol

from avatar_bridge.adjust import Change
from avatar_bridge.backend import BridgeBackend, Tap
from avatar_bridge.build import Parts
from avatar_bridge.capture.states.base import Reading
from avatar_bridge.capture.switch import SwitchedSource
from avatar_bridge.clock import NS_PER_S
from avatar_bridge.control.service import ControlService
from avatar_bridge.errors import AvatarBridgeError
from avatar_bridge.faults import FaultLog
from avatar_bridge.mailbox import Empty, Mailbox
from avatar_bridge.preview.guard import GuardedPreviewer
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.sinks.base import Shower, Sink, Viewer
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.translator import TranslatorFactory
from avatar_bridge.types import FaceState, Frame

HEARTBEAT_S = 1.0  # between two descriptions of the stream
IDLE_S = 0.05  # between two states while the source gives no frames
STALL_S = 0.25  # without a frame for so long, and for three frames' time, a source has stalled
_JOIN_S = 2.0

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
        self._mailbox: Mailbox[_Taken] = Mailbox(lossless=not live)
        self._stopping = threading.Event()
        self._capture_error: Exception | None = None
        self._faults = FaultLog(parts.clock)
        self._changes: queue.SimpleQueue[Change] = queue.SimpleQueue()
        self._cuts = 0  # of the source, that the pipeline knows of
        self._viewers = tuple(sink for sink in parts.sinks if isinstance(sink, Viewer))
        self._showers = tuple(sink for sink in parts.sinks if isinstance(sink, Shower))
        self._previewer = GuardedPreviewer(parts.previewer)
        self._tap = Tap(self._stopping)
        self._backend = BridgeBackend(parts, self._pipeline.retargeter, self._changes, self._tap)
        self._control = self._open_control()

    def _open_control(self) -> ControlService | None:
        wire = self._parts.config.wire
        if not wire.control:
            return None
        try:
            return ControlService(
                wire.control,
                self._backend,
                self._parts.clock,
                insecure=wire.insecure,
                keys=self._parts.keys,
                pictures_beyond=wire.share_camera_beyond,
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
                source = self._parts.source
                cuts = source.cuts if isinstance(source, SwitchedSource) else 0
                self._telemetry.count_captured(self._mailbox.put((cuts, frame)))
                if isinstance(frame, Frame):
                    self._show(frame)
        except Exception as error:  # noqa: BLE001 - `run` raises it in the caller's thread
            self._capture_error = error
        finally:
            self._mailbox.close()

    def _show(self, frame: Frame) -> None:
        viewers: tuple[Viewer, ...] = (*self._viewers, *self._parts.rack.sinks, self._previewer)
        for viewer in viewers:
            viewer.see(frame)

    def _process(self, max_frames: int | None) -> bool:
        """Run until there is a reason to end; gives whether it is the source's end."""
        sent = 0
        last_ns = next_heartbeat_ns = self._parts.clock.now_ns()
        realtime = self._parts.config.source.realtime
        self._heartbeat()  # in any case, so that no recording is without a description
        next_heartbeat_ns += round(HEARTBEAT_S * NS_PER_S)
        while not self._stopping.is_set() and sent != max_frames:
            if self._change() or self._parts.clock.now_ns() >= next_heartbeat_ns:
                self._heartbeat()
                next_heartbeat_ns = self._parts.clock.now_ns() + round(HEARTBEAT_S * NS_PER_S)
            taken = self._mailbox.take(IDLE_S)
            if taken is Empty.ENDED:
                return True
            if not isinstance(taken, Empty):
                cuts, frame = taken
                if cuts != self._cuts:
                    self._cuts = cuts
                    self._pipeline.cut()
                    next_heartbeat_ns = self._parts.clock.now_ns()  # it is another source
                with self._telemetry.stage("total"):
                    states = self._look(frame)
                    self._publish(states)
                self._telemetry.count_published(sum(state.tracked for state in states))
                if realtime:  # a file's own stamps tell no latency
                    age_ns = self._parts.clock.now_ns() - frame.captured_ns
                    self._telemetry.record("capture to publish", age_ns)
                sent += 1
                last_ns = self._parts.clock.now_ns()
            elif realtime and self._parts.clock.now_ns() - last_ns > self._stall_ns():
                self._publish(self._idle(self._parts.clock.now_ns()))
                self._telemetry.note_stall()
        return False

    def _stall_ns(self) -> float:
        fps = self._parts.source.fps
        return max(STALL_S, 3.0 / fps if fps else 0.0) * NS_PER_S

    def _look(self, frame: Frame | Reading) -> tuple[FaceState, ...]:
        """What a frame shows; live, one over which a stage falls shows no face.

        Raises:
            Exception: of a stage that fails offline, where no result is better than a hole in it.
        """
        try:
            states = self._pipeline.process(frame)
        except Exception as error:
            if not self._parts.config.source.realtime:
                raise
            self._telemetry.count_error("total")
            self._faults.note(error)
            return self._idle(frame.captured_ns)
        self._faults.clear()
        return states

    def _idle(self, now_ns: int) -> tuple[FaceState, ...]:
        try:
            return self._pipeline.idle(now_ns)
        except Exception as error:  # noqa: BLE001 - of the mapping; the next frame may be better
            self._faults.note(error)
            return ()

    def _publish(self, states: tuple[FaceState, ...]) -> None:
        self._tap.offer(states)
        with self._telemetry.stage("publish"):
            for sink in self._sinks:
                for state in states:
                    sink.publish(state)
            if picture := self._previewer.follow(states):
                for shower in self._showers:
                    shower.show(picture)

    @property
    def _sinks(self) -> tuple[Sink, ...]:
        return (*self._parts.sinks, *self._parts.rack.sinks)

    def _heartbeat(self) -> None:
        states = (self._parts.source.state, self.recording)
        status = self._telemetry.snapshot("; ".join(filter(None, states)))
        for sink in self._sinks:
            sink.describe(self._backend.info())
            sink.report(status)

    def _change(self) -> bool:
        """Do to the pipeline what was asked for; gives whether anything was."""
        changed = False
        while not self._changes.empty():
            self._changes.get()(self._pipeline)
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
            stack.callback(self._parts.rack.close)
            stack.callback(self._previewer.close)
            stack.callback(self._parts.source.close)
            stack.callback(self._pipeline.close)


_Taken = tuple[int, Frame | Reading]  # after how many cuts of the source, and what


class _Processor(Protocol):
    """A `Pipeline` for frames, or a `Translator` for readings."""

    @property
    def retargeter(self) -> Retargeter: ...

    def use(self, retargeter: Retargeter) -> None: ...

    def cut(self) -> None: ...

    def process(self, taken: Any, /) -> tuple[FaceState, ...]: ...

    def idle(self, now_ns: int) -> tuple[FaceState, ...]: ...

    def close(self) -> None: ...
