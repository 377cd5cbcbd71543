"""Config to objects: the only caller of the registries."""

import uuid
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from avatar_bridge.analyze import ANALYZERS
from avatar_bridge.analyze.base import Analyzer
from avatar_bridge.analyze.emotion import EmotionNetReader
from avatar_bridge.capture.address import device_of, gives_states, open_source, open_states
from avatar_bridge.capture.base import Source
from avatar_bridge.capture.states.base import StateSource
from avatar_bridge.capture.switch import SwitchedSource
from avatar_bridge.clock import Clock
from avatar_bridge.config import MAX_FACES, AnalyzeConfig, Config
from avatar_bridge.detect import DETECTORS
from avatar_bridge.detect.base import Detector
from avatar_bridge.detect.search import Background, Inline
from avatar_bridge.errors import ModelError
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.inference.pose_bias import PoseBias
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.outputs import no_rack, open_publisher, open_rack
from avatar_bridge.pipeline import Pipeline
from avatar_bridge.preview.base import UNITS, ImageKind, Previewer, PreviewSettings
from avatar_bridge.preview.live import LivePreviewer
from avatar_bridge.preview.portrait import FaceFinder
from avatar_bridge.retarget.calibration import Calibration
from avatar_bridge.retarget.calibration_files import CalibrationFiles
from avatar_bridge.retarget.conditioner import Conditioner
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.retarget.shared import SharedMapping
from avatar_bridge.sinks.base import Sink
from avatar_bridge.sinks.rack import SinkRack
from avatar_bridge.sinks.recorder import Recorder, recording_folder
from avatar_bridge.smooth import load_smoothing
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.track import TRACKERS
from avatar_bridge.translator import TranslatorFactory
from avatar_bridge.wire.curve import ServerKeys
from avatar_bridge.wire.curve_files import load_server_keys


def build_retargeter(
    profile: str,
    action_units: tuple[str, ...],
    bias: PoseBias | None = None,
    calibration: Calibration | None = None,
) -> Retargeter:
    """A retargeter for a face net.

    Args:
        profile: a packaged profile or a profile file.
        action_units: names of the units that the net reads.
        bias: what a turned head does to it; None takes nothing back.
        calibration: of the person; None is anyone.

    Raises:
        ConfigError: no such profile, or one that is not valid.
    """
    conditioner = Conditioner(bias, calibration)
    return Retargeter(load_profile(profile), action_units, conditioner)


def load_calibration(config: Config) -> Calibration | None:
    """The saved calibration that is asked for, or None.

    Raises:
        ConfigError: there is none of this name, or it is not for the face net.
    """
    if not config.calibration:
        return None
    return CalibrationFiles().load(config.calibration, config.analyze.face_net_name)


def build_detector(name: str, min_face: int, threads: int = 1) -> Detector:
    """A detector by its name, its models loaded.

    Raises:
        ConfigError: unknown name.
        ModelError: a model that it needs is not installed or cannot be used.
    """
    return DETECTORS.create(name, min_face, ModelStore(), threads)


def build_analyzer(analyze: AnalyzeConfig) -> Analyzer:
    """The face net of the tier, or the one that is asked for by name, loaded.

    Raises:
        ModelError: not installed, or a net that does not read faces.
    """
    model = ModelStore().find(analyze.face_net_name)
    task = model.card.task
    if task not in ANALYZERS.names():
        raise ModelError(
            f"model {analyze.face_net_name!r}: expected a {' or '.join(ANALYZERS.names())} net, "
            f"got task {task!r}"
        )
    return ANALYZERS.create(task, Net(model, analyze.threads))


def build_emotion_reader(analyze: AnalyzeConfig) -> EmotionNetReader | None:
    """The emotion net that is asked for, loaded, or None.

    Raises:
        ModelError: unknown name, or a net that cannot be used for emotions.
    """
    if not analyze.emotion_net:
        return None
    return EmotionNetReader(Net(ModelStore().find(analyze.emotion_net), analyze.threads))


class PipelineFactory:
    """Makes pipelines that share the loaded nets; a detector each has of its own.

    Args:
        config: the whole configuration; names in it are checked here, before anything runs.

    Raises:
        ConfigError: an unknown name.
        ModelError: a net cannot be used.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._make_detector()  # once in vain: what is wrong with it is told before anything runs
        self._tracker = TRACKERS.get(config.track.tracker)
        self._smoothing = load_smoothing(config.smoothing)
        calibration = load_calibration(config)
        self._analyzer = build_analyzer(config.analyze)
        self._emotion_reader = build_emotion_reader(config.analyze)
        bias = ModelStore().find(config.analyze.face_net_name).card.pose
        self._retargeter = build_retargeter(config.profile, self.action_units, bias, calibration)

    @property
    def action_units(self) -> tuple[str, ...]:
        """Names of the units that the net reads."""
        return self._analyzer.action_units

    def _make_detector(self) -> Detector:
        track = self._config.track
        return build_detector(track.detector, track.min_face, self._config.analyze.threads)

    def make(
        self, telemetry: Telemetry, *, live: bool = False, most_faces: int | None = None
    ) -> Pipeline:
        """A pipeline that has seen nothing yet.

        Args:
            telemetry: where its stages' times are filed.
            live: whether its detector runs in a thread of its own, until the pipeline is closed.
            most_faces: followed at once; None is what the configuration says.
        """
        search = Background if live else Inline
        return Pipeline(
            searcher=search(self._make_detector(), telemetry),
            make_tracker=lambda: self._tracker(most_faces or self._config.track.max_faces),
            analyzer=self._analyzer,
            retargeter=self._retargeter,
            smoothing=self._smoothing,
            loss=self._config.loss,
            telemetry=telemetry,
            emotion_reader=self._emotion_reader,
            emotion_every=self._config.analyze.emotion_every,
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a bridge is made of.

    Attributes:
        stream_id: new for every run, so that clients notice a restart.
        sinks: outputs that stay.
        rack: outputs that can be turned on and off.
        pipelines: makes what the source's frames or readings are given to.
        recorder: the one among the sinks that control requests start and stop.
        previewer: makes pictures of faces with an expression; idle until it is asked for some.
        preview_mapping: of its expressions; to be kept to the profile in use.
        keys: of publisher and control service; None lets in everyone who reaches them.
    """

    config: Config
    clock: Clock
    stream_id: str
    source: Source | StateSource
    pipelines: PipelineFactory | TranslatorFactory
    sinks: tuple[Sink, ...]
    recorder: Recorder | None = None
    keys: ServerKeys | None = None
    previewer: Previewer | None = None
    preview_mapping: SharedMapping | None = None
    rack: SinkRack = field(default_factory=no_rack)


def build(config: Config, clock: Clock, extra_sinks: tuple[Sink, ...] = ()) -> Parts:
    """Open everything that a configuration names.

    Args:
        config: what to open.
        clock: shared by all parts.
        extra_sinks: further outputs of the caller's own.

    Raises:
        AvatarBridgeError: something cannot be opened; what was opened before is closed again.
    """
    stream_id = uuid.uuid4().hex
    keys = load_server_keys(config.wire.keys)
    pipelines: PipelineFactory | TranslatorFactory | None = None
    if not gives_states(config.source.uri):
        pipelines = PipelineFactory(config)  # before anything is opened
    recording = config.recording
    recorder = Recorder(clock, recording_folder(recording.folder), video=recording.video)
    with ExitStack() as opened:  # closes all if one of them cannot be opened
        publisher = open_publisher(config, clock, stream_id, opened, keys)
        rack = open_rack(config, clock, opened)
        source: Source | StateSource
        if pipelines is None:
            states = opened.enter_context(closing(open_states(config.source, clock)))
            retargeter = build_retargeter(config.profile, ())
            source, pipelines = states, TranslatorFactory(states, retargeter, config.loss)
        else:
            source = opened.enter_context(closing(switched_source(config, clock)))
        mapping = SharedMapping(build_retargeter(config.profile, ACTION_UNIT_NAMES))
        previewer = opened.enter_context(
            closing(build_previewer(config, clock, pipelines, mapping))
        )
        if recording.start is not None:
            recorder.start(recording.start)
        opened.pop_all()
    outputs = (*publisher, recorder, *extra_sinks)
    return Parts(
        config=config,
        clock=clock,
        stream_id=stream_id,
        source=source,
        pipelines=pipelines,
        sinks=outputs,
        recorder=recorder,
        keys=keys,
        previewer=previewer,
        preview_mapping=mapping,
        rack=rack,
    )


def build_finder(pipelines: PipelineFactory, clock: Clock) -> FaceFinder:
    """What finds all faces of single pictures."""
    return FaceFinder(lambda: pipelines.make(Telemetry(clock), most_faces=MAX_FACES).process_still)


def build_previewer(
    config: Config,
    clock: Clock,
    pipelines: PipelineFactory | TranslatorFactory,
    mapping: SharedMapping,
) -> LivePreviewer:
    """What makes pictures of faces with an expression; the first one starts its process.

    Raises:
        ConfigError: no such generator or emotion.
        UnsupportedError: pictures are wanted from the start, and no generator is installed.
    """
    asked = config.preview
    settings = PreviewSettings(
        fps=asked.fps,
        emotion=UNITS if asked.emotion == "aus" else asked.emotion,
        intensity=asked.intensity,
        kind=ImageKind(asked.kind),
        net=asked.net,
    )
    find = build_finder(pipelines, clock).find if isinstance(pipelines, PipelineFactory) else None
    return LivePreviewer(ModelStore(), clock, mapping.map, find, settings)


def switched_source(config: Config, clock: Clock) -> SwitchedSource:
    """The source of pictures, which can be exchanged while it is read.

    Raises:
        CaptureError: it cannot be opened.
    """
    insecure = config.source.insecure or config.wire.insecure
    keys = config.source.keys or config.wire.keys
    source = config.source.model_copy(update={"insecure": insecure, "keys": keys})
    return SwitchedSource(source, lambda wanted: open_source(wanted, clock), device_of)
