"""Config to objects: the only caller of the registries."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from avatar_bridge.analyze import ANALYZERS
from avatar_bridge.analyze.base import Analyzer
from avatar_bridge.analyze.emotion import EmotionNetReader
from avatar_bridge.capture.address import open_source
from avatar_bridge.capture.base import Source
from avatar_bridge.clock import Clock
from avatar_bridge.config import AnalyzeConfig, Config
from avatar_bridge.detect import DETECTORS
from avatar_bridge.detect.base import Detector
from avatar_bridge.detect.search import Background, Inline
from avatar_bridge.errors import ConfigError, ModelError
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.pipeline import Pipeline
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.sinks import SINKS
from avatar_bridge.sinks.base import Sink
from avatar_bridge.sinks.guard import GuardedSink
from avatar_bridge.smooth import SMOOTHERS
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.track import TRACKERS

PUBLISHER = "zmq_pub"


def build_retargeter(profile: str, action_units: tuple[str, ...]) -> Retargeter:
    """A packaged profile or a profile file, for a net that reads these units."""
    return Retargeter(load_profile(profile), action_units)


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
        self._smoother = SMOOTHERS.get(config.smoothing)
        self._profile = load_profile(config.profile)
        self._analyzer = build_analyzer(config.analyze)
        self._emotion_reader = build_emotion_reader(config.analyze)

    @property
    def action_units(self) -> tuple[str, ...]:
        """Names of the units that the net reads."""
        return self._analyzer.action_units

    def _make_detector(self) -> Detector:
        track = self._config.track
        return build_detector(track.detector, track.min_face, self._config.analyze.threads)

    def make(self, telemetry: Telemetry, *, live: bool = False) -> Pipeline:
        """A pipeline that has seen nothing yet.

        Args:
            telemetry: where its stages' times are filed.
            live: whether its detector runs in a thread of its own, until the pipeline is closed.
        """
        search = Background if live else Inline
        return Pipeline(
            searcher=search(self._make_detector(), telemetry),
            make_tracker=lambda: self._tracker(self._config.track.max_faces),
            analyzer=self._analyzer,
            retargeter=Retargeter(self._profile, self.action_units),
            make_smoother=self._smoother,
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
    """

    config: Config
    clock: Clock
    stream_id: str
    source: Source
    pipelines: PipelineFactory
    sinks: tuple[Sink, ...]


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
    pipelines = PipelineFactory(config)
    opened: list[Callable[[], None]] = []
    try:
        sinks = [
            GuardedSink(name, sink, clock)
            for name, sink in _open_sinks(config, clock, stream_id, opened)
        ]
        source = open_source(config.source, clock)
    except BaseException:
        for close in opened:
            close()
        raise
    return Parts(config, clock, stream_id, source, pipelines, (*sinks, *extra_sinks))


def _open_sinks(
    config: Config, clock: Clock, stream_id: str, opened: list[Callable[[], None]]
) -> list[tuple[str, Sink]]:
    wanted: list[tuple[str, dict[str, str]]] = [(s.name, s.options) for s in config.sinks]
    if config.wire.publish:
        options = {
            "address": config.wire.publish,
            "stream_id": stream_id,
            "insecure": str(config.wire.insecure).lower(),
        }
        wanted.insert(0, (PUBLISHER, options))
    sinks = []
    for name, options in wanted:
        factory = SINKS.get(name)
        try:
            sink = factory(clock, **options)
        except TypeError as error:
            raise ConfigError(f"sink {name}: {error}") from error
        opened.append(sink.close)
        sinks.append((name, sink))
    return sinks
