"""Two people in one picture, with the packaged net: they cross, and one leaves and comes back.

Both are the built-in performer, one of them mirrored and later in the performance.
"""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from avatar_bridge.build import PipelineFactory
from avatar_bridge.capture.address import open_source
from avatar_bridge.clock import ManualClock, SystemClock
from avatar_bridge.config import SourceConfig, parse_config
from avatar_bridge.pipeline import Pipeline
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import FaceState, Frame, Image

WIDTH, HEIGHT = 640, 360
SIDE = 240  # of a person's square; the head fills its middle
EDGE, FAR = 0, WIDTH - SIDE  # where the people stand
LATER = 40  # frames between the two performances

People = tuple[list[Image], list[Image]]
Place = int | None  # left edge of a person's square, or None while out of the picture


@pytest.fixture(scope="module")
def people() -> People:
    """The two performances (SIDE, SIDE, 3)."""
    source = open_source(SourceConfig(realtime=False), ManualClock())
    pictures = []
    while (frame := source.read()) is not None and len(pictures) < 100 + LATER:
        small = cv2.resize(frame.image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        pictures.append(np.asarray(small, np.uint8))
    source.close()
    return pictures, [np.ascontiguousarray(picture[:, ::-1]) for picture in pictures[LATER:]]


@pytest.fixture
def pipeline() -> Pipeline:
    return PipelineFactory(parse_config({"track": {"max_faces": 2}}, "test")).make(
        Telemetry(SystemClock())
    )


def compose(
    people: People,
    places: Callable[[int], tuple[Place, Place]],
    count: int,
) -> Iterator[tuple[Frame, tuple[Place, Place]]]:
    """The frames, the second person in front of the first."""
    for index in range(count):
        image = np.full((HEIGHT, WIDTH, 3), people[0][0][0, 0], np.uint8)
        where = places(index)
        for person, left in zip(people, where, strict=True):
            if left is not None:
                image[60 : 60 + SIDE, left : left + SIDE] = person[index]
        yield Frame(image, index, index * 33_333_333), where


def ids_at(states: tuple[FaceState, ...], places: tuple[Place, Place]) -> list[int | None]:
    """The id of the tracked face whose middle lies in the inner half of each person's square."""
    found: list[int | None] = []
    for left in places:
        inside = [
            state.face_id
            for state in states
            if state.tracked
            and left is not None
            and abs((state.box[0] + state.box[2]) / 2 - left - SIDE / 2) < SIDE / 4
        ]
        assert len(inside) <= 1
        found.append(inside[0] if inside else None)
    return found


def test_two_who_swap_sides_keep_their_ids(people: People, pipeline: Pipeline) -> None:
    steps, wait = 70, 8

    def places(index: int) -> tuple[int, int]:
        x = round(np.interp(index, [wait, wait + steps], [EDGE, FAR]))
        return x, FAR - x

    seen = []
    for frame, where in compose(people, places, steps + 2 * wait):
        states = pipeline.process(frame)
        apart = abs(where[0] - where[1]) > SIDE  # else one hides the other
        seen.append(ids_at(states, where) if apart else [None, None])
        assert sum(state.tracked for state in states) <= 2
    first, last = seen[wait - 1], seen[-1]
    assert sorted(first) == [1, 2]
    assert last == first
    for now in seen:
        assert all(id_ is None or id_ == was for id_, was in zip(now, first, strict=True))


def test_one_who_leaves_is_no_ghost_and_comes_back_as_himself_within_five_frames(
    people: People, pipeline: Pipeline
) -> None:
    gone, back = 12, 40

    def places(index: int) -> tuple[int, int | None]:
        return EDGE, None if gone <= index < back else FAR

    seen = [
        ids_at(pipeline.process(frame), where)
        for frame, where in compose(people, places, back + 12)
    ]
    stays, other = seen[gone - 1]
    assert {stays, other} == {1, 2}
    assert [ids[0] for ids in seen[gone:]] == [stays] * (len(seen) - gone)
    assert [ids[1] for ids in seen[gone:back]] == [None] * (back - gone)
    assert [ids[1] for ids in seen[back + 4 :]] == [other] * (len(seen) - back - 4)


def test_nobody_is_left_on_two_empty_chairs(people: People, pipeline: Pipeline) -> None:
    for frame, (left, _) in compose(
        people, lambda index: (EDGE, FAR) if index < 6 else (None, None), 30
    ):
        tracked = [state.face_id for state in pipeline.process(frame) if state.tracked]
        assert left is not None or tracked == []
