"""An installed detection net, checked: what the cascade and the single-shot detector run."""

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import ModelError
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.types import Float32

TASK = "detection"


class DetectionNet:
    """A net that gives scores and boxes for grey pictures.

    Attributes:
        size: side in pixels of the picture, or of the window that is moved over it.
        threshold: the score from which it says that there is a face, from its card.

    Args:
        name: of the installed net.
        outputs: what it has to give.
        models: where it lies.
        threads: threads of one run.

    Raises:
        ModelError: not installed, for another task, for coloured pictures, or without a threshold
            or an output.
    """

    def __init__(
        self, name: str, outputs: tuple[str, ...], models: ModelStore, threads: int
    ) -> None:
        self._net = Net(models.find(name), threads)
        card = self._net.card
        if card.task != TASK or card.threshold is None or card.input.channels != 1:
            raise ModelError(
                f"model {name!r}: expected a {TASK} net of grey pictures with a threshold on its "
                f"card, got task {card.task!r}, {card.input.channels} channels and threshold "
                f"{card.threshold}"
            )
        self.size = card.input.size
        self.threshold = card.threshold
        given = self.run(np.zeros((1, self.size, self.size), np.uint8))
        if not given.keys() >= set(outputs):
            raise ModelError(
                f"model {name!r}: expected the outputs {', '.join(outputs)}, got {', '.join(given)}"
            )

    def run(self, pictures: NDArray[np.uint8]) -> dict[str, Float32]:
        """Look at pictures (N, H, W); outputs by name, with the batch axis."""
        return self._net.run_batch(pictures)
