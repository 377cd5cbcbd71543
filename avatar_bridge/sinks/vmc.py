"""The VMC protocol: blendshapes, head and eyes for VSeeFace, VNyan, Warudo, EVMC4U and others.

OSC over UDP. https://protocol.vmc.info/specification

**Convention:** Unity's axes (see `angles`); bones are local and turn from the avatar's rest pose.
The neck takes a part of the head's rotation, the head the rest. Bones have no positions: the zeros
say so, as those of other senders of faces do, and the avatar stays where the receiver put it.
**Convention (names):** all 52 in every frame as ARKit's names with a capital first letter, and the
profile's targets by their own names. A VRM expression goes out under both its VRM 1 and its VRM 0
name; for an avatar that has nothing else, run with the profile `vrm1`.
**Convention (lost):** `/VMC/Ext/OK` says tracking 0; all else goes on and decays to rest.
"""

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.vrm import VRM0_OF
from avatar_bridge.sinks import options
from avatar_bridge.sinks.angles import eye_rotation, in_unity, part_of
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.sinks.osc import Message, bundles, message
from avatar_bridge.sinks.udp import UdpSocket
from avatar_bridge.types import FaceState, StreamInfo

PORT = 39539  # of a receiver
NECK_SHARE = 0.4  # of the head's rotation
BONES = ("Neck", "Head", "LeftEye", "RightEye")
VRM1_OF = {old: new for new, old in VRM0_OF.items()}

_NO_POSITION = (0.0, 0.0, 0.0)
# Loaded, calibrated, normal mode, and whether a face is tracked.
_OK = {tracked: message("/VMC/Ext/OK", 1, 3, 0, int(tracked)) for tracked in (False, True)}
_APPLY = message("/VMC/Ext/Blend/Apply")
_TIME = Message("/VMC/Ext/T")
_BONES = {name: Message("/VMC/Ext/Bone/Pos", name, floats=7) for name in BONES}


class VmcSink(QuietSink):
    """Sends one face.

    Args:
        clock: its time goes out as seconds since the sink was opened.
        sender: where to.
        face: which face.
    """

    def __init__(self, clock: Clock, sender: UdpSocket, face: int) -> None:
        self._clock = clock
        self._sender = sender
        self._face = face
        self._opened_ns = clock.now_ns()
        self._shapes = [_blend(name[0].upper() + name[1:]) for name in BLENDSHAPES]
        self._targets: tuple[tuple[Message, ...], ...] = ()

    def describe(self, info: StreamInfo) -> None:
        self._targets = tuple(
            tuple(_blend(alias) for alias in _aliases(name)) for name in info.target_names
        )

    def publish(self, state: FaceState) -> None:
        if not options.is_of(state.face_id, self._face):
            return
        for bundle in bundles(self._messages(state)):
            self._sender.send(bundle)

    def close(self) -> None:
        self._sender.close()

    def _messages(self, state: FaceState) -> list[bytes]:
        orientation = state.head_pose.orientation
        rotations = (
            part_of(orientation, NECK_SHARE),
            part_of(orientation, 1.0 - NECK_SHARE),
            eye_rotation(state.gaze.left),
            eye_rotation(state.gaze.right),
        )
        values = state.blendshapes.weights.tolist()
        messages = [
            _OK[state.tracked],
            _TIME.fill((self._clock.now_ns() - self._opened_ns) / NS_PER_S),
            *(
                _BONES[name].fill(*_NO_POSITION, *in_unity(rotation))
                for name, rotation in zip(BONES, rotations, strict=True)
            ),
            *(shape.fill(value) for shape, value in zip(self._shapes, values, strict=True)),
        ]
        if len(self._targets) == len(state.targets):  # else the names are still those before
            for target, value in zip(self._targets, state.targets.tolist(), strict=True):
                messages += [alias.fill(value) for alias in target]
        messages.append(_APPLY)
        return messages


def _blend(name: str) -> Message:
    return Message("/VMC/Ext/Blend/Val", name)


def _aliases(name: str) -> tuple[str, ...]:
    other = VRM0_OF.get(name) or VRM1_OF.get(name)
    return (name, other) if other else (name,)


def create(
    clock: Clock, *, host: str = options.LOOPBACK, port: str = str(PORT), face: str = "1"
) -> VmcSink:
    """Send to a receiver of VMC.

    Args:
        clock: tells the time that goes out.
        host: of the receiver.
        port: of the receiver.
        face: which face goes out.

    Raises:
        ConfigError: an option that cannot be used.
        SinkError: no such host.
    """
    number = options.face("vmc", face)
    return VmcSink(clock, UdpSocket("vmc", host, options.port("vmc", port)), number)
