"""When a detector looks: scripted detectors, and events in place of waiting."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from avatar_bridge.clock import ManualClock
from avatar_bridge.detect.search import Background, Inline, Search, Sighting, look
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import Detection, Image

PATIENCE_S = 5.0
PICTURE = np.zeros((200, 300, 3), np.uint8)


class BrightSpot:
    """Finds a box of 20 pixels around the one bright pixel; waits for `go` before each look."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.started = threading.Semaphore(0)
        self.sizes: list[tuple[int, ...]] = []
        self.error: Exception | None = None

    def detect(self, image: Image) -> tuple[Detection, ...]:
        self.started.release()
        assert self.go.wait(PATIENCE_S)
        if self.error is not None:
            raise self.error
        self.sizes.append(image.shape[:2])
        return tuple(
            Detection(np.array([x - 10, y - 10, x + 10, y + 10]), 0.9, np.full((5, 2), (x, y)))
            for y, x in np.argwhere(image[..., 0])
        )


def spot_at(x: int, y: int) -> Image:
    picture = PICTURE.copy()
    picture[y, x] = 255
    return picture


def box_at(x: float, y: float, side: float = 20) -> np.ndarray:
    half = side / 2
    return np.array([x - half, y - half, x + half, y + half], np.float32)


def answer(searcher: Background) -> Sighting:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if (sighting := searcher.take()) is not None:
            return sighting
        time.sleep(0.001)
    raise AssertionError("no answer came")


@pytest.fixture
def spot() -> BrightSpot:
    return BrightSpot()


@pytest.fixture
def background(spot: BrightSpot) -> Iterator[Background]:
    searcher = Background(spot, Telemetry(ManualClock()))
    yield searcher
    spot.go.set()
    searcher.close()
    assert not searcher._thread.is_alive()


def test_a_face_near_its_last_place_is_found_in_a_window_around_it(spot: BrightSpot) -> None:
    sighting = look(spot, Search(spot_at(150, 100), 3, box_at(145, 95)))
    assert sighting.frame == 3
    assert sighting.detections[0].box == pytest.approx(box_at(150, 100))
    assert sighting.detections[0].points == pytest.approx(np.full((5, 2), (150, 100)))
    assert spot.sizes == [(50, 50)]


def test_one_that_went_elsewhere_is_found_in_the_whole_picture(spot: BrightSpot) -> None:
    (found,) = look(spot, Search(spot_at(250, 20), 0, box_at(50, 100))).detections
    assert found.box == pytest.approx(box_at(250, 20))
    assert spot.sizes == [(50, 50), (200, 300)]


@pytest.mark.parametrize("place", [(-80, 50), (400, 50), (50, -80), (50, 400), (0, 0), (299, 199)])
def test_the_window_is_cut_at_the_edge_of_the_picture(
    spot: BrightSpot, place: tuple[int, int]
) -> None:
    (found,) = look(spot, Search(spot_at(150, 100), 0, box_at(*place))).detections
    assert found.box == pytest.approx(box_at(150, 100))
    assert spot.sizes[-1] == (200, 300)


def test_inline_answers_at_once_and_only_once(spot: BrightSpot) -> None:
    telemetry = Telemetry(ManualClock())
    searcher = Inline(spot, telemetry)
    assert searcher.take() is None
    searcher.ask(Search(spot_at(20, 20), 8))
    sighting = searcher.take()
    assert sighting is not None
    assert (sighting.frame, len(sighting.detections)) == (8, 1)
    assert searcher.take() is None
    assert [stage.name for stage in telemetry.snapshot("running").stages] == ["detect"]
    searcher.close()


def test_nobody_waits_for_a_detector_in_the_background(
    spot: BrightSpot, background: Background
) -> None:
    spot.go.clear()
    background.ask(Search(spot_at(20, 20), 0))
    assert spot.started.acquire(timeout=PATIENCE_S)
    for frame in range(1, 50):  # it would stand still here if one of them waited
        background.ask(Search(PICTURE, frame))
        assert background.take() is None
    spot.go.set()
    assert answer(background).frame in (0, 49)


def test_the_newest_request_is_the_one_that_counts(
    spot: BrightSpot, background: Background
) -> None:
    spot.go.clear()
    background.ask(Search(PICTURE, 0))
    assert spot.started.acquire(timeout=PATIENCE_S)
    for frame in (1, 2, 3):
        background.ask(Search(PICTURE, frame))
    spot.go.set()
    frames = [answer(background).frame]
    if frames == [0]:  # else it was replaced by the newer answer
        frames.append(answer(background).frame)
    assert frames[-1] == 3
    assert len(spot.sizes) == 2


def test_what_a_detector_raises_comes_up_once_in_the_caller(
    spot: BrightSpot, background: Background
) -> None:
    spot.error = ValueError("a lens fell off")
    background.ask(Search(PICTURE, 0))
    with pytest.raises(ValueError, match="a lens fell off"):
        answer(background)
    assert background.take() is None
    spot.error = None
    background.ask(Search(spot_at(20, 20), 1))
    assert len(answer(background).detections) == 1


def test_a_closed_search_has_no_thread_and_still_blocks_nobody(spot: BrightSpot) -> None:
    searcher = Background(spot, Telemetry(ManualClock()))
    searcher.close()
    assert not searcher._thread.is_alive()
    searcher.ask(Search(PICTURE, 0))
    assert searcher.take() is None
    searcher.close()


def test_what_waits_when_a_search_is_closed_is_not_looked_at(spot: BrightSpot) -> None:
    searcher = Background(spot, Telemetry(ManualClock()))
    spot.go.clear()
    searcher.ask(Search(PICTURE, 0))
    assert spot.started.acquire(timeout=PATIENCE_S)
    searcher.ask(Search(PICTURE, 1))
    closing = threading.Thread(target=searcher.close)
    closing.start()
    while not searcher._asked._closed or searcher._asked._waiting is not None:
        assert closing.is_alive()
        time.sleep(0.001)
    spot.go.set()
    closing.join(PATIENCE_S)
    assert not searcher._thread.is_alive()
    assert len(spot.sizes) == 1
