"""The training loop: one run of one recipe, which may be killed and go on."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import torch

from avatar_bridge.nets.face.base import FaceNet
from avatar_bridge.training.average import Average
from avatar_bridge.training.build import (
    first_batches,
    make_net,
    make_stream,
    mean_shape,
    normalise,
    unit_spread,
)
from avatar_bridge.training.checkpoint import CHECKPOINT, Place, restore, save
from avatar_bridge.training.datasets.faces import FaceBatch, FaceStream
from avatar_bridge.training.datasets.source import FaceSource
from avatar_bridge.training.losses import FaceLoss, FaceLosses
from avatar_bridge.training.recipe import Recipe
from avatar_bridge.training.schedule import Schedule

logger = logging.getLogger(__name__)
_PREFETCH = 4  # batches that are made ahead
_IMAGE_DIMENSIONS = 4
_NO_DECAY_DIMENSIONS = 1  # biases and norms are not pulled to zero


@dataclass(frozen=True, slots=True)
class Report:
    """What the loop tells after a step.

    Attributes:
        step: steps done.
        progress: share of the run in [0, 1].
        losses: parts of the loss of that step.
        images_per_second: since this start of the run.
    """

    step: int
    progress: float
    losses: FaceLosses
    images_per_second: float


def fit(
    recipe: Recipe,
    sources: tuple[FaceSource, ...],
    folder: Path,
    tell: Callable[[Report], None] = lambda report: None,
    judge: Callable[[FaceNet, int], None] = lambda net, step: None,
    stop_after: int | None = None,
) -> FaceNet:
    """Train, or go on training, a recipe's net.

    Args:
        recipe: what to do.
        sources: the recipe's data.
        folder: where the checkpoint lies.
        tell: called after every step.
        judge: called with the averaged net and the step whenever a checkpoint was written.
        stop_after: leave after so many steps in all, as if killed, for tests and trials.

    Returns:
        The averaged net.
    """
    torch.manual_seed(recipe.seed)
    if recipe.optim.threads:
        torch.set_num_threads(recipe.optim.threads)
    cv2.setNumThreads(1)  # crops are small: threads would only get in torch's way
    stream = make_stream(recipe, sources)
    mean, spread = unit_spread(recipe, sources)
    net = make_net(recipe)
    net.start_at(*mean_shape(first_batches(stream)), mean)
    _order_channels_last(net)
    average = Average(net, recipe.optim.average)
    optimizer = _optimizer(net, recipe)
    loss = FaceLoss(recipe.loss, recipe.action_units, spread)
    schedule = Schedule(recipe.optim)
    path = folder / CHECKPOINT
    place = restore(path, net, average, optimizer) if path.is_file() else Place()
    started, saved, begin = time.monotonic(), time.monotonic(), place

    net.train()
    last = recipe.optim.steps if stop_after is None else min(stop_after, recipe.optim.steps)
    for batch in _batches(stream, place.step, last, recipe.optim.workers):
        progress = schedule.progress(place.step, place.seconds)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate(progress)
        losses = _step(recipe, net, optimizer, loss, batch)
        average.update(net, place.step)
        now = time.monotonic()
        place = Place(place.step + 1, begin.seconds + now - started)
        speed = recipe.optim.batch * (place.step - begin.step) / max(now - started, 1e-9)
        tell(Report(place.step, progress, losses, speed))
        if now - saved > recipe.optim.save_every:
            save(path, place, net, average, optimizer)
            judge(average.net, place.step)
            saved = time.monotonic()
    save(path, place, net, average, optimizer)
    judge(average.net, place.step)
    return average.net


def _step(
    recipe: Recipe,
    net: FaceNet,
    optimizer: torch.optim.Optimizer,
    loss: FaceLoss,
    batch: FaceBatch,
) -> FaceLosses:
    image = normalise(recipe, batch["image"]).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.optim.bfloat16):
        features = net.features(image)
    losses = loss(net.heads(features), batch)
    optimizer.zero_grad(set_to_none=True)
    losses.total.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), recipe.optim.clip)
    optimizer.step()
    return FaceLosses(*(part.detach() for part in losses))


def _order_channels_last(net: FaceNet) -> None:
    """Lay convolution weights out as the CPU's kernels like them."""
    for parameter in net.parameters():
        if parameter.ndim == _IMAGE_DIMENSIONS:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


def _optimizer(net: FaceNet, recipe: Recipe) -> torch.optim.AdamW:
    pulled = [p for p in net.parameters() if p.ndim > _NO_DECAY_DIMENSIONS]
    free = [p for p in net.parameters() if p.ndim <= _NO_DECAY_DIMENSIONS]
    groups = [
        {"params": pulled, "weight_decay": recipe.optim.decay},
        {"params": free, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.optim.rate)


def _batches(stream: FaceStream, first: int, last: int, workers: int) -> Iterator[FaceBatch]:
    """Batches number first to last - 1, made beside the training where workers are given.

    Threads are enough: OpenCV and torch both let go of the interpreter while they work, and
    threads share the cached crops, which processes would copy.
    """
    if not workers:
        for step in range(first, last):
            yield stream[step]
        return
    ahead: deque[Future[FaceBatch]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="batches") as pool:
        for step in range(first, last):
            ahead.append(pool.submit(stream.__getitem__, step))
            if len(ahead) > _PREFETCH:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
