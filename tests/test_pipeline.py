from collections.abc import Sequence

import numpy as np
import pytest
from builders import make_analysis, make_points

from avatar_bridge.clock import ManualClock
from avatar_bridge.config import LossConfig
from avatar_bridge.detect.search import Inline, Search, Sighting
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.geometry import face_box
from avatar_bridge.pipeline import Pipeline
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.smooth.none import NoSmoothing
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.track.landmarks import LandmarkTracker
from avatar_bridge.types import (
    Detection,
    EmotionScores,
    FaceAnalysis,
    FaceCrop,
    FaceState,
    Image,
    Landmarks,
)

SMILE = BLENDSHAPE_INDEX["mouthSmileLeft"]
NS = 1_000_000_000


class ScriptedDetector:
    """Finds what the test says."""

    def __init__(self) -> None:
        self.faces: Sequence[np.ndarray] = [make_points()]
        self.runs = 0

    def detect(self, image: Image) -> tuple[Detection, ...]:
        self.runs += 1
        return tuple(Detection(face_box(points)[0], 0.9) for points in self.faces)


class LateSearcher:
    """Answers some frames after it was asked, and only what was asked first."""

    def __init__(self, detector: ScriptedDetector, frames: int) -> None:
        self._detector = detector
        self._late = frames
        self._pending: tuple[int, Sighting] | None = None
        self.asked: list[Search] = []
        self.closed = 0

    def ask(self, search: Search) -> None:
        self.asked.append(search)
        if self._pending is None:
            sighting = Sighting(search.frame, self._detector.detect(search.image))
            self._pending = (self._late, sighting)

    def take(self) -> Sighting | None:
        if self._pending is None:
            return None
        left, sighting = self._pending
        self._pending = (left - 1, sighting) if left else None
        return None if left else sighting

    def close(self) -> None:
        self.closed += 1


class ScriptedAnalyzer:
    """Sees what the test says, at the scripted face nearest to the crop."""

    crop_size = 112
    crop_margin = 1.3
    action_units = ACTION_UNIT_NAMES

    def __init__(self, detector: ScriptedDetector) -> None:
        self._detector = detector
        self.units = {"AU12L": 0.8}
        self.runs = 0

    def analyze(self, crop: FaceCrop, image_size: tuple[int, int]) -> FaceAnalysis:
        self.runs += 1
        middle = crop.to_frame @ np.array([56, 56, 1])
        near = [p for p in self._detector.faces if abs(p.mean(0)[0] - middle[0]) < 120]
        if not near:
            return make_analysis(presence=0.05)
        return make_analysis(self.units, points=near[0])


class ScriptedEmotions:
    """Sees one emotion after another, and keeps where each face was."""

    def __init__(self, *names: str) -> None:
        self._names = names
        self.looks: list[float] = []

    def read(self, image: Image, landmarks: Landmarks) -> EmotionScores:
        name = self._names[len(self.looks) % len(self._names)]
        self.looks.append(float(landmarks.points[:, 0].mean()))
        return EmotionScores(np.array([name == n for n in EMOTIONS], np.float32))


class Rig:
    def __init__(
        self,
        max_faces: int = 1,
        emotions: ScriptedEmotions | None = None,
        emotion_every: int = 1,
        late: int | None = None,
    ) -> None:
        self.detector = ScriptedDetector()
        self.analyzer = ScriptedAnalyzer(self.detector)
        self.telemetry = Telemetry(ManualClock())
        self.searcher = LateSearcher(self.detector, late or 0)
        inline = Inline(self.detector, self.telemetry)
        self.pipeline = Pipeline(
            searcher=inline if late is None else self.searcher,
            make_tracker=lambda: LandmarkTracker(max_faces),
            analyzer=self.analyzer,
            retargeter=Retargeter(load_profile("arkit"), ACTION_UNIT_NAMES),
            smoothing=NoSmoothing(),
            loss=LossConfig(hold_s=0.3, decay_s=0.7),
            telemetry=self.telemetry,
            emotion_reader=emotions,
            emotion_every=emotion_every,
        )


def test_a_face_becomes_a_state(frames) -> None:
    (state,) = Rig().pipeline.process(frames(3))
    assert (state.tracked, state.face_id, state.frame_index) == (True, 1, 3)
    assert state.captured_ns == frames(3).captured_ns
    assert state.blendshapes.weights[SMILE] == pytest.approx(0.8)
    assert state.image_size == (640, 480)
    assert state.landmarks is not None
    assert state.box == pytest.approx(face_box(make_points())[0])


def test_a_detected_face_is_looked_at_twice_and_a_followed_one_once(frames) -> None:
    rig = Rig()
    rig.pipeline.process(frames(0))
    assert (rig.detector.runs, rig.analyzer.runs) == (1, 2)
    rig.pipeline.process(frames(1))
    assert (rig.detector.runs, rig.analyzer.runs) == (1, 3)


def test_an_empty_room_still_sends_a_neutral_state(frames) -> None:
    rig = Rig()
    rig.detector.faces = []
    (state,) = rig.pipeline.process(frames(0))
    assert (state.tracked, state.face_id, state.confidence) == (False, 0, 0.0)
    assert not state.blendshapes.weights.any()
    assert not state.box.any()


def test_a_false_alarm_of_the_detector_is_no_face(frames) -> None:
    rig = Rig()
    faces = rig.detector.faces
    rig.detector.detect = lambda image: (Detection(face_box(faces[0])[0], 1.0),)  # type: ignore
    rig.detector.faces = []
    assert [s.tracked for s in rig.pipeline.process(frames(0))] == [False]


def test_a_lost_face_holds_decays_and_comes_back(frames) -> None:
    rig = Rig()
    rig.pipeline.process(frames(0, captured_ns=0))
    faces, rig.detector.faces = rig.detector.faces, []

    def smile_at(seconds: float) -> float:
        (state,) = rig.pipeline.process(frames(1, captured_ns=int(seconds * NS)))
        assert (state.tracked, state.face_id, state.confidence) == (False, 1, 0.0)
        assert state.landmarks is None
        return float(state.blendshapes.weights[SMILE])

    smiles = [smile_at(t) for t in (0.1, 0.3, 0.65, 0.9, 1.0, 5.0)]
    assert smiles[:2] == pytest.approx([0.8, 0.8])
    assert smiles[2] == pytest.approx(0.4)
    assert 0 < smiles[3] < 0.1
    assert smiles[4:] == [0, 0]
    rig.detector.faces = faces
    (state,) = rig.pipeline.process(frames(9, captured_ns=6 * NS))
    assert (state.tracked, state.face_id) == (True, 1)


def test_emotions_and_units_fade_too(frames) -> None:
    rig = Rig()
    rig.pipeline.process(frames(0, captured_ns=0))
    rig.detector.faces = []
    (state,) = rig.pipeline.process(frames(1, captured_ns=2 * NS))
    assert not state.action_units.intensities.any()
    assert state.emotions.probabilities[-1] == pytest.approx(1.0)


def test_a_source_that_stalls_lets_the_face_fade(frames) -> None:
    rig = Rig()
    assert rig.pipeline.idle(0) == ()
    rig.pipeline.process(frames(0, captured_ns=0))
    (state,) = rig.pipeline.idle(5 * NS)
    assert not state.tracked
    assert state.captured_ns == 5 * NS
    assert not state.blendshapes.weights.any()


def test_several_faces_keep_their_ids(frames) -> None:
    rig = Rig(max_faces=2)
    left, right = make_points((160, 240)), make_points((480, 240))
    rig.detector.faces = [left, right]
    first = rig.pipeline.process(frames(0))
    second = rig.pipeline.process(frames(1))
    for states in (first, second):
        assert [s.face_id for s in states] == [1, 2]
        assert states[0].box[0] < states[1].box[0]


@pytest.mark.parametrize("still", [False, True])
def test_a_false_alarm_does_not_keep_the_face_from_being_tried(frames, still: bool) -> None:
    rig = Rig()
    real = rig.detector.faces[0]
    alarm = face_box(make_points((60, 60), eyes=20))[0]
    rig.detector.detect = lambda image: (  # type: ignore[method-assign]
        Detection(alarm, 0.95),
        Detection(face_box(real)[0], 0.9),
    )
    if still:
        (state,) = rig.pipeline.process_still(frames(0))
    else:
        rig.pipeline.process(frames(0))
        (state,) = rig.pipeline.process(frames(1))
    assert (state.tracked, state.face_id) == (True, 1)


def test_a_false_alarm_beside_a_held_face_keeps_nobody_out(frames) -> None:
    rig = Rig(max_faces=2)
    left, right = make_points((160, 240)), make_points((480, 240))
    rig.detector.faces = [left, right]
    alarm = face_box(make_points((320, 60), eyes=20))[0]
    rig.detector.detect = lambda image: (  # type: ignore[method-assign]
        Detection(face_box(left)[0], 0.97),
        Detection(alarm, 0.95),
        Detection(face_box(right)[0], 0.9),
    )
    for index in range(100):
        states = rig.pipeline.process(frames(index))
    assert [(s.face_id, s.tracked) for s in states] == [(1, True), (2, True)]


def test_stills_have_nothing_to_do_with_each_other(frames) -> None:
    rig = Rig()
    assert rig.pipeline.process_still(frames(0))[0].tracked
    rig.detector.faces = []
    assert [s.face_id for s in rig.pipeline.process_still(frames(1))] == [0]


def test_a_second_face_that_left_is_sent_at_rest_and_then_forgotten(frames) -> None:
    rig = Rig(max_faces=2)
    left, right = make_points((160, 240)), make_points((480, 240))
    rig.detector.faces = [left, right]
    rig.pipeline.process(frames(0, captured_ns=0))
    rig.detector.faces = [left]
    fading = rig.pipeline.process(frames(1, captured_ns=NS // 2))
    assert [(s.face_id, s.tracked) for s in fading] == [(1, True), (2, False)]
    rest = rig.pipeline.process(frames(2, captured_ns=2 * NS))
    assert [(s.face_id, s.tracked) for s in rest] == [(1, True), (2, False)]
    assert not rest[1].blendshapes.weights.any()
    gone = rig.pipeline.process(frames(3, captured_ns=2 * NS + 1))
    assert [(s.face_id, s.tracked) for s in gone] == [(1, True)]


def test_a_profile_can_change_between_frames(frames) -> None:
    rig = Rig()
    rig.pipeline.process(frames(0))
    profile = load_profile("arkit")
    halved = profile.model_copy(
        update={"shapes": {**profile.shapes, "mouthSmileLeft": ({"AU12L": 0.5},)}}
    )
    rig.pipeline.use(Retargeter(halved, ACTION_UNIT_NAMES))
    (state,) = rig.pipeline.process(frames(1))
    assert state.blendshapes.weights[SMILE] == pytest.approx(0.4)


def test_a_restart_forgets_all_faces(frames) -> None:
    rig = Rig()
    rig.pipeline.process(frames(0))
    rig.detector.faces = []
    rig.pipeline.restart()
    assert [s.face_id for s in rig.pipeline.process(frames(1))] == [0]


def test_frames_go_on_while_a_face_is_looked_for(frames) -> None:
    rig = Rig(late=4)
    tracked = [rig.pipeline.process(frames(index))[0].tracked for index in range(6)]
    assert tracked == [False] * 4 + [True] * 2
    assert [search.frame for search in rig.searcher.asked] == [0, 1, 2, 3, 4]


def test_an_answer_from_before_a_restart_is_let_be(frames) -> None:
    rig = Rig(late=2)
    rig.pipeline.process(frames(0))
    rig.detector.faces = []
    rig.pipeline.restart()
    assert not any(rig.pipeline.process(frames(index))[0].tracked for index in range(4))
    assert rig.analyzer.runs == 0


def test_a_face_that_was_just_lost_is_looked_for_where_it_was(frames) -> None:
    rig = Rig(late=0)
    rig.pipeline.process(frames(0))
    assert rig.searcher.asked[-1].around is None
    rig.detector.faces = []
    rig.pipeline.process(frames(1))
    rig.pipeline.process(frames(2))
    assert rig.searcher.asked[-1].around == pytest.approx(face_box(make_points())[0], abs=1)


def test_closing_ends_the_search() -> None:
    rig = Rig(late=0)
    rig.pipeline.close()
    assert rig.searcher.closed == 1


def test_every_stage_is_timed(frames) -> None:
    rig = Rig()
    rig.pipeline.process(frames(0))
    stages = [stage.name for stage in rig.telemetry.snapshot("running").stages]
    assert stages == ["detect", "track", "align", "analyze", "retarget", "smooth"]


def emotion_of(state: FaceState) -> str:
    return EMOTIONS[int(state.emotions.probabilities.argmax())]


def test_emotions_of_their_own_net_replace_the_face_nets_before_retargeting(frames) -> None:
    rig = Rig(emotions=ScriptedEmotions("happiness"))
    rig.analyzer.units = {}
    rig.pipeline.use(Retargeter(load_profile("arkit"), ()))  # no unit vouches for the smile
    (state,) = rig.pipeline.process(frames(0))
    assert emotion_of(state) == "happiness"
    assert state.blendshapes.weights[SMILE] == pytest.approx(0.6)
    assert Rig().pipeline.process(frames(0))[0].emotions.probabilities[-1] == 1.0
    stages = [stage.name for stage in rig.telemetry.snapshot("running").stages]
    assert stages == ["detect", "track", "align", "analyze", "emotion", "retarget", "smooth"]


def test_an_emotion_net_looks_at_held_faces_only(frames) -> None:
    emotions = ScriptedEmotions("happiness")
    rig = Rig(emotions=emotions)
    rig.pipeline.process(frames(0))
    assert (len(emotions.looks), rig.analyzer.runs) == (1, 2)
    rig.detector.faces = []
    rig.pipeline.process(frames(1))
    assert len(emotions.looks) == 1


def test_emotions_hold_between_the_frames_in_which_they_are_read(frames) -> None:
    rig = Rig(emotions=ScriptedEmotions("happiness", "anger", "fear"), emotion_every=3)
    seen = [emotion_of(rig.pipeline.process(frames(index))[0]) for index in range(7)]
    assert seen == ["happiness"] * 3 + ["anger"] * 3 + ["fear"]


def test_every_face_holds_its_own_emotion(frames) -> None:
    emotions = ScriptedEmotions("happiness", "anger", "fear", "sadness")
    rig = Rig(max_faces=2, emotions=emotions, emotion_every=3)
    left, right = make_points((160, 240)), make_points((480, 240))
    rig.detector.faces = [left, right]
    seen = [[emotion_of(s) for s in rig.pipeline.process(frames(i))] for i in range(4)]
    assert seen == [["happiness", "anger"]] * 3 + [["fear", "sadness"]]
    assert emotions.looks == pytest.approx([160, 480, 160, 480], abs=1)


def test_a_face_that_comes_back_is_read_anew(frames) -> None:
    rig = Rig(emotions=ScriptedEmotions("happiness", "anger"), emotion_every=100)
    rig.pipeline.process(frames(0))
    faces, rig.detector.faces = rig.detector.faces, []
    assert emotion_of(rig.pipeline.process(frames(1))[0]) == "happiness"  # still fading
    rig.detector.faces = faces
    (state,) = rig.pipeline.process(frames(2))
    assert (state.tracked, state.face_id, emotion_of(state)) == (True, 1, "anger")


@pytest.mark.parametrize("still", [False, True])
def test_a_restart_and_every_still_read_emotions_anew(frames, still: bool) -> None:
    rig = Rig(emotions=ScriptedEmotions("happiness", "anger"), emotion_every=100)
    rig.pipeline.process(frames(0))
    if not still:
        rig.pipeline.restart()
    look = rig.pipeline.process_still if still else rig.pipeline.process
    assert emotion_of(look(frames(1))[0]) == "anger"
