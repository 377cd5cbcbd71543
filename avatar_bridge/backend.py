"""What control requests do to a running bridge, in the control service's thread."""

import queue
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from avatar_bridge.adjust import Adjuster, Change
from avatar_bridge.build import Parts, PipelineFactory
from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.control.base import Settings
from avatar_bridge.errors import ConfigError, UnsupportedError
from avatar_bridge.pipeline import Pipeline
from avatar_bridge.preview.base import PreviewAsk, Previewer, PreviewSettings
from avatar_bridge.preview.portrait import decode_picture
from avatar_bridge.retarget.calibration_files import CalibrationFiles
from avatar_bridge.retarget.calibrator import Calibrator
from avatar_bridge.retarget.edit import ShapeResponse, responses
from avatar_bridge.retarget.editor import ProfileEditor
from avatar_bridge.retarget.measure import seconds, sights_of
from avatar_bridge.retarget.profile import profile_names
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.sinks.rack import SinkState
from avatar_bridge.sinks.recorder import Recorder
from avatar_bridge.smooth import smoothing_names
from avatar_bridge.takes.writer import TakeResult
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.translator import TranslatorFactory
from avatar_bridge.types import Blendshapes, FaceState, Frame, StreamInfo
from avatar_bridge.wire.picture import PreviewPicture

POLL_S = 0.05  # for states to watch, before looking whether to stop
PATIENCE_S = 1.6  # for the second that a calibration takes; a client waits 2 s for its answer


class Tap:
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
                    passed.append(watching.get(timeout=POLL_S))
                    since_ns = passed[-1][0].captured_ns - passed[0][0].captured_ns
                    if since_ns >= span_s * NS_PER_S:
                        break
        finally:
            self._queue = None
        return passed


class BridgeBackend:
    """Does what is requested.

    Args:
        parts: of the bridge.
        retargeter: the mapping in use.
        changes: where changes of the pipeline go.
        tap: lends the states that go by.
    """

    def __init__(
        self,
        parts: Parts,
        retargeter: Retargeter,
        changes: "queue.SimpleQueue[Change]",
        tap: Tap,
    ) -> None:
        self._parts = parts
        self._retargeter = retargeter
        self._changes = changes
        self._tap = tap
        net = parts.config.analyze.face_net_name
        self._calibrator = Calibrator(net, CalibrationFiles(), retargeter.calibration)
        self._editor = ProfileEditor(parts.config.profile, retargeter.profile)
        self._adjuster = Adjuster(parts, changes)
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
        self._use(self._retargeter.with_profile(self._editor.use(name)))

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
        previewer, shown = self._parts.previewer, self._parts.preview_mapping
        if previewer and shown and retargeter.profile is not self._retargeter.profile:
            shown.use(retargeter.profile)
            previewer.set(previewer.settings)  # what it shows all the time is mapped anew
        self._retargeter = retargeter
        self._changes.put(lambda pipeline: pipeline.use(retargeter))

    def map(self, action_units: Mapping[str, float], emotions: Mapping[str, float]) -> Blendshapes:
        return self._retargeter.map(action_units, emotions)

    def analyze(self, image: bytes) -> tuple[FaceState, ...]:
        pipelines, picture = self._pictures(), decode_picture(image)
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

    def settings(self) -> Settings:
        adjuster, info, previewer = self._adjuster, self.info(), self._parts.previewer
        preview = previewer.settings if previewer else None
        return Settings(
            source=adjuster.source,
            sources=adjuster.sources(),
            mirror=adjuster.mirror,
            smoothing=adjuster.smoothing,
            smoothings=smoothing_names(),
            profile=info.profile,
            profiles=self.profiles(),
            calibration=info.calibration,
            calibrations=self.calibrations(),
            sinks=adjuster.sinks(),
            recording=self._parts.recorder.state if self._parts.recorder else "",
            responses=responses(self._retargeter.profile),
            unsaved=self._editor.unsaved,
            preview=preview if preview and preview.fps else None,
            generators=previewer.generators if previewer else (),
        )

    def change_settings(
        self, source: str | None, mirror: bool | None, smoothing: str | None
    ) -> None:
        self._adjuster.change(source, mirror, smoothing)

    def set_sink(self, name: str, on: bool, options: Mapping[str, str]) -> SinkState:
        return self._adjuster.set_sink(name, on, options)

    def edit_profile(
        self, changes: Mapping[str, ShapeResponse], save_as: str, reset: bool
    ) -> Path | None:
        path = self._editor.edit(changes, save_as=save_as, reset=reset)
        self._use(self._retargeter.with_profile(self._editor.profile))
        return path

    def can_preview(self) -> bool:
        return self._parts.previewer is not None

    def preview(self, ask: PreviewAsk) -> PreviewPicture:
        return self._previewer().make(ask)

    def set_preview(self, settings: PreviewSettings) -> None:
        self._previewer().set(settings)

    def _previewer(self) -> Previewer:
        if self._parts.previewer is None:
            raise UnsupportedError("expected a server that makes previews, got one without")
        return self._parts.previewer
