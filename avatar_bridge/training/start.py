"""Beginning with weights that were learned before: another run's, or those of an exported net."""

import logging
import tomllib
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.card import load_card
from avatar_bridge.training.checkpoint import CHECKPOINT, read

logger = logging.getLogger(__name__)
_PREFIX = "net."  # of names in an exported graph, which wraps the net
_WHOLE_AGAIN = "_DequantizeLinear_Output"  # what the quantiser adds to a weight's name
_OTHERS = "start: expected the layers of this recipe's net, got another net's"


def start_from(start: str, net: nn.Module, runs: Path, pictures: Callable[[], Tensor]) -> None:
    """Put earlier weights into a fresh net.

    Args:
        start: name of a run, path of a run's folder, or path of an exported `.onnx`.
        net: to begin with. Weights of the same name and shape are taken over, and rows of action
            units by the units' names; a net with a `load_fronts` decides itself.
        runs: folder of runs.
        pictures: gives (B, C, S, S) standardised ones, to see how large the activations are.

    Raises:
        ConfigError: no such run or file, or nothing in it fits the net.
        ModelError: an exported net without a card.
    """
    path = Path(start)
    if path.suffix == ".onnx":
        _unfold(path, net, pictures())
        return
    folder = path if (path / CHECKPOINT).is_file() else runs / start
    state = read(folder / CHECKPOINT)
    weights = state.get("best") or state["average"]
    load_fronts = getattr(net, "load_fronts", None)
    if callable(load_fronts):
        load_fronts(weights)
        logger.info("took over the fronts of %s", folder)
        return
    taken = _by_name(weights, net, _kept_units(folder))
    if not taken:
        raise ConfigError(f"start: expected weights that fit the net, got another one's: {folder}")
    logger.info("took over %d of %d tensors of %s", taken, len(net.state_dict()), folder)


def _kept_units(folder: Path) -> tuple[str, ...]:
    """The action units of a run, by the recipe that it keeps."""
    kept = folder / "recipe.toml"
    values = tomllib.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    return tuple(values.get("action_units", ()))


@torch.no_grad()
def _by_name(named: Mapping[str, Tensor], net: nn.Module, units: tuple[str, ...]) -> int:
    """Take over tensors of the same name; gives how many.

    Where old and new net read other action units, rows go by the units' names: a tensor has rows
    of units if it is as long as the old net has units.
    """
    wanted: tuple[str, ...] = tuple(getattr(net, "action_units", ()))
    taken = 0
    for name, own in net.state_dict().items():
        if name not in named:
            continue
        value = named[name]
        of_units = own.ndim > 0 and len(own) == len(wanted) and len(value) == len(units)
        if of_units and units != wanted and own.shape[1:] == value.shape[1:]:
            for row, unit in enumerate(units):
                if unit in wanted:
                    own[wanted.index(unit)] = value[row]
            taken += 1
        elif value.shape == own.shape:
            own.copy_(value)
            taken += 1
    return taken


@torch.no_grad()
def _unfold(path: Path, net: nn.Module, pictures: Tensor) -> None:
    """Undo an export: convolutions that swallowed their batch norm get it back.

    In training a batch norm divides by what it sees. It gets the mean and the spread of some
    pictures as its own scale, so that it changes nothing at first.
    """
    if not path.is_file():
        raise ConfigError(f"expected an exported net at {path}, got no such file")
    try:
        graph = onnx.load(str(path)).graph
    except Exception as error:  # protobuf's own
        raise ConfigError(f"{path}: expected an exported net, got: {error}") from error
    arrays = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    for node in graph.node:  # equal weights are stored once
        if node.op_type == "Identity" and node.input[0] in arrays:
            arrays[node.output[0]] = arrays[node.input[0]]
    for node in graph.node:  # int8 weights, to within half a step
        if node.op_type == "DequantizeLinear" and node.input[0] in arrays:
            axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
            name = node.output[0].removesuffix(_WHOLE_AGAIN)
            steps, scale, zero = (arrays[part] for part in node.input)
            arrays[name] = arrays[node.output[0]] = _whole(steps, scale, zero, axis)
    named = {
        name.removeprefix(_PREFIX): value
        for name, value in arrays.items()
        if name.startswith(_PREFIX)
    }
    _by_name(named, net, load_card(path.with_suffix(".toml")).action_units)
    layers = [
        (node.op_type, names)
        for node in graph.node
        if node.op_type in ("Conv", "MatMul")
        for names in [[name.removesuffix(_WHOLE_AGAIN) for name in node.input[1:]]]
        if names[0] in arrays and not names[0].startswith(_PREFIX)
    ]
    if any(node.op_type == "DequantizeLinear" for node in graph.node):
        # The quantiser shuffles branches; the numbers in the names still count as the layers ran.
        layers.sort(key=lambda layer: int(layer[1][0].rpartition("_")[2]))
    nameless = {
        kind: deque([arrays[name] for name in names] for op, names in layers if op == kind)
        for kind in ("Conv", "MatMul")
    }
    _by_order(nameless, named, net, pictures)
    if any(nameless.values()):
        raise ConfigError(f"{path}: {_OTHERS}")
    logger.info("took over the weights of %s", path)


def _whole(steps: Tensor, scale: Tensor, zero: Tensor, axis: int) -> Tensor:
    """What integers of one scale, or of one for each slice along an axis, stand for."""
    shape = [-1 if place == axis else 1 for place in range(steps.ndim)] if scale.ndim else []
    return (steps.float() - zero.float().reshape(shape)) * scale.reshape(shape)


def _by_order(
    nameless: Mapping[str, deque[list[Tensor]]],
    named: Mapping[str, Tensor],
    net: nn.Module,
    pictures: Tensor,
) -> None:
    """Layers that lost their names in the export, in the order in which they run."""
    folded: list[Tensor] = []  # the bias that the next batch norm takes

    def next_for(layer: nn.Conv2d | nn.Linear) -> list[Tensor]:
        waiting = nameless["MatMul" if isinstance(layer, nn.Linear) else "Conv"]
        found = waiting.popleft() if waiting else []
        shape = layer.weight.shape
        if isinstance(layer, nn.Linear):
            found = [part.T for part in found]
        if not found or found[0].shape != shape:
            raise ConfigError(_OTHERS)
        layer.weight.copy_(found[0])
        return found[1:]

    def before(name: str, layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        if isinstance(layer, nn.Conv2d):
            folded[:] = [] if f"{name}.weight" in named else next_for(layer)
        elif isinstance(layer, nn.Linear) and f"{name}.weight" not in named:
            # One whose bias is not there either is new: the file knows nothing of it.
            if layer._parameters.get("bias") is None or f"{name}.bias" in named:
                next_for(layer)
        elif isinstance(layer, nn.BatchNorm2d) and folded:
            variance, mean = torch.var_mean(inputs[0].float(), dim=(0, 2, 3), correction=0)
            assert layer.running_mean is not None and layer.running_var is not None
            layer.running_mean.copy_(mean)
            layer.running_var.copy_(variance)
            layer.weight.copy_((variance + layer.eps).sqrt())
            layer.bias.copy_(folded.pop() + mean)

    hooks = [
        layer.register_forward_pre_hook(partial(before, name))
        for name, layer in net.named_modules()
    ]
    training = net.training
    try:
        net.eval()(pictures)
    finally:
        net.train(training)
        for hook in hooks:
            hook.remove()
