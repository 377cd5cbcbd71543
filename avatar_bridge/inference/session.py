"""Running an exported net: the only module that opens an ONNX Runtime session."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from avatar_bridge.errors import ModelError
from avatar_bridge.inference.card import ModelCard
from avatar_bridge.inference.providers import CPU, CUDA, choose_providers
from avatar_bridge.inference.store import InstalledModel
from avatar_bridge.types import Float32, Image

_ERRORS_ONLY = 3  # ONNX Runtime's severity scale
_INPUT = "image"
_CONDITION = "condition"
_GENERATED, _FLOW = "generated", "flow"


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
        self._session = _open(model, threads, choose_providers())
        inputs = self._session.get_inputs()
        wanted = [self.card.input.channels, self.card.input.size, self.card.input.size]
        if [i.name for i in inputs] != [_INPUT] or not _fits(inputs[0].shape[1:], wanted):
            got = [(i.name, i.shape) for i in inputs]
            raise ModelError(f"{model.file}: expected one input {_INPUT!r} {wanted}, got {got}")
        self._outputs = [output.name for output in self._session.get_outputs()]
        on_card = self.provider == CUDA
        self._kept = KeptPlaces(self._session, (1, *wanted), "cuda") if on_card else None

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
        outputs = self._named(self._kept.run(batch)) if self._kept else self._run(batch)
        return {name: value[0] for name, value in outputs.items()}

    def run_batch(self, pictures: NDArray[np.uint8]) -> dict[str, Float32]:
        """Look at several grey pictures at once.

        Args:
            pictures: (N, H, W) uint8; H and W are the card's size unless the net takes any.

        Returns:
            The net's outputs by name, with the batch axis.
        """
        return self._run(standardise(pictures[:, None], self.card))

    def _run(self, batch: Float32) -> dict[str, Float32]:
        return self._named(self._session.run(self._outputs, {_INPUT: batch}))

    def _named(self, outputs: Sequence[Float32]) -> dict[str, Float32]:
        return {
            name: np.asarray(value, np.float32)
            for name, value in zip(self._outputs, outputs, strict=True)
        }


class KeptPlaces:
    """Runs of one net from and to places of its own (IO binding).

    On a graphics card nothing is then made anew for a frame. On a processor it is worth nothing
    (`benchmarks/session.py`); there `Net` does without, and several threads may share one.

    Args:
        session: of a net with one input.
        shape: of what is given it.
        device: where it runs, in ONNX Runtime's words: `cuda` or `cpu`.
    """

    def __init__(
        self, session: onnxruntime.InferenceSession, shape: tuple[int, ...], device: str
    ) -> None:
        self._session = session
        self._given = onnxruntime.OrtValue.ortvalue_from_shape_and_type(shape, np.float32, device)
        self._binding = session.io_binding()
        self._binding.bind_ortvalue_input(_INPUT, self._given)
        for output in session.get_outputs():
            self._binding.bind_output(output.name, device)

    def run(self, batch: Float32) -> list[Float32]:
        """The outputs for a batch of the kept shape."""
        self._given.update_inplace(batch)
        self._session.run_with_iobinding(self._binding)
        outputs: list[Float32] = self._binding.copy_outputs_to_cpu()
        return outputs


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a generator made of a picture.

    Attributes:
        luminance: (S, S) in [0, 255].
        flow: (S, S, 2) from how many pixels to the right and down each pixel of the picture was
            taken before it was changed; None where nothing was moved.
    """

    luminance: Float32
    flow: Float32 | None = None

    @property
    def plane(self) -> NDArray[np.uint8]:
        """(S, S) the luminance in whole grey levels."""
        return np.rint(self.luminance).astype(np.uint8)


class GeneratorNet:
    """One loaded net that makes a picture of a picture and a condition.

    **Convention:** the picture that it gives is scaled as the one that it takes.

    Args:
        model: card and file; the card's `conditions` name what the condition holds.
        threads: threads of one run.

    Raises:
        ModelError: the file is no net, or it does not take or give what the card says.
    """

    def __init__(self, model: InstalledModel, threads: int = 1) -> None:
        self.card: ModelCard = model.card
        # Beside the nets that make the weights: a graphics card is theirs.
        self._session = _open(model, threads, (CPU,))
        side = self.card.input.size
        picture, names = [1, side, side], [len(self.card.conditions)]
        flow = [2, side, side]  # of those that move the picture
        inputs = {i.name: i.shape[1:] for i in self._session.get_inputs()}
        outputs = {o.name: o.shape[1:] for o in self._session.get_outputs()}
        if (
            inputs.keys() != {_INPUT, _CONDITION}
            or self.card.input.channels != 1
            or not _fits(inputs[_INPUT], picture)
            or not _fits(inputs[_CONDITION], names)
            or not _fits(outputs.get(_GENERATED, []), picture)
            or not _fits(outputs.get(_FLOW, flow), flow)
        ):
            raise ModelError(
                f"{model.file}: expected inputs {_INPUT!r} {picture} and {_CONDITION!r} {names} "
                f"and outputs {_GENERATED!r} {picture} and, if it moves the picture, {_FLOW!r} "
                f"{flow}, got {inputs} and {outputs}"
            )
        self._outputs = [name for name in (_GENERATED, _FLOW) if name in outputs]

    def run(self, picture: NDArray[np.uint8], condition: Float32) -> Made:
        """Make one picture.

        Args:
            picture: (S, S) uint8 luminance with the card's input size.
            condition: (N,) in the order of the card's `conditions`, each in [0, 1].
        """
        fed = {_INPUT: standardise(picture[None, None], self.card), _CONDITION: condition[None]}
        made, *flow = self._session.run(self._outputs, fed)
        spec = self.card.input
        luminance = (np.asarray(made, np.float32)[0, 0] * spec.std + spec.mean) * 255.0
        luminance = np.asarray(np.clip(luminance, 0.0, 255.0), np.float32)
        if not flow:
            return Made(luminance)
        half_sides = np.asarray(flow[0], np.float32)[0].transpose(1, 2, 0)
        return Made(luminance, half_sides * np.float32(spec.size / 2))


def _open(
    model: InstalledModel, threads: int, providers: tuple[str, ...]
) -> onnxruntime.InferenceSession:
    # By `benchmarks/session.py`: arena and memory patterns make no difference. Two threads that
    # sleep gain next to nothing for a third more of the processor; two that spin gain 18% for 2.4
    # times as much, which the capture, the sinks and an engine want.
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(model.file), options, providers=list(providers))
    except Exception as error:  # the library raises a dozen unrelated types
        raise ModelError(f"{model.file}: expected an ONNX net, got: {error}") from error


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
