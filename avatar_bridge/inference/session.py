"""Running an exported net: the only module that opens an ONNX Runtime session."""

from collections.abc import Sequence

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from avatar_bridge.errors import ModelError
from avatar_bridge.inference.card import ModelCard
from avatar_bridge.inference.providers import choose_providers
from avatar_bridge.inference.store import InstalledModel
from avatar_bridge.types import Float32, Image

_ERRORS_ONLY = 3  # ONNX Runtime's severity scale
_INPUT = "image"


class Net:
    """One loaded net.

    Args:
        model: card and file.
        threads: threads of one run. They sleep between runs: spinning ones would double the
            latency of everything else on a small machine.

    Raises:
        ModelError: the file is no net, or its inputs are not what the card says.
    """

    def __init__(self, model: InstalledModel, threads: int = 1) -> None:
        self.card: ModelCard = model.card
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(model.file), options, providers=list(choose_providers())
            )
        except Exception as error:  # the library raises a dozen unrelated types
            raise ModelError(f"{model.file}: expected an ONNX net, got: {error}") from error
        inputs = self._session.get_inputs()
        wanted = [self.card.input.channels, self.card.input.size, self.card.input.size]
        if [i.name for i in inputs] != [_INPUT] or not _fits(inputs[0].shape[1:], wanted):
            got = [(i.name, i.shape) for i in inputs]
            raise ModelError(f"{model.file}: expected one input {_INPUT!r} {wanted}, got {got}")
        self._outputs = [output.name for output in self._session.get_outputs()]

    @property
    def provider(self) -> str:
        """The hardware that runs it, in ONNX Runtime's words."""
        return str(self._session.get_providers()[0])

    def run(self, image: Image) -> dict[str, Float32]:
        """Look at one picture.

        Args:
            image: (S, S, 3) uint8 BGR with the card's input size.

        Returns:
            The net's outputs by name, without the batch axis.
        """
        return {name: value[0] for name, value in self._run(prepare(image, self.card)).items()}

    def run_batch(self, pictures: NDArray[np.uint8]) -> dict[str, Float32]:
        """Look at several grey pictures at once.

        Args:
            pictures: (N, H, W) uint8; H and W are the card's size unless the net takes any.

        Returns:
            The net's outputs by name, with the batch axis.
        """
        return self._run(standardise(pictures[:, None], self.card))

    def _run(self, batch: Float32) -> dict[str, Float32]:
        outputs = self._session.run(self._outputs, {_INPUT: batch})
        return {
            name: np.asarray(value, np.float32)
            for name, value in zip(self._outputs, outputs, strict=True)
        }


def _fits(shape: Sequence[int | str | None], wanted: list[int]) -> bool:
    """Whether an input takes the wanted shape; a side that has no number takes any."""
    return len(shape) == len(wanted) and all(
        side == size for side, size in zip(shape, wanted, strict=True) if isinstance(side, int)
    )


def prepare(image: Image, card: ModelCard) -> NDArray[np.float32]:
    """A picture as the net takes it: (1, C, S, S) float32, standardised as the card says."""
    if card.input.channels == 1:
        planes = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[None]  # (1, S, S)
    else:
        planes = image[:, :, ::-1].transpose(2, 0, 1)  # (3, S, S) RGB
    return standardise(np.asarray(planes[None], np.uint8), card)


def standardise(planes: NDArray[np.uint8], card: ModelCard) -> NDArray[np.float32]:
    """Pixels (N, C, H, W) as the card says: mean and deviation of values scaled to [0, 1]."""
    scale = 1.0 / (255.0 * card.input.std)
    standard = planes.astype(np.float32) * scale - card.input.mean / card.input.std
    return np.ascontiguousarray(standard, np.float32)
