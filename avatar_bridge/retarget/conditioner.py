"""From what a net read to what the face did: head turned, eye hidden, this person's own range.

In this order, since each step counts on the one before: the bias of a turned head is taken back
(`pose`), a doubtful eye follows the other (`occlusion`), and what is left is told in the person's
own range (`calibration`). What a net read is published as it is; only weights, gaze and head are
made of the result.
"""

from dataclasses import dataclass, replace

import numpy as np

from avatar_bridge.inference.pose_bias import PoseBias
from avatar_bridge.retarget.calibration import Calibration, Normaliser
from avatar_bridge.retarget.measure import Sight
from avatar_bridge.retarget.occlusion import Occlusion, follow, occlusion_rules
from avatar_bridge.retarget.pose import PoseCorrection, turn_of
from avatar_bridge.types import ActionUnits, FaceAnalysis, FaceState, Gaze


@dataclass(frozen=True, slots=True, eq=False)
class Conditioned:
    """A look at a face, ready for the mapping.

    Attributes:
        analysis: with units, gaze and head as they count.
        confidence: in [0, 1]: the presence, less what doubtful eyes take of it.
    """

    analysis: FaceAnalysis
    confidence: float


class Conditioner:
    """Applies the three steps; remembers nothing.

    Args:
        bias: what a turned head does to the net's readings; None takes nothing back.
        calibration: of the person; None is anyone.
        occlusion: whether doubtful eyes follow the other.
    """

    def __init__(
        self,
        bias: PoseBias | None = None,
        calibration: Calibration | None = None,
        *,
        occlusion: bool = True,
    ) -> None:
        self.calibration = calibration
        self._bias = bias
        self._pose = PoseCorrection(bias) if bias else None
        self._occlusion = Occlusion(occlusion_rules()) if occlusion else None
        self._own = Normaliser(calibration) if calibration else None

    def calibrated(self, calibration: Calibration | None) -> "Conditioner":
        """The same for another person."""
        return Conditioner(self._bias, calibration, occlusion=self._occlusion is not None)

    def condition(
        self, analysis: FaceAnalysis, image_size: tuple[int, int] | None = None
    ) -> Conditioned:
        """What the face did.

        Args:
            analysis: what the net read.
            image_size: width and height of the frame; None where nothing of it is cut off.
        """
        yaw, pitch = turn_of(analysis.head_pose.orientation)
        units = analysis.action_units.intensities
        angles = np.concatenate([analysis.gaze.left, analysis.gaze.right])
        confidence = analysis.presence
        if self._pose:
            units, angles = self._pose.straighten(units, angles, self._pose.terms(yaw, pitch))
        if self._occlusion:
            doubts = self._occlusion.doubts(units, yaw, analysis.landmarks, image_size)
            if any(doubts):
                units, angles = follow(units, angles, doubts)
                confidence *= self._occlusion.confidence(doubts)
        pose = analysis.head_pose
        if self._own:
            units, angles = self._own.units(units), self._own.gaze(angles)
            pose = self._own.head(pose)
        gaze = Gaze(angles[:2], angles[2:])
        seen = replace(analysis, action_units=ActionUnits(units), gaze=gaze, head_pose=pose)
        return Conditioned(seen, confidence)

    def sight(self, state: FaceState) -> Sight | None:
        """What a calibration measures of a state that this made; None where no face was seen."""
        if not state.tracked:
            return None
        pose = self._own.raw_head(state.head_pose) if self._own else state.head_pose
        angles = np.concatenate([state.gaze.left, state.gaze.right])  # straightened already
        units = state.action_units.intensities
        if self._pose:
            terms = self._pose.terms(*turn_of(pose.orientation))
            units, _ = self._pose.straighten(units, angles, terms)
        gaze = self._own.raw_gaze(angles) if self._own else angles
        return Sight(units, pose.orientation, gaze)
