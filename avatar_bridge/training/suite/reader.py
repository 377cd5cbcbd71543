"""What reads faces in the suite, and our own nets as the runtime runs them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.analyze.face import FaceAnalyzer
from avatar_bridge.analyze.pose import FOCAL_SIDES
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.geometry import cut_face, face_box
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import InstalledModel
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.types import Float32, Image

PROFILE = "arkit"
SEEN = 0.5  # presence from which on the tracker takes a crop for a face


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture and where its face is.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        box: (4,) face box in pixels (`geometry.face_box`).
        roll: of the face, radians.
        focal: focal length in pixels of a camera whose axis goes through the picture's middle, or
            None where nobody knows; the runtime's assumption holds then.
    """

    image: Image
    box: Float32
    roll: float = 0.0
    focal: float | None = None

    @classmethod
    def around(cls, image: Image, points: NDArray[np.floating], focal: float | None = None) -> Self:
        """The picture of a face whose points (68 or more, 2) are known."""
        box, roll = face_box(points)
        return cls(image, box, roll, focal)

    def frame(self) -> tuple[Float32, tuple[int, int]]:
        """Where the picture lies in a frame whose assumed focal length is the true one.

        The runtime takes the longer side of a frame as its focal length. A picture in the middle
        of a larger frame keeps its axis, and nothing has to be drawn around it: only places are
        told in that frame.

        Returns:
            (2,) pixels to add to a place in the picture, and the frame's width and height.
        """
        height, width = self.image.shape[:2]
        if self.focal is None:
            return np.zeros(2, np.float32), (width, height)
        side = max(round(self.focal / FOCAL_SIDES), 1)
        return np.array([(side - width) / 2, (side - height) / 2], np.float32), (side, side)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a reader says of one face.

    Attributes:
        weights: (52,) in [0, 1], canonical order.
        points: (70, 2) pixels of the picture.
        orientation: (4,) of the head, quaternion x, y, z, w.
        gaze: (2, 2) left and right eye, yaw and pitch in radians.
        presence: in [0, 1].
        emotions: (7,) probabilities in the order of `facs.emotions`, or None.
    """

    weights: Float32
    points: Float32
    orientation: Float32
    gaze: Float32
    presence: float
    emotions: Float32 | None = None


class Reader(Protocol):
    """Something that reads faces; remembers nothing between pictures."""

    @property
    def name(self) -> str:
        """The heading of its column."""
        ...

    @property
    def teaches(self) -> bool:
        """Whether the teacher's readings are its own, so that agreement says nothing."""
        ...

    def read(self, picture: Picture, looks: int = 1) -> Reading | None:
        """Read one face.

        Args:
            picture: the face and where it is.
            looks: how often to look; each look after the first is at the points of the last.

        Returns:
            None where no face was found.
        """
        ...


class OurReader:
    """A net of ours: crop, net, pose, gaze and profile as the runtime has them.

    The emotion layer is left out, since what it adds is guessed from the emotion, and so is
    smoothing.

    Args:
        model: an installed face net.
        threads: of one run.

    Raises:
        ModelError: no face net, or not what its card says.
    """

    teaches = False

    def __init__(self, model: InstalledModel, threads: int = 2) -> None:
        self.card = model.card
        self._analyzer = FaceAnalyzer(Net(model, threads))
        profile = load_profile(PROFILE)
        silent = profile.emotion.model_copy(update={"strength": 0.0})
        profile = profile.model_copy(update={"emotion": silent})
        self._retargeter = Retargeter(profile, self._analyzer.action_units)

    @property
    def name(self) -> str:
        return self.card.name

    def read(self, picture: Picture, looks: int = 1) -> Reading | None:
        offset, size = picture.frame()
        frame_box = picture.box + np.tile(offset, 2)
        roll = picture.roll
        for _ in range(looks):
            # The crop is cut from the picture and placed in the frame.
            crop = cut_face(
                picture.image,
                frame_box - np.tile(offset, 2),
                roll,
                self._analyzer.crop_margin,
                self._analyzer.crop_size,
            )
            to_frame = crop.to_frame.copy()
            to_frame[:, 2] += offset
            analysis = self._analyzer.analyze(type(crop)(crop.image, to_frame), size)
            frame_box, roll = face_box(analysis.landmarks.points)
        return Reading(
            weights=self._retargeter.retarget(analysis).weights,
            points=analysis.landmarks.points - offset,
            orientation=analysis.head_pose.orientation,
            gaze=np.stack([analysis.gaze.left, analysis.gaze.right]),
            presence=analysis.presence,
            emotions=analysis.emotions.probabilities,
        )


Readings = dict[str, list[Reading | None]]


def read_all(readers: Sequence[Reader], pictures: Iterable[Picture], looks: int = 1) -> Readings:
    """What every reader says of every picture, by the readers' names."""
    said: Readings = {reader.name: [] for reader in readers}
    for picture in pictures:
        for reader in readers:
            said[reader.name].append(reader.read(picture, looks))
    return said


def weights_of(readings: Sequence[Reading | None]) -> Float32:
    """(N, 52) weights; NaN rows where no face was found."""
    blank = np.full(len(BLENDSHAPES), np.nan, np.float32)
    return np.stack([blank if reading is None else reading.weights for reading in readings])


def unseen(readings: Sequence[Reading | None]) -> int:
    """How many of the faces were not taken for one."""
    return sum(reading is None or reading.presence < SEEN for reading in readings)
