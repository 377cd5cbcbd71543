"""What the tests of sinks share: posed faces, and receivers on free ports of this machine."""

import socket
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from builders import make_state
from scipy.spatial.transform import Rotation

from avatar_bridge.facs.arkit import Capability
from avatar_bridge.types import FaceState, Gaze, HeadPose, StreamInfo

LOOPBACK = "127.0.0.1"
PATIENCE_S = 5.0  # far beyond what a busy machine needs; nothing waits for it to pass


def posed(
    *,
    left: float = 0.0,
    up: float = 0.0,
    tilt: float = 0.0,
    eyes: tuple[float, float] = (0.0, 0.0),
    position: tuple[float, float, float] = (0.0, 0.0, -0.5),
    **weights: float,
) -> FaceState:
    """A face whose head is turned, in degrees.

    Args:
        left: toward the subject's own left.
        up: so that it looks up.
        tilt: toward the subject's own left shoulder.
        eyes: both eyes' yaw to the subject's left and pitch upward.
        position: metres in camera space.
    """
    # Head axes: +x to the subject's left, +y up, +z out of the face; right-handed.
    head = Rotation.from_euler("YXZ", [left, -up, -tilt], degrees=True)
    gaze = np.radians(eyes)
    return replace(
        make_state(**weights),
        head_pose=HeadPose(np.array(position), head.as_quat()),
        gaze=Gaze(gaze, gaze),
    )


def lost(state: FaceState) -> FaceState:
    """The same face, no longer tracked."""
    return replace(state, tracked=False, confidence=0.0, landmarks=None)


def stream(fps: float = 30.0, targets: tuple[str, ...] = ()) -> StreamInfo:
    capabilities = (Capability.MEASURED,) * 52
    return StreamInfo("run", "test", "arkit", "", "net", capabilities, (), fps, targets)


class Receiver:
    """A UDP socket that waits for datagrams."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))
        self._socket.settimeout(PATIENCE_S)

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    def take(self) -> bytes:
        return self._socket.recv(65536)

    def rest(self) -> list[bytes]:
        """All that is here already."""
        self._socket.settimeout(0)
        taken = []
        try:
            while True:
                taken.append(self._socket.recv(65536))
        except BlockingIOError:
            return taken
        finally:
            self._socket.settimeout(PATIENCE_S)

    def say(self, text: bytes, port: int) -> None:
        self._socket.sendto(text, (LOOPBACK, port))

    def close(self) -> None:
        self._socket.close()


def until(condition: Callable[[], bool], act: Callable[[], object] = lambda: None) -> None:
    """Act until the condition holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        act()
        time.sleep(0.005)
