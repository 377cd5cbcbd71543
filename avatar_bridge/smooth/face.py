"""One face in time: smoothed while it is seen, fading while it is lost, blended in when back."""

from dataclasses import dataclass

import numpy as np

from avatar_bridge.clock import NS_PER_S
from avatar_bridge.config import LossConfig
from avatar_bridge.smooth.base import Envelope, Smoothing
from avatar_bridge.smooth.blend import Blend, jumped
from avatar_bridge.smooth.decay import fade, remaining
from avatar_bridge.types import EmotionScores, Motion

_NEUTRAL = EmotionScores.neutral().probabilities


@dataclass(frozen=True, slots=True, eq=False)
class Faded:
    """What is shown of a lost face.

    Attributes:
        left: in [0, 1], how much of the last expression is left.
    """

    left: float
    motion: Motion
    emotions: EmotionScores


class FaceInTime:
    """What an avatar shows of one face, from frame to frame.

    While the face is seen, `feel` and then `move` are called once a frame; while it is lost,
    `fade`, and `rest` once nothing is left of it. All times are capture times, on one clock; one
    that was set back counts as no time at all.

    Args:
        smoothing: makes its filters.
        loss: how it fades and comes back.
    """

    def __init__(self, smoothing: Smoothing, loss: LossConfig) -> None:
        self._smoothing = smoothing
        self._loss = loss
        self._motion_filter = smoothing.motion()
        self._emotion_filter = smoothing.emotions()
        self._stamp_ns: int | None = None  # the last one that came
        self._now_ns = 0  # time of the face at that stamp; those below are on it
        self._seen_ns: int | None = None  # when the face was last seen
        self._shown_ns = 0  # when its avatar was last told anything
        self._lost = False
        self._anew = False  # whether the next frame has to be blended in, with fresh filters
        # Of the last frame in which it was seen: what it did, and what its avatar showed; and
        # what its avatar showed last of all.
        self._target = self._last = self._shown = Motion.neutral()
        self._felt = EmotionScores.neutral()  # when it was last seen
        self._blend: tuple[Blend, int] | None = None  # and when it began

    def feel(self, emotions: EmotionScores, now_ns: int, envelope: Envelope) -> EmotionScores:
        """The emotions of a face that is seen."""
        now_ns = self._on_to(now_ns)
        if self._lost or self._anew:  # go on from what is left of the last ones
            self._emotion_filter = self._smoothing.emotions()
            faded = self._faded_emotions(self._left(self._shown_ns))
            self._emotion_filter.smooth(faded, 0.0, envelope)
        elapsed_s = (now_ns - self._shown_ns) / NS_PER_S
        self._felt = self._emotion_filter.smooth(emotions, elapsed_s, envelope)
        return self._felt

    def move(self, motion: Motion, now_ns: int) -> Motion:
        """The motion of a face that is seen."""
        now_ns = self._on_to(now_ns)
        away_s = 0.0 if self._seen_ns is None else (now_ns - self._seen_ns) / NS_PER_S
        length_s = self._blend_length(motion, away_s)
        # What the filter remembers may be of no use any more.
        if self._anew or length_s >= self._loss.return_s:
            self._motion_filter = self._smoothing.motion()
        target = shown = self._motion_filter.smooth(motion, away_s)
        if length_s > 0.0:
            self._blend = Blend.between(self._shown, target, length_s), self._shown_ns
        if self._blend:
            blend, since_ns = self._blend
            age_s = (now_ns - since_ns) / NS_PER_S
            shown = blend.apply(target, age_s)
            if age_s >= blend.length_s:
                self._blend = None
        self._target, self._last, self._shown = target, shown, shown
        self._lost = self._anew = False
        self._seen_ns = self._shown_ns = now_ns
        return shown

    def fade(self, now_ns: int) -> Faded:
        """What is left of a face that is not seen any more."""
        now_ns = self._on_to(now_ns)
        left = self._left(now_ns)
        self._lost, self._shown_ns = True, now_ns
        self._shown = fade(self._last, left)
        return Faded(left, self._shown, self._faded_emotions(left))

    def begin_anew(self, smoothing: Smoothing) -> None:
        """Use fresh filters from the next frame in which the face is seen, and blend it in."""
        self._smoothing = smoothing
        self._anew = True

    def rest(self, now_ns: int) -> None:
        """Nothing is shown of the face any more: its avatar stays as it was."""
        self._shown_ns = self._on_to(now_ns)

    def _on_to(self, stamp_ns: int) -> int:
        """The face's own time at a stamp: it goes on with the stamps, but not back with them."""
        if self._stamp_ns is not None:
            self._now_ns += max(0, stamp_ns - self._stamp_ns)
        self._stamp_ns = stamp_ns
        return self._now_ns

    def _blend_length(self, motion: Motion, away_s: float) -> float:
        """Seconds for which this frame's motion has to be blended in; 0 for not at all.

        A face that was away for a frame or two comes back as quickly: no lag can be seen. What
        is left of an earlier blend keeps its time.
        """
        if self._seen_ns is None:
            return 0.0
        if self._anew or jumped(self._target.head_pose, motion.head_pose, away_s):
            return self._loss.return_s
        if not self._lost:
            return 0.0
        pending_s = 0.0
        if self._blend:
            blend, since_ns = self._blend
            pending_s = blend.length_s - (self._seen_ns - since_ns) / NS_PER_S
        return min(max(away_s, pending_s), self._loss.return_s)

    def _left(self, now_ns: int) -> float:
        lost_s = 0.0 if self._seen_ns is None else (now_ns - self._seen_ns) / NS_PER_S
        return remaining(lost_s, self._loss.hold_s, self._loss.decay_s)

    def _faded_emotions(self, left: float) -> EmotionScores:
        felt = self._felt.probabilities
        return EmotionScores(_NEUTRAL + (felt - _NEUTRAL) * np.float32(left))
