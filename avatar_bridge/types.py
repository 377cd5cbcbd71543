"""The immutable values a frame becomes on its way through the pipeline.

Arrays are made read-only when a value is born: a stage returns a new value, it never edits one.
A shape or range that is wrong raises ValueError there and then, with what was expected and got.

**Convention (image):** pixels, x to the right, y down, (0, 0) the top left pixel's corner.
**Convention (camera space):** metres, right-handed, the camera at the origin, +x to the right of
the image, +y up, +z out of the scene toward the viewer; a face is at negative z.
**Convention (head):** +x to the subject's left, +y up, +z out of the face. A head that looks
straight into the camera has the identity orientation.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.action_units import ACTION_UNITS
from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.facs.emotions import CIRCUMPLEX, EMOTIONS
from avatar_bridge.facs.landmarks import POINTS

Float32 = NDArray[np.float32]
Image = NDArray[np.uint8]

_PLACES = np.array([CIRCUMPLEX[name] for name in EMOTIONS], np.float32)  # (7, 2)
_UNIT_TOLERANCE = 1e-3  # float32 sums and quaternion lengths may be off by this much


def _floats(
    name: str,
    value: object,
    shape: tuple[int, ...],
    low: float | None = None,
    high: float | None = None,
) -> Float32:
    """A read-only float32 copy of value, checked for shape, finiteness and range."""
    array = np.array(value, dtype=np.float32)
    if array.shape != shape:
        raise ValueError(f"{name}: expected shape {shape}, got {array.shape}")
    if not array.size:
        pass
    elif low is None or high is None:
        # NaN and infinity survive it, in half the time of isfinite() and all().
        if not (math.isfinite(np.vdot(array, array)) or np.isfinite(array).all()):
            raise ValueError(f"{name}: expected finite numbers, got {array}")
    else:
        smallest = np.minimum.reduce(array, axis=None)
        largest = np.maximum.reduce(array, axis=None)
        if not (smallest >= low and largest <= high):  # of NaN neither is true
            if not np.isfinite(array).all():
                raise ValueError(f"{name}: expected finite numbers, got {array}")
            raise ValueError(f"{name}: expected {low} to {high}, got {smallest} to {largest}")
    array.setflags(write=False)
    return array


def _fraction(name: str, value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name}: expected 0 to 1, got {value}")
    return float(value)


def _bgr(name: str, image: Image) -> Image:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(
            f"{name}: expected uint8 of shape (H, W, 3), got {image.dtype} of {image.shape}"
        )
    return image


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture from a source.

    Attributes:
        image: (H, W, 3) uint8 BGR. Not copied: the source must not reuse the buffer.
        index: position in the source, from 0, counting frames that were dropped.
        captured_ns: when it was taken, on the pipeline's clock.
    """

    image: Image
    index: int
    captured_ns: int

    def __post_init__(self) -> None:
        _bgr("Frame.image", self.image)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """A face found in one picture.

    Attributes:
        box: (4,) x0, y0, x1, y1 in pixels, a face box (see `geometry.face_box`).
        score: in [0, 1]; comparable within one detector only.
        points: (5, 2) in MTCNN's order (eye, eye, nose tip, mouth corner, mouth corner, each
            pair from the image's left to its right), or None.
    """

    box: Float32
    score: float
    points: Float32 | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "box", _floats("Detection.box", self.box, (4,)))
        object.__setattr__(self, "score", _fraction("Detection.score", self.score))
        if self.points is not None:
            points = _floats("Detection.points", self.points, (5, 2))
            object.__setattr__(self, "points", points)


@dataclass(frozen=True, slots=True, eq=False)
class TrackedFace:
    """A face that has kept its identity.

    Attributes:
        id: positive and stable while the face is followed; the smallest number free when it
            came, so that a face that leaves and comes back drives the same avatar.
        box: (4,) x0, y0, x1, y1 in pixels, the face box before it is turned by `roll`.
        roll: radians, positive clockwise in the image, about the middle of the box.
        confidence: in [0, 1].
    """

    id: int
    box: Float32
    roll: float
    confidence: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "box", _floats("TrackedFace.box", self.box, (4,)))
        object.__setattr__(self, "confidence", _fraction("confidence", self.confidence))


@dataclass(frozen=True, slots=True, eq=False)
class FaceCrop:
    """The upright square around one face.

    Attributes:
        image: (S, S, 3) uint8 BGR.
        to_frame: (2, 3) affine map from crop pixels to frame pixels.
    """

    image: Image
    to_frame: Float32

    def __post_init__(self) -> None:
        _bgr("FaceCrop.image", self.image)
        if self.image.shape[0] != self.image.shape[1]:
            raise ValueError(f"FaceCrop.image: expected a square, got {self.image.shape}")
        object.__setattr__(self, "to_frame", _floats("to_frame", self.to_frame, (2, 3)))


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Points of the face: (70, 2) frame pixels in the order of `facs.landmarks`."""

    points: Float32

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", _floats("Landmarks", self.points, (POINTS, 2)))


@dataclass(frozen=True, slots=True, eq=False)
class ActionUnits:
    """Intensities in [0, 1] in the order of `facs.action_units`; 0 where a net has no such node."""

    intensities: Float32

    def __post_init__(self) -> None:
        array = _floats("ActionUnits", self.intensities, (len(ACTION_UNITS),), 0.0, 1.0)
        object.__setattr__(self, "intensities", array)

    @classmethod
    def neutral(cls) -> "ActionUnits":
        """A face at rest."""
        return cls(np.zeros(len(ACTION_UNITS), np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class EmotionScores:
    """Probabilities in the order of `facs.emotions`, which sum to 1."""

    probabilities: Float32

    def __post_init__(self) -> None:
        array = _floats("EmotionScores", self.probabilities, (len(EMOTIONS),), 0.0, 1.0)
        total = float(array.sum())
        if abs(total - 1.0) > _UNIT_TOLERANCE:
            raise ValueError(f"EmotionScores: expected a sum of 1, got {total}")
        object.__setattr__(self, "probabilities", array)

    @classmethod
    def neutral(cls) -> "EmotionScores":
        """All probability on neutral."""
        return cls(np.array([name == "neutral" for name in EMOTIONS], np.float32))

    @property
    def valence_arousal(self) -> tuple[float, float]:
        """The probability-weighted mean of the emotions' circumplex positions, each in [-1, 1]."""
        valence, arousal = (self.probabilities @ _PLACES).tolist()
        return valence, arousal


@dataclass(frozen=True, slots=True, eq=False)
class HeadPose:
    """Where the head is in camera space.

    Attributes:
        position: (3,) metres, the point between the eyes' centres.
        orientation: (4,) unit quaternion x, y, z, w, rotating head axes into camera axes.
    """

    position: Float32
    orientation: Float32

    def __post_init__(self) -> None:
        object.__setattr__(self, "position", _floats("HeadPose.position", self.position, (3,)))
        quaternion = _floats("HeadPose.orientation", self.orientation, (4,))
        length = math.hypot(*quaternion.tolist())
        if abs(length - 1.0) > _UNIT_TOLERANCE:
            raise ValueError(f"HeadPose.orientation: expected length 1, got {length}")
        object.__setattr__(self, "orientation", quaternion)


@dataclass(frozen=True, slots=True, eq=False)
class Gaze:
    """Where each eye looks, relative to the head.

    Attributes:
        left: (2,) yaw and pitch in radians of the subject's left eye; yaw is positive to the
            subject's left, pitch is positive upward.
        right: (2,) the same for the right eye.
    """

    left: Float32
    right: Float32

    def __post_init__(self) -> None:
        object.__setattr__(self, "left", _floats("Gaze.left", self.left, (2,)))
        object.__setattr__(self, "right", _floats("Gaze.right", self.right, (2,)))


@dataclass(frozen=True, slots=True, eq=False)
class FaceAnalysis:
    """Everything one look at a face crop tells.

    Attributes:
        presence: in [0, 1], how surely the crop shows a face.
        cues: what landmarks tell that no action unit names, by cue name, each in [0, 1].
    """

    presence: float
    landmarks: Landmarks
    action_units: ActionUnits
    emotions: EmotionScores
    head_pose: HeadPose
    gaze: Gaze
    cues: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "presence", _fraction("presence", self.presence))


@dataclass(frozen=True, slots=True, eq=False)
class Blendshapes:
    """The 52 weights in [0, 1] in canonical order; left and right are the subject's."""

    weights: Float32

    def __post_init__(self) -> None:
        array = _floats("Blendshapes", self.weights, (len(BLENDSHAPES),), 0.0, 1.0)
        object.__setattr__(self, "weights", array)

    @classmethod
    def neutral(cls) -> "Blendshapes":
        """A face at rest."""
        return cls(np.zeros(len(BLENDSHAPES), np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """What moves an avatar, and what is smoothed in time."""

    blendshapes: Blendshapes
    head_pose: HeadPose
    gaze: Gaze

    @classmethod
    def neutral(cls) -> "Motion":
        """A face at rest that looks straight ahead, at the camera's place."""
        eyes = np.zeros(2, np.float32)
        pose = HeadPose(np.zeros(3, np.float32), np.array([0, 0, 0, 1], np.float32))
        return cls(Blendshapes.neutral(), pose, Gaze(eyes, eyes))


@dataclass(frozen=True, slots=True, eq=False)
class FaceState:
    """What every sink receives: the full state of one face at one frame.

    Attributes:
        frame_index: `Frame.index` of the picture it was read from.
        captured_ns: `Frame.captured_ns` of that picture.
        face_id: 0 until a face was ever seen, then the tracker's.
        tracked: False while the face is lost; the other fields then hold and decay to neutral.
        confidence: in [0, 1]; 0 while lost.
        image_size: width and height in pixels.
        box: (4,) x0, y0, x1, y1 in pixels; all 0 where there is none.
        landmarks: None while lost.
        targets: (T,) in [0, 1], what the avatar's own shapes get by the profile; mostly none.
            Their names are `StreamInfo.target_names`.
    """

    frame_index: int
    captured_ns: int
    face_id: int
    tracked: bool
    confidence: float
    blendshapes: Blendshapes
    action_units: ActionUnits
    emotions: EmotionScores
    head_pose: HeadPose
    gaze: Gaze
    image_size: tuple[int, int]
    box: Float32
    landmarks: Landmarks | None = None
    targets: Float32 = field(default_factory=lambda: np.zeros(0, np.float32))

    def __post_init__(self) -> None:
        object.__setattr__(self, "box", _floats("FaceState.box", self.box, (4,)))
        targets = _floats("FaceState.targets", self.targets, (len(self.targets),), 0.0, 1.0)
        object.__setattr__(self, "targets", targets)
        object.__setattr__(self, "confidence", _fraction("confidence", self.confidence))


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a stream carries, for those who receive it.

    Attributes:
        stream_id: changes whenever a server starts, so that clients notice a restart.
        source: the source's name for people.
        profile: name of the retarget profile in use.
        calibration: name of the calibration in use; empty for none.
        model: name of the face net.
        capabilities: (52,) how each blendshape is come by, in canonical order.
        action_units: names of the nodes that the net reads; the others are always 0.
        target_fps: frames a second that the source aims at; 0 where unknown.
        target_names: what `FaceState.targets` holds, in its order.
    """

    stream_id: str
    source: str
    profile: str
    calibration: str
    model: str
    capabilities: tuple[Capability, ...]
    action_units: tuple[str, ...]
    target_fps: float
    target_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # A file's name may hold bytes that are no text, and no message can carry those.
        clean = self.source.encode("utf-8", "replace").decode()
        object.__setattr__(self, "source", clean)
        if len(self.capabilities) != len(BLENDSHAPES):
            raise ValueError(
                f"capabilities: expected {len(BLENDSHAPES)}, got {len(self.capabilities)}"
            )
