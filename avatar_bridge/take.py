"""A whole performance of one face as one value, whatever file it came from or goes to.

**Convention:** axes, units and orders are those of `avatar_bridge.types`. Rows are in the order of
time, one for each picture, also where no face was found: what such a row holds is no evidence,
and whoever makes curves of a take leaves it out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.clock import NS_PER_S
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import CIRCUMPLEX, EMOTIONS
from avatar_bridge.types import (
    ActionUnits,
    Blendshapes,
    EmotionScores,
    FaceState,
    Float32,
    Gaze,
    HeadPose,
)

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

DAY_NS = 24 * 60 * 60 * NS_PER_S
LEAST_FPS, MOST_FPS = 1e-6, 1e6  # beyond these a rate is a broken file's
_UNIT_TOLERANCE = 1e-3  # what float32 sums and quaternion lengths may be off by


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One performance of F rows, F at least 1.

    Attributes:
        times_ns: (F,) nanoseconds since time 0, not negative, strictly rising.
        fps: frames a second that its timecode counts, to the nearest whole number. The
            rows may stand otherwise: their times say where.
        tracked: (F,) whether a face was seen.
        weights: (F, 52) in [0, 1], in canonical order.
        start_ns: the time of day of time 0, in nanoseconds after midnight.
        subject: the performer's or the stream's name; may be empty.
        head_position: (F, 3) metres, or None where nobody told.
        head_orientation: (F, 4) unit quaternions x, y, z, w, or None.
        gaze: (F, 2, 2) left and right eye: yaw and pitch in radians, or None.
        eye_roll: (F, 2) left and right eye: how far each is twisted about its line of sight, in
            radians with the sign of Live Link Face, or None.
        action_unit_names: N nodes of `facs.action_units` that were read; may be none.
        action_units: (F, N) in [0, 1].
        emotions: (F, 7) rows that sum to 1, or None.
        confidence: (F,) in [0, 1], or None.
    """

    times_ns: Int64
    fps: float
    tracked: Bool
    weights: Float32
    start_ns: int = 0
    subject: str = ""
    head_position: Float32 | None = None
    head_orientation: Float32 | None = None
    gaze: Float32 | None = None
    eye_roll: Float32 | None = None
    action_unit_names: tuple[str, ...] = ()
    action_units: Float32 | None = None
    emotions: Float32 | None = None
    confidence: Float32 | None = None

    def __post_init__(self) -> None:
        count = len(self.times_ns)
        if not count:
            raise ValueError("Take: expected at least one row, got none")
        if not LEAST_FPS <= self.fps <= MOST_FPS:
            raise ValueError(f"Take.fps: expected {LEAST_FPS} to {MOST_FPS}, got {self.fps}")
        if not isinstance(self.start_ns, int) or not 0 <= self.start_ns < DAY_NS:
            raise ValueError(f"Take.start_ns: expected a time of day, got {self.start_ns}")
        unknown = [name for name in self.action_unit_names if name not in ACTION_UNIT_INDEX]
        if unknown:
            raise ValueError(f"Take.action_unit_names: expected known nodes, got {unknown}")
        self._keep("times_ns", (count,), np.int64)
        if self.times_ns[0] < 0 or (np.diff(self.times_ns) <= 0).any():
            raise ValueError("Take.times_ns: expected times that rise, got others")
        self._keep("tracked", (count,), np.bool_)
        self._keep("weights", (count, len(BLENDSHAPES)), np.float32, 0.0, 1.0)
        self._keep("head_position", (count, 3), np.float32)
        self._keep("head_orientation", (count, 4), np.float32)
        self._keep("gaze", (count, 2, 2), np.float32)
        self._keep("eye_roll", (count, 2), np.float32)
        if self.action_units is None and self.action_unit_names:
            raise ValueError("Take.action_units: expected those that are named, got none")
        names = len(self.action_unit_names)
        self._keep("action_units", (count, names), np.float32, 0.0, 1.0)
        self._keep("emotions", (count, len(EMOTIONS)), np.float32, 0.0, 1.0)
        self._keep("confidence", (count,), np.float32, 0.0, 1.0)
        if self.head_orientation is not None:
            _all_one("Take.head_orientation", np.linalg.norm(self.head_orientation, axis=1))
        if self.emotions is not None:
            _all_one("Take.emotions", self.emotions.sum(1))

    def __len__(self) -> int:
        return len(self.times_ns)

    @property
    def duration_s(self) -> float:
        """Seconds from the first row to the last."""
        return float(self.times_ns[-1] - self.times_ns[0]) / NS_PER_S

    @property
    def valence_arousal(self) -> Float32 | None:
        """(F, 2) each in [-1, 1], as `EmotionScores.valence_arousal`; None without emotions."""
        if self.emotions is None:
            return None
        places = np.array([CIRCUMPLEX[name] for name in EMOTIONS], np.float32)
        return np.asarray(self.emotions @ places, np.float32)

    def states(self) -> Iterator[FaceState]:
        """What a stream of this take would have carried, row by row, on the clock of its day."""
        for row in range(len(self)):
            yield self._state(row)

    def _state(self, row: int) -> FaceState:
        units = np.zeros(len(ACTION_UNIT_NAMES), np.float32)
        if self.action_units is not None:
            units[[ACTION_UNIT_INDEX[n] for n in self.action_unit_names]] = self.action_units[row]
        tracked = bool(self.tracked[row])
        confidence = float(self.confidence[row]) if self.confidence is not None else 1.0
        position = _row(self.head_position, row, (0, 0, 0))
        orientation = _row(self.head_orientation, row, (0, 0, 0, 1))
        return FaceState(
            frame_index=row,
            captured_ns=self.start_ns + int(self.times_ns[row]),
            face_id=1,
            tracked=tracked,
            confidence=confidence if tracked else 0.0,
            blendshapes=Blendshapes(self.weights[row]),
            action_units=ActionUnits(units),
            emotions=EmotionScores.neutral()
            if self.emotions is None
            else EmotionScores(self.emotions[row]),
            head_pose=HeadPose(position, orientation),
            gaze=Gaze(*_row(self.gaze, row, ((0, 0), (0, 0)))),
            image_size=(0, 0),
            box=np.zeros(4, np.float32),
        )

    def _keep(
        self,
        name: str,
        shape: tuple[int, ...],
        kind: Any,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        """Make one array a read-only copy, if it is of this shape and range."""
        value = getattr(self, name)
        if value is None:
            return
        array = np.array(value, dtype=kind)
        if array.shape != shape:
            raise ValueError(f"Take.{name}: expected shape {shape}, got {array.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"Take.{name}: expected finite numbers, got others")
        if low is not None and high is not None and array.size:
            smallest, largest = float(array.min()), float(array.max())
            if smallest < low or largest > high:
                raise ValueError(
                    f"Take.{name}: expected {low} to {high}, got {smallest} to {largest}"
                )
        array.setflags(write=False)
        object.__setattr__(self, name, array)


def take_of(
    states: Iterable[FaceState],
    fps: float,
    action_units: Sequence[str] = ACTION_UNIT_NAMES,
    *,
    start_ns: int = 0,
    subject: str = "",
) -> Take:
    """A take of what was seen of one face.

    Args:
        states: in the order of time; time 0 is the first one's.
        fps: see `Take`.
        action_units: nodes that the net reads; the others of a state mean nothing.
        start_ns: see `Take`.
        subject: see `Take`.

    Raises:
        ValueError: no state, or times that do not rise.
    """
    rows = list(states)
    columns = [ACTION_UNIT_INDEX[name] for name in action_units]
    first_ns = rows[0].captured_ns if rows else 0
    return Take(
        times_ns=np.array([row.captured_ns - first_ns for row in rows], np.int64),
        fps=fps,
        tracked=np.array([row.tracked for row in rows], np.bool_),
        weights=np.array([row.blendshapes.weights for row in rows]),
        start_ns=start_ns,
        subject=subject,
        head_position=np.array([row.head_pose.position for row in rows]),
        head_orientation=np.array([row.head_pose.orientation for row in rows]),
        gaze=np.array([(row.gaze.left, row.gaze.right) for row in rows]),
        action_unit_names=tuple(action_units),
        action_units=np.array([row.action_units.intensities[columns] for row in rows])
        if columns
        else None,
        emotions=np.array([row.emotions.probabilities for row in rows]),
        confidence=np.array([row.confidence for row in rows]),
    )


def _all_one(name: str, lengths: Any) -> None:
    worst = float(lengths[np.abs(lengths - 1.0).argmax()])
    if abs(worst - 1.0) > _UNIT_TOLERANCE:
        raise ValueError(f"{name}: expected 1 in all, got {worst}")


def _row(values: Float32 | None, row: int, otherwise: Any) -> Any:
    return np.array(otherwise, np.float32) if values is None else values[row]
