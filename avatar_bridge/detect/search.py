"""When a detector looks: at once, or in a thread of its own while the frames go on.

Live, no frame waits for a detector: `Background` answers some frames late, and a newer request
replaces one that waits. Offline, where every run has to give the same, `Inline` answers at once.
"""

import threading
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from avatar_bridge.detect.base import Detector
from avatar_bridge.mailbox import Empty, Mailbox
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import Detection, Float32, Image

STAGE = "detect"
WINDOW = 2.5  # sides of a face box: how far around a face is looked first
_JOIN_S = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What is asked of a detector.

    Attributes:
        image: (H, W, 3) uint8 BGR; nobody may write to it any more.
        frame: number that the answer carries.
        around: (4,) box of a face that should be near; None where none is.
    """

    image: Image
    frame: int
    around: Float32 | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a detector saw in the picture of frame `frame`."""

    frame: int
    detections: tuple[Detection, ...]


class Searcher(Protocol):
    """Runs a detector for a pipeline, which asks, and takes what has been found by then."""

    def ask(self, search: Search) -> None:
        """Want a look at a picture; the last picture asked for is the one that counts."""
        ...

    def take(self) -> Sighting | None:
        """The newest answer, once; None where there is none yet.

        Raises:
            Exception: what the detector raised, once.
        """
        ...

    def close(self) -> None:
        """End; what was asked is not answered any more."""
        ...


class Inline:
    """Looks when it is asked, in the caller's thread."""

    def __init__(self, detector: Detector, telemetry: Telemetry) -> None:
        self._detector = detector
        self._telemetry = telemetry
        self._answer: Sighting | None = None

    def ask(self, search: Search) -> None:
        with self._telemetry.stage(STAGE):
            self._answer = look(self._detector, search)

    def take(self) -> Sighting | None:
        answer, self._answer = self._answer, None
        return answer

    def close(self) -> None:
        """There is nothing to end."""


class Background:
    """Looks in a thread of its own: neither `ask` nor `take` waits for the detector."""

    def __init__(self, detector: Detector, telemetry: Telemetry) -> None:
        self._detector = detector
        self._telemetry = telemetry
        self._asked: Mailbox[Search] = Mailbox(lossless=False)
        self._answers: Mailbox[Sighting | Exception] = Mailbox(lossless=False)
        self._thread = threading.Thread(target=self._work, name=STAGE, daemon=True)
        self._thread.start()

    def ask(self, search: Search) -> None:
        self._asked.put(search)

    def take(self) -> Sighting | None:
        answer = self._answers.take(0)
        if isinstance(answer, Exception):
            raise answer
        return None if isinstance(answer, Empty) else answer

    def close(self) -> None:
        self._asked.close()
        self._asked.take(0)  # what waits there would be looked at first
        self._thread.join(_JOIN_S)

    def _work(self) -> None:
        while not isinstance(search := self._asked.take(None), Empty):
            try:
                with self._telemetry.stage(STAGE):
                    self._answers.put(look(self._detector, search))
            except Exception as error:  # noqa: BLE001 - `take` raises it in the caller's thread
                self._answers.put(error)


def look(detector: Detector, search: Search) -> Sighting:
    """Run a detector: around the face that should be near, and if none is there, everywhere."""
    near = () if search.around is None else _near(detector, search.image, search.around)
    return Sighting(search.frame, near or detector.detect(search.image))


def _near(detector: Detector, image: Image, around: Float32) -> tuple[Detection, ...]:
    height, width = image.shape[:2]
    reach = WINDOW * float(around[2] - around[0]) / 2
    middle = (around[:2] + around[2:]) / 2
    x0, y0 = np.clip(np.rint(middle - reach), 0, (width, height)).astype(int)
    x1, y1 = np.clip(np.rint(middle + reach), 0, (width, height)).astype(int)
    window = image[y0:y1, x0:x1]
    if not window.size:
        return ()
    corner = np.array([x0, y0], np.float32)
    return tuple(_moved(found, corner) for found in detector.detect(np.ascontiguousarray(window)))


def _moved(found: Detection, by: Float32) -> Detection:
    points = None if found.points is None else found.points + by
    return Detection(found.box + np.tile(by, 2), found.score, points)
