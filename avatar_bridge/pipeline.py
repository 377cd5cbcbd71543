"""Frame in, face states out: the one path, without threads, sockets or files."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from avatar_bridge.analyze.base import Analyzer, EmotionReader
from avatar_bridge.clock import NS_PER_S
from avatar_bridge.config import LossConfig
from avatar_bridge.detect.search import Search, Searcher
from avatar_bridge.geometry import cut_face, face_box
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.smooth.base import Smoother
from avatar_bridge.smooth.decay import fade, remaining
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.track.base import Tracker
from avatar_bridge.types import (
    ActionUnits,
    Blendshapes,
    EmotionScores,
    FaceAnalysis,
    FaceState,
    Float32,
    Frame,
    Gaze,
    HeadPose,
    Image,
    Motion,
    TrackedFace,
)

_NEUTRAL_MOTION = Motion(
    Blendshapes.neutral(),
    HeadPose(np.zeros(3, np.float32), np.array([0, 0, 0, 1], np.float32)),
    Gaze(np.zeros(2, np.float32), np.zeros(2, np.float32)),
)


MOST_LOOKS = 3
MOST_TRIES = 3
SETTLED = 0.15  # of a box side: how far the face may lie from where the crop was aimed


@dataclass(frozen=True, slots=True)
class _Moment:
    """What a state says of the frame it belongs to."""

    index: int
    captured_ns: int
    size: tuple[int, int]


@dataclass(slots=True)
class _Memory:
    """What is remembered of one face between frames."""

    smoother: Smoother
    state: FaceState  # of the last frame in which it was seen
    emotion_age: int  # frames since its emotions were read
    at_rest: bool = False  # whether it was sent as lost and wholly faded


class Pipeline:
    """Runs every stage in turn.

    Args:
        searcher: runs the detector; the pipeline closes it.
        make_tracker: a fresh tracker, for the start and for every restart.
        analyzer: reads a face crop.
        retargeter: makes weights of what was read.
        make_smoother: a fresh filter for every face.
        loss: what becomes of a face that is lost.
        telemetry: where each stage's time is filed.
        emotion_reader: whose emotions replace the analyzer's, or None.
        emotion_every: of how many frames of a face it reads the first; its answer holds for the
            others.
    """

    def __init__(
        self,
        *,
        searcher: Searcher,
        make_tracker: Callable[[], Tracker],
        analyzer: Analyzer,
        retargeter: Retargeter,
        make_smoother: Callable[[], Smoother],
        loss: LossConfig,
        telemetry: Telemetry,
        emotion_reader: EmotionReader | None = None,
        emotion_every: int = 1,
    ) -> None:
        self._searcher = searcher
        self._make_tracker = make_tracker
        self._analyzer = analyzer
        self._retargeter = retargeter
        self._make_smoother = make_smoother
        self._loss = loss
        self._telemetry = telemetry
        self._emotion_reader = emotion_reader
        self._emotion_every = emotion_every
        self._count = 0  # frames that were looked at
        self.restart()

    @property
    def retargeter(self) -> Retargeter:
        """The mapping in use."""
        return self._retargeter

    def use(self, retargeter: Retargeter) -> None:
        """Change the mapping from the next frame on."""
        self._retargeter = retargeter

    def restart(self) -> None:
        """Forget all faces: the next frame has nothing to do with the last one."""
        self._tracker = self._make_tracker()
        self._memories: dict[int, _Memory] = {}
        self._held: frozenset[int] = frozenset()  # faces that were seen in the last frame
        self._moment: _Moment | None = None
        self._first = self._count  # what was seen in earlier frames is of no use any more

    def close(self) -> None:
        """End the search for faces, and the thread that it may have."""
        self._searcher.close()

    def process(self, frame: Frame) -> tuple[FaceState, ...]:
        """Look at one frame.

        Returns:
            One state per face that is followed or still fading, and never none: where no face
            was ever seen, a neutral state of face 0.
        """
        seen = []
        for face in self._find(frame.image):
            analysis = self._look(frame.image, face)
            if analysis is not None:
                seen.append(self._remember(frame, face, analysis))
        self._held = frozenset(state.face_id for state in seen)
        self._moment = _Moment(frame.index, frame.captured_ns, frame.size)
        return (*seen, *self._without(self._moment, self._held))

    def process_still(self, frame: Frame) -> tuple[FaceState, ...]:
        """Look at a picture that has nothing to do with the ones before.

        A tracker tries a detector's second choice in the frame after; a still has none after it,
        so it is looked at again until a face holds.
        """
        self.restart()
        for _ in range(MOST_TRIES):
            states = self.process(frame)
            if any(state.tracked for state in states):
                break
        return states

    def idle(self, now_ns: int) -> tuple[FaceState, ...]:
        """What there is to say while the source gives no frames: all faces are lost.

        Args:
            now_ns: on the clock that stamps the frames.

        Returns:
            As `process`; nothing before the first frame.
        """
        if self._moment is None:
            return ()
        self._held = frozenset()
        return tuple(self._without(replace(self._moment, captured_ns=now_ns), self._held))

    def _find(self, image: Image) -> list[TrackedFace]:
        number, self._count = self._count, self._count + 1
        if self._tracker.wants_detection():
            self._searcher.ask(Search(image, number, self._tracker.doubt()))
        sighting = self._searcher.take()
        with self._telemetry.stage("track"):
            if sighting is None or sighting.frame < self._first:
                return self._tracker.update(image, None)
            age = number - sighting.frame
            return self._tracker.update(image, sighting.detections, age)

    def _look(self, image: Image, face: TrackedFace) -> FaceAnalysis | None:
        """Read a face, or None where there turns out to be none.

        A rough box (a detector's, or a prediction that the head outran) is looked at again: the
        landmarks seen in it make a better crop. One that never settles shows no face.
        """
        box, roll = face.box, face.roll
        for look in range(MOST_LOOKS):
            analysis = self._analyze(image, box, roll)
            aim, (box, roll) = box, face_box(analysis.landmarks.points)
            settled = _settled(aim, box)
            if settled and (look > 0 or face.id in self._held):
                break
        presence = analysis.presence if settled else 0.0
        held = self._tracker.observe(face.id, presence, analysis.landmarks)
        return analysis if held else None

    def _analyze(self, image: Image, box: Float32, roll: float) -> FaceAnalysis:
        with self._telemetry.stage("align"):
            crop = cut_face(image, box, roll, self._analyzer.crop_margin, self._analyzer.crop_size)
        with self._telemetry.stage("analyze"):
            height, width = image.shape[:2]
            return self._analyzer.analyze(crop, (width, height))

    def _read_emotions(
        self, image: Image, face: TrackedFace, analysis: FaceAnalysis
    ) -> tuple[EmotionScores, int]:
        """The emotions of a face, and how many frames ago they were read.

        One that was away is read anew at once: it may have come back as somebody else.
        """
        if self._emotion_reader is None:
            return analysis.emotions, 0
        memory = self._memories.get(face.id) if face.id in self._held else None
        if memory and memory.emotion_age + 1 < self._emotion_every:
            return memory.state.emotions, memory.emotion_age + 1
        with self._telemetry.stage("emotion"):
            return self._emotion_reader.read(image, analysis.landmarks), 0

    def _remember(self, frame: Frame, face: TrackedFace, analysis: FaceAnalysis) -> FaceState:
        emotions, emotion_age = self._read_emotions(frame.image, face, analysis)
        analysis = replace(analysis, emotions=emotions)
        with self._telemetry.stage("retarget"):
            weights = self._retargeter.retarget(analysis)
        memory = self._memories.get(face.id)
        smoother = memory.smoother if memory else self._make_smoother()
        elapsed_ns = frame.captured_ns - memory.state.captured_ns if memory else 0
        with self._telemetry.stage("smooth"):
            motion = smoother.smooth(
                Motion(weights, analysis.head_pose, analysis.gaze), elapsed_ns / NS_PER_S
            )
        state = FaceState(
            frame_index=frame.index,
            captured_ns=frame.captured_ns,
            face_id=face.id,
            tracked=True,
            confidence=analysis.presence,
            blendshapes=motion.blendshapes,
            action_units=analysis.action_units,
            emotions=analysis.emotions,
            head_pose=motion.head_pose,
            gaze=motion.gaze,
            image_size=frame.size,
            box=face_box(analysis.landmarks.points)[0],
            landmarks=analysis.landmarks,
        )
        self._memories[face.id] = _Memory(smoother, state, emotion_age)
        return state

    def _without(self, moment: _Moment, seen: frozenset[int]) -> list[FaceState]:
        """The states of faces that are not seen.

        One that was sent at rest is forgotten, but not the very last: someone is always there.
        """
        fading = []
        for id_ in sorted(self._memories.keys() - seen):
            memory = self._memories[id_]
            if memory.at_rest and len(self._memories) > 1:
                del self._memories[id_]
                continue
            last = memory.state
            lost_s = (moment.captured_ns - last.captured_ns) / NS_PER_S
            left = remaining(lost_s, self._loss.hold_s, self._loss.decay_s)
            memory.at_rest = left == 0.0
            fading.append(_faded(moment, last, left))
        return fading if seen or fading else [_no_face(moment)]


def _settled(aim: Float32, seen: Float32) -> bool:
    """Whether a crop was aimed well at the face that was seen in it."""
    side = float(aim[2] - aim[0])
    return float(np.abs(seen - aim).max()) < SETTLED * side


def _faded(moment: _Moment, last: FaceState, left: float) -> FaceState:
    motion = fade(Motion(last.blendshapes, last.head_pose, last.gaze), left)
    neutral = EmotionScores.neutral().probabilities
    return replace(
        last,
        frame_index=moment.index,
        captured_ns=moment.captured_ns,
        tracked=False,
        confidence=0.0,
        blendshapes=motion.blendshapes,
        head_pose=motion.head_pose,
        gaze=motion.gaze,
        action_units=ActionUnits(last.action_units.intensities * np.float32(left)),
        emotions=EmotionScores(
            neutral + (last.emotions.probabilities - neutral) * np.float32(left)
        ),
        image_size=moment.size,
        landmarks=None,
    )


def _no_face(moment: _Moment) -> FaceState:
    return FaceState(
        frame_index=moment.index,
        captured_ns=moment.captured_ns,
        face_id=0,
        tracked=False,
        confidence=0.0,
        blendshapes=_NEUTRAL_MOTION.blendshapes,
        action_units=ActionUnits.neutral(),
        emotions=EmotionScores.neutral(),
        head_pose=_NEUTRAL_MOTION.head_pose,
        gaze=_NEUTRAL_MOTION.gaze,
        image_size=moment.size,
        box=np.zeros(4, np.float32),
    )
