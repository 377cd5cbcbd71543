"""Running an exported net: the only module that opens an ONNX Runtime session."""

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
                str(model.onnx), options, providers=list(choose_providers())
            )
        except Exception as error:  # the library raises a dozen unrelated types
            raise ModelError(f"{model.onnx}: expected an ONNX net, got: {error}") from error
        inputs = self._session.get_inputs()
        wanted = [self.card.input.channels, self.card.input.size, self.card.input.size]
        if [i.name for i in inputs] != [_INPUT] or list(inputs[0].shape[1:]) != wanted:
            got = [(i.name, i.shape) for i in inputs]
            raise ModelError(f"{model.onnx}: expected one input {_INPUT!r} {wanted}, got {got}")
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
        batch = prepare(image, self.card)
        outputs = self._session.run(self._outputs, {_INPUT: batch})
        return {
            name: np.asarray(value[0], np.float32)
            for name, value in zip(self._outputs, outputs, strict=True)
        }


def prepare(image: Image, card: ModelCard) -> NDArray[np.float32]:
    """A picture as the net takes it: (1, C, S, S) float32, standardised as the card says."""
    if card.input.channels == 1:
        planes = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[None]  # (1, S, S)
    else:
        planes = image[:, :, ::-1].transpose(2, 0, 1)  # (3, S, S) RGB
    scale = 1.0 / (255.0 * card.input.std)
    standard = planes.astype(np.float32) * scale - card.input.mean / card.input.std
    return np.ascontiguousarray(standard[None], np.float32)
