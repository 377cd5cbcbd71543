"""Any performer of the VMC protocol that has this machine as its marionette: `vmc:39539`.

OSC over UDP, https://protocol.vmc.info/english. `/VMC/Ext/Blend/Val` and `/VMC/Ext/Bone/Pos` say
one value each, and `/VMC/Ext/Blend/Apply` ends a frame.

**Convention:** of the blendshapes those named like ARKit's, in any spelling. Bones turn locally, in
Unity's axes (`rotations`): the head's rotation is the neck's and its own.
**Convention (lost):** `/VMC/Ext/OK` with a fourth argument of 0 says that no face is seen.
"""

import logging
import math
from typing import Any

from pythonosc.osc_packet import OscPacket
from scipy.spatial.transform import Rotation

from avatar_bridge.capture.states.base import StateSource
from avatar_bridge.capture.states.datagrams import DatagramSource, Sighting, read_place
from avatar_bridge.capture.states.rotations import gaze, head, of_unity
from avatar_bridge.capture.states.weights import NamedWeights
from avatar_bridge.clock import Clock
from avatar_bridge.errors import WireError
from avatar_bridge.facs.arkit import Capability
from avatar_bridge.types import Gaze, Motion

BONES = ("Neck", "Head", "LeftEye", "RightEye")


class VmcDecoder:
    """Puts a performer's frames together."""

    fps = 0.0  # the protocol does not say

    def __init__(self) -> None:
        logging.getLogger().addFilter(_not_of_pythonosc)
        self._weights = NamedWeights()
        self._bones = dict.fromkeys(BONES, Rotation.identity())
        self._tracked = True

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        return self._weights.capabilities

    def decode(self, packet: bytes, arrived_ns: int) -> Sighting | None:
        try:
            messages = [timed.message for timed in OscPacket(packet).messages]
        except Exception as error:
            raise WireError(f"expected OSC, got {len(packet)} other bytes") from error
        applied = False
        for message in messages:
            applied |= self._hear(message.address, message.params)
        return (arrived_ns, self._motion()) if applied else None

    def _hear(self, address: str, values: list[Any]) -> bool:
        """Note one message; whether it ends the frame."""
        match address, values:
            case "/VMC/Ext/Blend/Val", [str(name), int() | float() as value]:
                self._weights.set(name, float(value))
            case "/VMC/Ext/Bone/Pos", [str(name), *place] if name in BONES and len(place) >= 7:
                self._bones[name] = _rotation(place[3:7])
            case "/VMC/Ext/OK", [_, _, _, int(tracked), *_]:
                self._tracked = bool(tracked)
            case "/VMC/Ext/Blend/Apply", _:
                return True
        return False

    def _motion(self) -> Motion | None:
        if not self._tracked:
            return None
        return Motion(
            self._weights.blendshapes(),
            head(self._bones["Neck"] * self._bones["Head"]),
            Gaze(gaze(self._bones["LeftEye"]), gaze(self._bones["RightEye"])),
        )


def _not_of_pythonosc(record: logging.LogRecord) -> bool:
    # It tells the root logger of every packet that it does not know all of, and anyone can send.
    return "pythonosc" not in record.pathname


def _rotation(values: list[Any]) -> Rotation:
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) != len(values) or not all(map(math.isfinite, numbers)) or not any(numbers):
        raise WireError(f"expected a bone's rotation, got {values}")
    x, y, z, w = map(float, numbers)
    return of_unity((x, y, z, w))


def create(target: str, clock: Clock) -> StateSource:
    """Listen to a performer.

    Args:
        target: the port, or an address of this machine and the port.
        clock: stamps the packets.

    Raises:
        CaptureError: no such port, or it is taken.
    """
    return DatagramSource(f"vmc {target}", read_place("vmc", target), VmcDecoder(), clock)
