"""Readings of another tracker in, face states out: what the pipeline is to pictures."""

import numpy as np

from avatar_bridge.capture.states.base import Reading, StateSource
from avatar_bridge.config import LossConfig
from avatar_bridge.facs.arkit import Capability
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.smooth.face import FaceInTime
from avatar_bridge.smooth.none import NoSmoothing
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import ActionUnits, EmotionScores, FaceState, Motion

FACE_ID = 1
_NO_BOX = np.zeros(4, np.float32)


class Translator:
    """Passes on one face as it is; a lost one holds, then decays to neutral.

    Nothing is smoothed: the sender has done that. Neither action units nor emotions are known, so
    they stay neutral, and of the profile only its targets count.

    Args:
        retargeter: makes the avatar's own shapes of the 52.
        loss: what becomes of a face that is lost.
    """

    def __init__(self, retargeter: Retargeter, loss: LossConfig) -> None:
        self._retargeter = retargeter
        self._face = FaceInTime(NoSmoothing(), loss)
        self._seen = False  # ever
        self._index: int | None = None  # of the newest reading

    @property
    def retargeter(self) -> Retargeter:
        """The mapping in use."""
        return self._retargeter

    def use(self, retargeter: Retargeter) -> None:
        """Change the mapping from the next reading on."""
        self._retargeter = retargeter

    def close(self) -> None:
        """There is nothing to release."""

    def process(self, reading: Reading) -> tuple[FaceState, ...]:
        """The one state that a reading is."""
        self._index = reading.index
        if reading.motion is None:
            return self.idle(reading.captured_ns)
        self._seen = True
        motion = self._face.move(reading.motion, reading.captured_ns)
        return (self._state(motion, reading.captured_ns, tracked=True),)

    def idle(self, now_ns: int) -> tuple[FaceState, ...]:
        """What there is to say while the sender sees no face or says nothing.

        Args:
            now_ns: on the clock that stamps the readings.

        Returns:
            Nothing before the first reading.
        """
        if self._index is None:
            return ()
        motion = self._face.fade(now_ns).motion if self._seen else Motion.neutral()
        return (self._state(motion, now_ns, tracked=False),)

    def cut(self) -> None:
        """Nothing to do: a stream of states is never exchanged while it runs."""

    def _state(self, motion: Motion, captured_ns: int, *, tracked: bool) -> FaceState:
        emotions = EmotionScores.neutral()
        return FaceState(
            frame_index=self._index or 0,
            captured_ns=captured_ns,
            face_id=FACE_ID if self._seen else 0,
            tracked=tracked,
            confidence=float(tracked),
            blendshapes=motion.blendshapes,
            action_units=ActionUnits.neutral(),
            emotions=emotions,
            head_pose=motion.head_pose,
            gaze=motion.gaze,
            image_size=(0, 0),
            box=_NO_BOX,
            targets=self._retargeter.targets(motion.blendshapes, emotions),
        )


class TranslatorFactory:
    """Makes translators of one source.

    Args:
        source: whose readings they get.
        retargeter: what they begin with.
        loss: what becomes of a face that is lost.
    """

    action_units: tuple[str, ...] = ()

    def __init__(self, source: StateSource, retargeter: Retargeter, loss: LossConfig) -> None:
        self._source = source
        self._retargeter = retargeter
        self._loss = loss

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """(52,) how each shape is come by, as far as the sender has shown."""
        return self._source.capabilities

    def make(self, telemetry: Telemetry, *, live: bool = False) -> Translator:
        """A translator that has heard nothing yet; it has no stages to time and no threads."""
        return Translator(self._retargeter, self._loss)
