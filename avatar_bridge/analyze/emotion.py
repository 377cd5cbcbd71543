"""An emotion net beside the face net: it looks once more at the face, and only at its feeling.

**Convention:** the crop is the one the net was taught on: a square of `margin` face boxes, upright
in the face's own axes, its middle `lift` face boxes above the face box's, all from the card.
"""

import numpy as np

from avatar_bridge.errors import ModelError
from avatar_bridge.facs.emotions import CONTEMPT, EMOTION_INDEX, EMOTIONS, LABELS
from avatar_bridge.geometry import average_face, face_box
from avatar_bridge.inference.session import Net
from avatar_bridge.types import EmotionScores, Float32, Image, Landmarks

TASK = "emotion"
OUTPUT = "emotions"
_SUM_TOLERANCE = 1e-2  # what a net in half precision may be off by


class EmotionNetReader:
    """Runs a net whose card says task "emotion"; outputs other than `emotions` are let be.

    The wire has no contempt, and no avatar a prototype of it. Its probability goes to neutral,
    which invents no feeling; dropped, it would raise the six others in its stead.

    Raises:
        ModelError: the net does another task, its card names neither the seven emotions nor those
            and contempt, or its output is not what the card says.
    """

    def __init__(self, net: Net) -> None:
        card = net.card
        if card.task != TASK or sorted(card.emotions) not in (sorted(EMOTIONS), sorted(LABELS)):
            raise ModelError(
                f"model {card.name!r}: expected an {TASK} net with the emotions "
                f"{', '.join(EMOTIONS)} and perhaps {CONTEMPT}, got task {card.task!r} and the "
                f"emotions {', '.join(card.emotions) or 'none'}"
            )
        self._net = net
        self._check_output()
        self._to_wire = _to_wire(card.emotions)

    def _check_output(self) -> None:
        """Try the net once: what it gives has to be what its card says."""
        card = self._net.card
        outputs = self._net.run(np.zeros((card.input.size, card.input.size, 3), np.uint8))
        scores = outputs.get(OUTPUT)
        labels = len(card.emotions)
        if scores is None or scores.shape != (labels,):
            shapes = {name: value.shape for name, value in outputs.items()}
            raise ModelError(
                f"model {card.name!r}: expected an output {OUTPUT!r} of shape {(labels,)}, "
                f"got {shapes}"
            )
        total = float(scores.sum())
        if not (scores.min() >= 0.0 and abs(total - 1.0) <= _SUM_TOLERANCE):
            raise ModelError(
                f"model {card.name!r}: expected probabilities that sum to 1, got {scores.min():.2f}"
                f" to {scores.max():.2f} with a sum of {total:.2f}"
            )

    def read(self, image: Image, landmarks: Landmarks) -> EmotionScores:
        spec = self._net.card.input
        box, roll = face_box(landmarks.points)
        crop = average_face(image, box, roll, spec.margin, spec.size, spec.lift)
        scores = self._net.run(crop)[OUTPUT] @ self._to_wire  # (7,)
        return EmotionScores(scores / scores.sum())


def _to_wire(labels: tuple[str, ...]) -> Float32:
    """(len(labels), 7) zeros and ones: to which emotion of the wire each of a net's labels goes."""
    places = np.zeros((len(labels), len(EMOTIONS)), np.float32)
    for row, label in enumerate(labels):
        places[row, EMOTION_INDEX["neutral" if label == CONTEMPT else label]] = 1.0
    return places
