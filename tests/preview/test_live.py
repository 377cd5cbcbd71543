"""Previews beside the stream, made by their own process."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from builders import make_points, make_state
from tiny_generators import write_generator

from avatar_bridge.clock import ManualClock, SystemClock
from avatar_bridge.errors import CaptureError, ConfigError, UnsupportedError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.preview.base import UNITS, PreviewAsk, PreviewSettings
from avatar_bridge.preview.job import Job
from avatar_bridge.preview.live import LivePreviewer
from avatar_bridge.preview.process import FIRST_PAUSE_S, Child
from avatar_bridge.types import Blendshapes, EmotionScores, FaceState, Frame, Image, Landmarks
from avatar_bridge.wire.picture import ImageKind, PreviewPicture

SIDE = 300
LIMIT_S = 100.0


def picture() -> Image:
    return np.full((SIDE, SIDE, 3), 90, np.uint8)


LANDMARKS = Landmarks(make_points((SIDE / 2, SIDE * 0.4), SIDE / 6))


def face(index: int = 0, **options: float) -> FaceState:
    """A state of a face in the middle of that picture."""
    state = make_state(face_id=1, captured_ns=index)
    eyes = options.pop("eyes", SIDE / 6)
    return replace(
        state,
        frame_index=index,
        landmarks=Landmarks(make_points((SIDE / 2, SIDE * 0.4), eyes)),
        **options,
    )


def weights(units: Mapping[str, float], emotions: Mapping[str, float]) -> Blendshapes:
    """Opens the jaw by all that it is told."""
    values = np.zeros(len(BLENDSHAPES), np.float32)
    values[BLENDSHAPES.index("jawOpen")] = min(sum([*units.values(), *emotions.values()]), 1.0)
    return Blendshapes(values)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_generator(folder)
    write_generator(folder, "mma_gan_au", conditions=BLENDSHAPES)
    return folder


@pytest.fixture
def previewer(models: Path) -> Iterator[LivePreviewer]:
    """One that shows nothing yet; every picture that it is asked of shows one face."""
    made = LivePreviewer(ModelStore(models), SystemClock(), weights, lambda image: (LANDMARKS,))
    yield made
    made.close()


def wait_for(look: Callable[[], PreviewPicture | None]) -> PreviewPicture:
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        if made := look():
            return made
        time.sleep(0.01)
    raise AssertionError("expected a picture in time, got none")


def play(previewer: LivePreviewer, count: int = 1, start: int = 0, **options: float) -> None:
    for index in range(start, start + count):
        previewer.see(Frame(picture(), index, index))
        previewer.follow((face(index, **options),))


def test_the_stream_of_pictures(previewer: LivePreviewer) -> None:
    play(previewer)
    assert previewer.take() is None  # nobody asked for pictures
    previewer.set(PreviewSettings(fps=30.0, emotion="anger", intensity=0.5))
    play(previewer, start=1)
    first = wait_for(previewer.take)
    assert (first.expression, first.intensity, first.net) == ("anger", 0.5, "mma_gan")
    assert (first.face_id, first.captured_ns) == (1, 1)
    shown = cv2.imdecode(np.frombuffer(first.image, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (first.height, first.width, 3)
    assert shown.max() > 110 and abs(int(shown[0, 0, 0]) - 90) < 3  # the mouth, and around it
    assert previewer.take() is None

    feels = EmotionScores(np.where(np.array(EMOTIONS) == "fear", 0.7, 0.05).astype(np.float32))
    for settings, expected in (
        (PreviewSettings(fps=30.0), ("fear", pytest.approx(0.7), "mma_gan")),
        (PreviewSettings(fps=30.0, emotion=UNITS), (UNITS, 0.0, "mma_gan_au")),
    ):
        previewer.set(settings)
        previewer._next_ns = 0  # due at once
        play(previewer, start=2, emotions=feels)
        live = wait_for(previewer.take)
        assert (live.expression, live.intensity, live.net) == expected


class Stuck:
    """A process that makes nothing until it is let go, and then says which job it has had."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.jobs: list[Job] = []

    def do(self, job: Job) -> PreviewPicture:
        self.jobs.append(job)
        self.let_go.wait(LIMIT_S)
        return PreviewPicture(b"", 1, 1, job.captured_ns, job.kind)

    def close(self) -> None:
        self.let_go.set()


def test_the_stream_never_waits_and_the_newest_wins(models: Path) -> None:
    clock, stuck = ManualClock(), Stuck()
    previewer = LivePreviewer(ModelStore(models), clock, weights)
    previewer._child = stuck  # type: ignore[assignment]
    previewer.set(PreviewSettings(fps=30.0, emotion="anger"))
    play(previewer)
    while not stuck.jobs:
        time.sleep(0.001)
    for index in range(1, 60):  # would hang here if the stream waited
        clock.sleep(1.0)
        play(previewer, start=index)
        assert previewer.take() is None
    stuck.let_go.set()
    while len(stuck.jobs) < 2:
        time.sleep(0.001)
    previewer.close()
    assert [job.captured_ns for job in stuck.jobs] == [0, 59]  # those between were given up


def test_the_pictures_keep_their_rate(models: Path) -> None:
    clock = ManualClock()
    previewer = LivePreviewer(ModelStore(models), clock, weights)
    due = []
    previewer._wake = lambda: due.append(clock.now_ns())  # type: ignore[method-assign]
    previewer.set(PreviewSettings(fps=10.0, emotion="anger"))
    for index in range(90):  # three seconds
        play(previewer, start=index)
        clock.sleep(1 / 30)
    assert 29 <= len(due) <= 31
    previewer.close()


def test_a_process_that_dies_is_started_again(models: Path) -> None:
    clock = ManualClock(1)
    previewer = LivePreviewer(ModelStore(models), clock, weights, lambda image: (LANDMARKS,))
    try:
        data = cv2.imencode(".png", picture())[1].tobytes()
        ask = PreviewAsk(image=data, emotion="fear")
        made = previewer.make(ask)
        process = previewer._child._process
        assert process is not None
        process.kill()
        with pytest.raises(Exception, match="expected"):
            previewer.make(ask)
        with pytest.raises(Exception, match="started again in a moment"):
            previewer.make(ask)
        clock.sleep(FIRST_PAUSE_S)
        assert previewer.make(ask).image == made.image
        assert previewer._child._process is not process
    finally:
        previewer.close()


def test_single_pictures(previewer: LivePreviewer) -> None:
    data = cv2.imencode(".png", picture())[1].tobytes()
    made = previewer.make(PreviewAsk(image=data, emotion="anger", intensity=0.5))
    assert (made.width, made.height, made.intensity) == (SIDE, SIDE, 0.5)
    units = previewer.make(PreviewAsk(image=data, action_units={"AU26": 0.5}))
    assert (units.expression, units.net) == (UNITS, "mma_gan_au")
    huge = cv2.imencode(".png", np.zeros((7000, 7000), np.uint8))[1].tobytes()
    for broken, said in (
        (b"x", "JPEG or PNG"),
        (huge, "got 7000 x 7000"),
        (data[:60], "whole PNG"),
    ):
        with pytest.raises(CaptureError, match=said):
            previewer.make(PreviewAsk(image=broken, emotion="anger"))
    with pytest.raises(CaptureError, match="newest picture"):
        previewer.make(PreviewAsk(emotion="anger"))
    play(previewer, start=5)
    assert previewer.make(PreviewAsk(emotion="anger")).captured_ns == 5
    with pytest.raises(CaptureError, match="face 7"):
        previewer.make(PreviewAsk(emotion="anger", face_id=7))
    play(previewer, start=6, eyes=10.0)
    with pytest.raises(CaptureError, match="48 pixels"):
        previewer.make(PreviewAsk(emotion="anger"))


def test_the_head(previewer: LivePreviewer) -> None:
    asked = PreviewAsk(action_units={"AU26": 1.0}, kind=ImageKind.HEAD)
    mouth, rest = (
        previewer.make(asked),
        previewer.make(PreviewAsk(emotion="neutral", kind=ImageKind.HEAD)),
    )
    assert (mouth.kind, mouth.net, mouth.width) == (ImageKind.HEAD, "", mouth.height)
    pictures = [cv2.imdecode(np.frombuffer(each.image, np.uint8), 1) for each in (mouth, rest)]
    changed = np.abs(pictures[0].astype(int) - pictures[1]).max(axis=2) > 40
    assert 0.002 < changed.mean() < 0.3
    assert changed[: changed.shape[0] // 3].mean() < 0.001  # the brow is as it was
    previewer.set(PreviewSettings(fps=30.0, kind=ImageKind.HEAD))
    previewer.follow((make_state(tracked=False, jawOpen=1.0),))  # no picture is needed
    assert wait_for(previewer.take).kind is ImageKind.HEAD


def test_what_cannot_be_shown(models: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").touch()
    empty, wanted = ModelStore(tmp_path), PreviewSettings(fps=5.0)
    with pytest.raises(UnsupportedError, match="mma_gan"):
        LivePreviewer(empty, SystemClock(), weights, settings=wanted)
    previewer = LivePreviewer(ModelStore(models), SystemClock(), weights)
    with pytest.raises(ConfigError, match="unknown generator"):
        previewer.set(PreviewSettings(fps=5.0, net="nobody"))
    with pytest.raises(ConfigError, match="of pictures"):
        previewer.make(PreviewAsk(image=b"x", emotion="anger"))
    previewer.close()


def test_closing_ends_the_process_and_lets_everyone_go(models: Path) -> None:
    previewer = LivePreviewer(
        ModelStore(models), SystemClock(), weights, lambda image: (LANDMARKS,)
    )
    data = cv2.imencode(".png", picture())[1].tobytes()
    previewer.make(PreviewAsk(image=data, emotion="anger"))
    process = previewer._child._process
    assert process is not None
    previewer.close()
    assert process.poll() is not None
    assert not any(thread.name.startswith("preview") for thread in threading.enumerate())
    with pytest.raises(Exception, match="closed"):
        previewer.make(PreviewAsk(image=data, emotion="anger"))
    Child(models, SystemClock()).close()  # one that never ran
