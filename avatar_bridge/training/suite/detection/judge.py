"""What a detector found, against what there is: matches, recall, precision, points."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.geometry import box_overlap
from avatar_bridge.training.suite.detection.scene import Scene
from avatar_bridge.types import Detection, Float32

SAME = 0.4  # IoU from which on a box counts as that of a face


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """One picture and what was found in it, the surest first.

    Attributes:
        scene: the picture.
        found: detections that count; one of a face that nobody marked is left out.
        face_of: for each, the number of its face, or -1 for a false alarm.
    """

    scene: Scene
    found: tuple[Detection, ...]
    face_of: tuple[int, ...]

    @property
    def missed(self) -> tuple[int, ...]:
        """Numbers of the faces that were not found."""
        return tuple(face for face in range(len(self.scene.boxes)) if face not in self.face_of)

    @property
    def false_alarms(self) -> int:
        """How many detections show no face, or one that was found already."""
        return self.face_of.count(-1)


def judge(scene: Scene, found: Sequence[Detection]) -> Verdict:
    """Give each detection, the surest first, the free face that it overlaps most.

    A detection that overlaps no marked face, but one of the scene's others, is left out.
    """
    counted: list[Detection] = []
    faces: list[int] = []
    for detection in sorted(found, key=lambda d: -d.score):
        overlaps = [
            0.0 if face in faces else box_overlap(detection.box, box)
            for face, box in enumerate(scene.boxes)
        ]
        best = int(np.argmax(overlaps)) if overlaps else -1
        if best >= 0 and overlaps[best] >= SAME:
            counted.append(detection)
            faces.append(best)
        elif not any(box_overlap(detection.box, box) >= SAME for box in scene.others):
            counted.append(detection)
            faces.append(-1)
    return Verdict(scene, tuple(counted), tuple(faces))


def recall(verdicts: Sequence[Verdict], group: str | None = None) -> tuple[float, int]:
    """Share of the faces of a group that were found, and how many there are; NaN of none."""
    hits = [
        face in verdict.face_of
        for verdict in verdicts
        for face in range(len(verdict.scene.boxes))
        if group is None or group in verdict.scene.groups[face]
    ]
    return (float(np.mean(hits)) if hits else float("nan")), len(hits)


def precision(verdicts: Sequence[Verdict]) -> float:
    """Share of the detections that show a face; NaN where there is none."""
    faces = [face for verdict in verdicts for face in verdict.face_of]
    return float(np.mean([face >= 0 for face in faces])) if faces else float("nan")


def average_precision(verdicts: Sequence[Verdict]) -> float:
    """Area under precision over recall, each precision the best of that recall or more.

    Everingham et al., "The PASCAL Visual Object Classes Challenge" (2010), section 3.4 of its
    2012 development kit. The curve ends where the detector's own threshold ends it.
    """
    pairs = [
        (detection.score, face >= 0)
        for verdict in verdicts
        for detection, face in zip(verdict.found, verdict.face_of, strict=True)
    ]
    faces = sum(len(verdict.scene.boxes) for verdict in verdicts)
    if not pairs or not faces:
        return 0.0
    hits = np.array([hit for _, hit in sorted(pairs, key=lambda pair: -pair[0])], np.float64)
    right = hits.cumsum()
    precisions = right / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precisions[::-1])[::-1]
    return float((envelope * hits).sum() / faces)


def point_errors(verdicts: Sequence[Verdict]) -> NDArray[np.float64]:
    """(N,) root mean square errors of the five points of every found face that has them.

    In distances of the middles of the eyes, as they are seen: of a head that is turned aside
    they lie near each other, and its errors weigh more.
    """
    errors = [
        _root_mean_square(detection.points, verdict.scene.points[face])
        for verdict in verdicts
        for detection, face in zip(verdict.found, verdict.face_of, strict=True)
        if face >= 0 and detection.points is not None and verdict.scene.points is not None
    ]
    return np.array(errors, np.float64)


def _root_mean_square(said: Float32, true: Float32) -> float:
    apart = float(np.linalg.norm(true[1] - true[0]))
    return float(np.sqrt(np.mean(np.sum((said - true) ** 2, axis=1)))) / apart
