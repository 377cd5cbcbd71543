"""Frame in, face states out: the one path, without threads, sockets or files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from avatar_bridge.analyze.base import Analyzer, EmotionReader
from avatar_bridge.config import LossConfig
from avatar_bridge.detect.search import Search, Searcher
from avatar_bridge.geometry import cut_face, face_box
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.smooth.base import Envelope, Smoothing
from avatar_bridge.smooth.face import FaceInTime, Faded
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.track.base import Tracker
from avatar_bridge.types import (
    ActionUnits,
    EmotionScores,
    FaceAnalysis,
    FaceState,
    Float32,
    Frame,
    Image,
    Motion,
    TrackedFace,
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

    face: FaceInTime
    state: FaceState  # of the last frame in which it was seen
    emotions: EmotionScores  # as they were read
    emotion_age: int  # frames since then
    at_rest: bool = False  # whether it was sent as lost and wholly faded


class Pipeline:
    """Runs every stage in turn.

    Args:
        searcher: runs the detector; the pipeline closes it.
        make_tracker: a fresh tracker, for the start and for every restart.
        analyzer: reads a face crop.
        retargeter: makes weights of what was read.
        smoothing: makes the filters of every face.
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
        smoothing: Smoothing,
        loss: LossConfig,
        telemetry: Telemetry,
        emotion_reader: EmotionReader | None = None,
        emotion_every: int = 1,
    ) -> None:
        self._searcher = searcher
        self._make_tracker = make_tracker
        self._analyzer = analyzer
        self._retargeter = retargeter
        self._smoothing = smoothing
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

    def smooth_with(self, smoothing: Smoothing) -> None:
        """Change the filters from the next frame on; no avatar jumps."""
        self._smoothing = smoothing
        for face in self._faces():
            face.begin_anew(smoothing)

    def cut(self) -> None:
        """The next frame has nothing to do with the last one, but drives the same avatars.

        Faces are looked for anew, and what each avatar shows then is blended in.
        """
        self._look_anew()
        self.smooth_with(self._smoothing)

    def restart(self) -> None:
        """Forget all faces: the next frame has nothing to do with the last one."""
        self._look_anew()
        self._memories: dict[int, _Memory] = {}
        self._resting: dict[int, FaceInTime] = {}  # faces that are gone; their avatars are not
        self._moment: _Moment | None = None

    def _look_anew(self) -> None:
        self._tracker = self._make_tracker()
        self._held: frozenset[int] = frozenset()  # faces that were seen in the last frame
        self._first = self._count  # what was seen in earlier frames is of no use any more

    def _faces(self) -> Iterator[FaceInTime]:
        yield from (memory.face for memory in self._memories.values())
        yield from self._resting.values()

    def close(self) -> None:
        """End the search for faces, and the thread that it may have."""
        self._searcher.close()

    def process(self, frame: Frame) -> tuple[FaceState, ...]:
        """Look at one frame.

        Returns:
            One state per face that is followed or still fading, and never none: where no face
            was ever seen, a neutral state of face 0.

        Raises:
            Exception: what a stage raised. The next frame can be looked at all the same, and
                `idle` says that this one shows no face.
        """
        self._moment = _Moment(frame.index, frame.captured_ns, frame.size)
        seen = []
        for face in self._find(frame.image):
            analysis = self._look(frame.image, face)
            if analysis is not None:
                seen.append(self._remember(frame, face, analysis))
        self._held = frozenset(state.face_id for state in seen)
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
            try:
                if sighting is None or sighting.frame < self._first:
                    return self._tracker.update(image, None)
                age = number - sighting.frame
                return self._tracker.update(image, sighting.detections, age)
            except Exception:
                self._tracker = self._make_tracker()  # what it remembers may be what it fell over
                raise

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
            return memory.emotions, memory.emotion_age + 1
        with self._telemetry.stage("emotion"):
            return self._emotion_reader.read(image, analysis.landmarks), 0

    def _remember(self, frame: Frame, face: TrackedFace, analysis: FaceAnalysis) -> FaceState:
        emotions, emotion_age = self._read_emotions(frame.image, face, analysis)
        in_time = self._in_time(face.id)
        with self._telemetry.stage("retarget"):
            felt = in_time.feel(emotions, frame.captured_ns, self._envelope)
            seen = self._retargeter.condition(replace(analysis, emotions=felt), frame.size)
            weights = self._retargeter.retarget(seen.analysis)
        with self._telemetry.stage("smooth"):
            motion = in_time.move(
                Motion(weights, seen.analysis.head_pose, seen.analysis.gaze), frame.captured_ns
            )
        state = FaceState(
            frame_index=frame.index,
            captured_ns=frame.captured_ns,
            face_id=face.id,
            tracked=True,
            confidence=seen.confidence,
            blendshapes=motion.blendshapes,
            action_units=analysis.action_units,
            emotions=felt,
            head_pose=motion.head_pose,
            gaze=motion.gaze,
            image_size=frame.size,
            box=face_box(analysis.landmarks.points)[0],
            landmarks=analysis.landmarks,
            targets=self._retargeter.targets(motion.blendshapes, felt),
        )
        self._memories[face.id] = _Memory(in_time, state, emotions, emotion_age)
        return state

    def _in_time(self, id_: int) -> FaceInTime:
        if memory := self._memories.get(id_):
            return memory.face
        return self._resting.pop(id_, None) or FaceInTime(self._smoothing, self._loss)

    @property
    def _envelope(self) -> Envelope:
        emotion = self._retargeter.profile.emotion
        return Envelope(emotion.attack_s, emotion.release_s)

    def _without(self, moment: _Moment, seen: frozenset[int]) -> list[FaceState]:
        """The states of faces that are not seen.

        One that was sent at rest is forgotten, but not the very last: someone is always there.
        """
        for face in self._resting.values():
            face.rest(moment.captured_ns)
        fading = []
        for id_ in sorted(self._memories.keys() - seen):
            memory = self._memories[id_]
            if memory.at_rest and len(self._memories) > 1:
                self._resting[id_] = self._memories.pop(id_).face
                continue
            faded = memory.face.fade(moment.captured_ns)
            memory.at_rest = faded.left == 0.0
            fading.append(self._lost(moment, faded, memory.state))
        return fading if seen or fading else [self._no_face(moment)]

    def _lost(self, moment: _Moment, faded: Faded, last: FaceState) -> FaceState:
        return replace(
            last,
            frame_index=moment.index,
            captured_ns=moment.captured_ns,
            tracked=False,
            confidence=0.0,
            blendshapes=faded.motion.blendshapes,
            head_pose=faded.motion.head_pose,
            gaze=faded.motion.gaze,
            action_units=ActionUnits(last.action_units.intensities * np.float32(faded.left)),
            emotions=faded.emotions,
            image_size=moment.size,
            landmarks=None,
            targets=self._retargeter.targets(faded.motion.blendshapes, faded.emotions),
        )

    def _no_face(self, moment: _Moment) -> FaceState:
        rest, emotions = Motion.neutral(), EmotionScores.neutral()
        return FaceState(
            frame_index=moment.index,
            captured_ns=moment.captured_ns,
            face_id=0,
            tracked=False,
            confidence=0.0,
            blendshapes=rest.blendshapes,
            action_units=ActionUnits.neutral(),
            emotions=emotions,
            head_pose=rest.head_pose,
            gaze=rest.gaze,
            image_size=moment.size,
            box=np.zeros(4, np.float32),
            targets=self._retargeter.targets(rest.blendshapes, emotions),
        )


def _settled(aim: Float32, seen: Float32) -> bool:
    """Whether a crop was aimed well at the face that was seen in it."""
    side = float(aim[2] - aim[0])
    return float(np.abs(seen - aim).max()) < SETTLED * side
