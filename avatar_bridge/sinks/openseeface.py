"""OpenSeeFace: its tracker's packet, for VSeeFace, vpuppr and what else listens to it.

UDP, little-endian, one record of 1785 bytes a face; OpenSeeFace's `facetracker.py` and
`Unity/OpenSee.cs`, https://github.com/emilianavt/OpenSeeFace:

f64 time; i32 id; f32 width, height; f32 how open the right and the left eye are; u8 success; f32
error of the fit; f32[4] quaternion; f32[3] Euler angles; f32[3] translation; f32[68] confidences;
f32[68][2] points; f32[70][3] points in space; f32[14] features.

**Convention (points):** pixels, x and then y. OpenSeeFace calls the row x and the column y, which
is why its source packs y, x. 66 points are iBUG's without the inner lip's corners, the mouth in
an order of its own; then the centres of the right and left iris.
**Convention (space):** OpenSeeFace fits a head whose axes are x to the subject's right, y up, z out
of the face, from the nose's tip, about seven units a metre, to a camera whose axes are x down, y
to the right of the image, z into the scene. Its fit settles behind that camera, where the picture
stands on its head: turned half round about z, the translation reversed. Receivers count on that.
The Euler angles are OpenCV's, degrees about x, then y, then z, near (180, 0, 90) for a head that
looks into the camera; x is given from -360 to 0, so that such a head is far from the seam. The
quaternion is that of the inverse, as there.
**Convention (features):** 0 at rest, mostly in [-1, 1]; eyes are -1 when shut and 1 when wide, a
brow is steeper the higher its inner end, and a corner of the mouth counts downward.
**Convention (lost):** success 0, and no points.

What is approximate: points in space are landmarks laid on a mean face's depths, which are good to
about a centimetre; irises and eyeballs are a mean face's, turned by the gaze. All landmarks have
the face's confidence. Features come from the blendshapes: OpenSeeFace's own are distances of
landmarks against their median. The error of the fit is 0.
"""

import math
import struct

import numpy as np

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.landmarks import IRIS_LEFT, IRIS_RIGHT
from avatar_bridge.sinks import options
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.sinks.udp import UdpSocket
from avatar_bridge.types import FaceState, Float32

PORT = 11573
POINTS = 68
SPACE_POINTS = 70
FEATURES = (
    "eye_l", "eye_r", "eyebrow_steepness_l", "eyebrow_updown_l", "eyebrow_quirk_l",
    "eyebrow_steepness_r", "eyebrow_updown_r", "eyebrow_quirk_r", "mouth_corner_updown_l",
    "mouth_corner_inout_l", "mouth_corner_updown_r", "mouth_corner_inout_r", "mouth_open",
    "mouth_wide",
)  # fmt: skip
RECORD = struct.Struct(f"<di4fBf4f3f3f{POINTS}f{2 * POINTS}f{3 * SPACE_POINTS}f{len(FEATURES)}f")

# Of our landmarks, in OpenSeeFace's order.
_ORDER = [*range(48), *range(49, 54), *range(55, 60), 48, 61, 62, 63, 54, 65, 66, 67,
          IRIS_RIGHT, IRIS_LEFT]  # fmt: skip

# OpenSeeFace's head: units a metre, and the nose's tip in our head's axes, in metres.
UNITS = 7.1
NOSE_TIP = np.array([0.0, -0.0321, 0.0464])
_FROM_HEAD = np.diag([-1.0, 1.0, 1.0])
_FROM_CAMERA = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
_TO_CAMERA = np.diag([-1.0, -1.0, 1.0]) @ _FROM_CAMERA

# How far in front of the eyes' centres a mean face's landmarks lie, in centimetres, in the order of
# OpenSeeFace's first 66 points.
_JAW = (-4.8, -4.5, -4.1, -3.6, -2.7, -1.2, 0.5, 1.6, 1.9)
_BROW = (0.0, 0.9, 1.6, 1.9, 2.0)
_EYE = (0.2, 0.8, 1.0, 0.8, 0.9, 0.8)  # from the outer corner over the upper lid
_DEPTHS = np.array([
    *_JAW, *_JAW[-2::-1], *_BROW, *_BROW[::-1], 2.3, 3.1, 3.9, 4.6, 2.4, 2.9, 3.1, 2.9, 2.4,
    *_EYE, *_EYE[3::-1], *_EYE[:3:-1],
    2.4, 3.0, 3.1, 3.0, 2.4, 2.2, 2.7, 2.8, 2.7, 2.2, 1.4, 2.2, 2.6, 2.2, 1.4, 2.2, 2.6, 2.2,
]) / 100.0  # fmt: skip

# The right and the left eyeball in our head's axes: centres, and the radius to the iris; metres.
_EYEBALLS = np.array([[-0.0315, -0.0028, -0.0003], [0.0315, -0.0028, -0.0003]])
_EYEBALL_RADIUS = 0.012
_STEEPEST = 0.2  # the least share of depth in a line of sight: a profile has landmarks at the edge


class OpenSeeFaceSink(QuietSink):
    """Sends every face: a packet each.

    Args:
        sender: where to.
    """

    def __init__(self, sender: UdpSocket) -> None:
        self._sender = sender

    def publish(self, state: FaceState) -> None:
        self._sender.send(record(state))

    def close(self) -> None:
        self._sender.close()


def record(state: FaceState) -> bytes:
    """One face's 1785 bytes."""
    head = _matrix(state.head_pose.orientation)
    turn = _TO_CAMERA @ head @ _FROM_HEAD
    nose = -UNITS * (_FROM_CAMERA @ (head @ NOSE_TIP + state.head_pose.position))
    points = np.zeros((POINTS, 2), np.float32)
    space = np.zeros((SPACE_POINTS, 3))
    if state.tracked and state.landmarks is not None:
        points = state.landmarks.points[_ORDER]
        space = _in_space(state, points, turn, nose)
    weights = dict(zip(BLENDSHAPES, state.blendshapes.weights.tolist(), strict=True))
    return RECORD.pack(
        state.captured_ns / NS_PER_S,
        max(state.face_id - options.FIRST_FACE, 0),
        *state.image_size,
        1.0 - weights["eyeBlinkRight"],
        1.0 - weights["eyeBlinkLeft"],
        int(state.tracked),
        0.0,
        *_inverse(state.head_pose.orientation),
        *_euler(turn),
        *nose.tolist(),
        *[state.confidence] * POINTS,
        *points.ravel().tolist(),
        *(space * (1.0, -1.0, -1.0)).ravel().tolist(),
        *features(weights).values(),
    )


def features(weights: dict[str, float]) -> dict[str, float]:
    """The fourteen features, from the blendshapes by name."""
    inner = weights["browInnerUp"]
    sided: dict[str, float] = {}
    for side, of in (("l", "Left"), ("r", "Right")):
        outer, down = weights[f"browOuterUp{of}"], weights[f"browDown{of}"]
        smile, frown = weights[f"mouthSmile{of}"], weights[f"mouthFrown{of}"]
        narrow = max(weights["mouthPucker"], weights["mouthFunnel"])
        sided |= {
            f"eye_{side}": weights[f"eyeWide{of}"] - weights[f"eyeBlink{of}"],
            f"eyebrow_steepness_{side}": inner - max(outer, down),
            f"eyebrow_updown_{side}": (inner + outer) / 2 - down,
            f"eyebrow_quirk_{side}": outer,
            f"mouth_corner_updown_{side}": frown - smile,
            f"mouth_corner_inout_{side}": max(smile, weights[f"mouthStretch{of}"]) - narrow,
        }
    sided["mouth_open"] = max(weights["jawOpen"] - weights["mouthClose"], 0.0)
    sided["mouth_wide"] = (sided["mouth_corner_inout_l"] + sided["mouth_corner_inout_r"]) / 2
    return {name: sided[name] for name in FEATURES}


def _matrix(orientation: Float32) -> np.ndarray:
    """(3, 3) of a unit quaternion."""
    x, y, z, w = orientation.tolist()
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip


def _inverse(orientation: Float32) -> tuple[float, float, float, float]:
    """The quaternion of the inverse of a head's turn in OpenSeeFace's camera.

    The turn is ours with x mirrored, then half a turn about (1, 1, 0), which is how OpenSeeFace's
    head at rest lies in its camera.
    """
    x, y, z, w = (math.sqrt(0.5) * part for part in orientation.tolist())
    return z - w, -w - z, x + y, y - x


def _euler(turn: np.ndarray) -> tuple[float, float, float]:
    """Degrees about x, y and z of a rotation matrix."""
    x = math.degrees(math.atan2(turn[2, 1], turn[2, 2]))
    y = math.degrees(math.asin(max(-1.0, min(-turn[2, 0], 1.0))))
    z = math.degrees(math.atan2(turn[1, 0], turn[0, 0]))
    return (x - 360.0 if x > 0 else x), y, z


def _in_space(state: FaceState, points: Float32, turn: np.ndarray, nose: np.ndarray) -> np.ndarray:
    """The points (70, 3) in the axes of OpenSeeFace's head."""
    width, height = state.image_size
    focal = max(width, height)  # as everywhere here: the lens is not known
    inner = points[: len(_DEPTHS)]
    seen = np.ones((len(_DEPTHS), 3))  # lines of sight in OpenSeeFace's camera
    seen[:, 0] = (inner[:, 1] - height / 2) / focal
    seen[:, 1] = (inner[:, 0] - width / 2) / focal
    lines, camera = seen @ turn, -nose @ turn  # both in the head's axes
    depths = (_DEPTHS - NOSE_TIP[2]) * UNITS
    along = (depths - camera[2]) / np.minimum(lines[:, 2], -_STEEPEST)
    looks = np.array([_direction(state.gaze.right), _direction(state.gaze.left)])
    eyes = np.concatenate([_EYEBALLS + _EYEBALL_RADIUS * looks, _EYEBALLS])
    return np.concatenate([camera + along[:, None] * lines, (eyes - NOSE_TIP) * UNITS @ _FROM_HEAD])


def _direction(gaze: Float32) -> tuple[float, float, float]:
    yaw, pitch = gaze.tolist()
    level = math.cos(pitch)
    return math.sin(yaw) * level, math.sin(pitch), math.cos(yaw) * level


def create(clock: Clock, *, host: str = options.LOOPBACK, port: str = str(PORT)) -> OpenSeeFaceSink:
    """Send to a receiver of OpenSeeFace.

    Args:
        clock: not needed: the time that goes out is that of the pictures.
        host: of the receiver.
        port: of the receiver.

    Raises:
        ConfigError: an option that cannot be used.
        SinkError: no such host.
    """
    return OpenSeeFaceSink(UdpSocket("openseeface", host, options.port("openseeface", port)))
