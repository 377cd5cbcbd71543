"""iFacialMocap: the bridge stands in for the phone, for the many programs that take its stream.

UDP text, https://www.ifacialmocap.com/for-developer/. A program sends the handshake to port 49983
of the phone, here to the bridge, and gets frames at its own port 49983 until somebody closes.

A phone has an address of its own. On one machine two cannot have the same port: there, either the
program is told where to send the handshake, or the bridge is told with `to=` where to send
frames, and no handshake is needed.

**Convention (names):** ARKit's with `_L` and `_R` for a side; whole numbers from 0 to 100.
Version 1 has `-` before the number, version 2, by `|sendDataVersion=v2` after the handshake, has
`&`.
**Convention (angles):** degrees about the head's own axes (`types`, Convention (head)): x is
positive downward, y toward the subject's left, z toward the subject's right shoulder. These are
the signs of the sample in the specification: its two eyes look down by 6° and toward each other,
and each has the z of an eye that looks aside and down without twisting, x times y.
**Convention (position):** metres in camera space.
**Convention (lost):** the protocol has no word for it: the face decays to rest.
"""

import math

from avatar_bridge.clock import Clock
from avatar_bridge.errors import SinkError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.geometry import head_angles
from avatar_bridge.sinks import options
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.sinks.udp import Address, UdpSocket
from avatar_bridge.types import FaceState, Float32

PORT = 49983
HANDSHAKE = b"iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
VERSION_2 = b"sendDataVersion=v2"
SEPARATORS = {"v1": "-", "v2": "&"}
MOST_RECEIVERS = 8
MOST_GREETINGS = 32  # read in one frame: whoever sends more must not hold up the pipeline

# In the app's order, since some programs count.
NAMES = (
    "mouthSmile_R", "eyeLookOut_L", "mouthUpperUp_L", "eyeWide_R", "mouthClose", "mouthPucker",
    "mouthRollLower", "eyeBlink_R", "eyeLookDown_L", "cheekSquint_R", "eyeBlink_L", "tongueOut",
    "jawRight", "eyeLookIn_R", "cheekSquint_L", "mouthDimple_L", "mouthPress_L", "eyeSquint_L",
    "mouthRight", "mouthShrugLower", "eyeLookUp_R", "eyeLookOut_R", "mouthPress_R", "cheekPuff",
    "jawForward", "mouthLowerDown_L", "mouthFrown_L", "mouthShrugUpper", "browOuterUp_L",
    "browInnerUp", "mouthDimple_R", "browDown_R", "mouthUpperUp_R", "mouthRollUpper",
    "mouthFunnel", "mouthStretch_R", "mouthFrown_R", "eyeLookDown_R", "jawOpen", "jawLeft",
    "browDown_L", "mouthSmile_L", "noseSneer_R", "mouthLowerDown_R", "noseSneer_L", "eyeWide_L",
    "mouthStretch_L", "browOuterUp_R", "eyeLookIn_L", "eyeSquint_R", "eyeLookUp_L", "mouthLeft",
)  # fmt: skip
_PLACES = [BLENDSHAPE_INDEX[name.replace("_L", "Left").replace("_R", "Right")] for name in NAMES]


class IFacialMocapSink(QuietSink):
    """Sends one face to those who asked for it.

    Args:
        socket: listens for handshakes.
        face: which face.
        reply: the receivers' port; 0 answers to the port that a handshake came from.
        receiver: the version for the socket's own place, which then gets frames without asking,
            and no handshake is answered. Empty for none.
    """

    def __init__(
        self, socket: UdpSocket, face: int, *, reply: int = PORT, receiver: str = ""
    ) -> None:
        self._socket = socket
        self._face = face
        self._reply = reply
        self._greets = not receiver
        self._receivers: dict[Address, str] = {socket.address: receiver} if receiver else {}

    @property
    def port(self) -> int:
        """Where handshakes are taken."""
        return self._socket.address[1]

    def publish(self, state: FaceState) -> None:
        if self._greets:
            self._greet()
        if not self._receivers or not options.is_of(state.face_id, self._face):
            return
        frames = {version: frame(state, version) for version in set(self._receivers.values())}
        for address, version in tuple(self._receivers.items()):
            try:
                self._socket.send(frames[version], address)
            except SinkError:  # out of reach; it may ask again, and the others still get theirs
                if not self._greets:
                    raise
                del self._receivers[address]

    def close(self) -> None:
        self._socket.close()

    def _greet(self) -> None:
        for _ in range(MOST_GREETINGS):
            greeting = self._socket.receive()
            if greeting is None:
                return
            text, (host, port) = greeting
            if not text.startswith(HANDSHAKE):
                continue
            address = (host, self._reply or port)
            self._receivers.pop(address, None)
            if len(self._receivers) == MOST_RECEIVERS:
                del self._receivers[next(iter(self._receivers))]  # the one that asked first
            self._receivers[address] = "v2" if VERSION_2 in text else "v1"


def frame(state: FaceState, version: str) -> bytes:
    """One datagram in version "v1" or "v2"."""
    weights = state.blendshapes.weights.tolist()
    separator = SEPARATORS[version]
    shapes = "|".join(
        f"{name}{separator}{round(100 * weights[place])}"
        for name, place in zip(NAMES, _PLACES, strict=True)
    )
    yaw, pitch, roll = head_angles(state.head_pose)
    turns = (math.degrees(angle) for angle in (-pitch, yaw, -roll))
    head = _numbers(*turns, *state.head_pose.position.tolist())
    left, right = _numbers(*_eye(state.gaze.left)), _numbers(*_eye(state.gaze.right))
    return f"{shapes}|=head#{head}|rightEye#{right}|leftEye#{left}|".encode("ascii")


def _eye(gaze: Float32) -> tuple[float, float, float]:
    yaw, pitch = gaze.tolist()
    return math.degrees(-pitch), math.degrees(yaw), math.degrees(-pitch * yaw)


def _numbers(*values: float) -> str:
    return ",".join(f"{value + 0.0:.6f}" for value in values)  # + 0.0: no -0


def create(
    clock: Clock,
    *,
    host: str = options.LOOPBACK,
    port: str = str(PORT),
    reply: str = str(PORT),
    to: str = "",
    version: str = "v2",
    face: str = "1",
    insecure: str = "false",
) -> IFacialMocapSink:
    """Stand in for a phone.

    Args:
        clock: not needed.
        host: where handshakes are taken, such as 0.0.0.0 for those of other machines.
        port: where handshakes are taken; 0 takes a free one.
        reply: the receivers' port; 0 answers to the port that a handshake came from.
        to: `HOST` or `HOST:PORT` of a receiver that gets frames without a handshake; then none
            is taken.
        version: "v1" or "v2", for `to`.
        face: which face goes out.
        insecure: "true" to take handshakes of other machines.

    Raises:
        ConfigError: an option that cannot be used.
        SinkError: the port is taken, or no such host.
    """
    name = "ifacialmocap"
    chosen = options.face(name, face)
    answer = options.port(name, reply, "reply", free=True)
    listens_at = options.port(name, port, free=True)
    options.choice(name, "version", version, tuple(SEPARATORS))
    if not to:
        options.bindable(name, host, options.flag(name, "insecure", insecure))
        listener = UdpSocket(name, host, listens_at, listens=True)
        return IFacialMocapSink(listener, chosen, reply=answer)
    receiver, colon, number = to.partition(":")
    sender = UdpSocket(name, receiver, options.port(name, number, "to") if colon else PORT)
    return IFacialMocapSink(sender, chosen, receiver=version)
