"""The training loop: one run of one recipe, which may be killed and go on."""

import copy
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import torch
from torch import Tensor, nn

from avatar_bridge.training.average import Average
from avatar_bridge.training.checkpoint import CHECKPOINT, Place, load_trained, restore, save
from avatar_bridge.training.parallel import World
from avatar_bridge.training.recipe import OptimPart
from avatar_bridge.training.schedule import Schedule
from avatar_bridge.training.start import start_from
from avatar_bridge.training.task import Batch, Judgement, Lesson, RivalLesson, Task

_PREFETCH = 4  # batches that are made ahead
_IMAGE_DIMENSIONS = 4
_NO_DECAY_DIMENSIONS = 1  # biases and norms are not pulled to zero
_MOMENTUM = 0.9  # of SGD
_SQUARES = 0.999  # AdamW's memory of squared gradients


@dataclass(frozen=True, slots=True)
class Report:
    """What the loop tells after a step.

    Attributes:
        step: steps done.
        progress: share of the run in [0, 1].
        losses: parts of the loss of that step by name, `total` among them.
        images_per_second: since this start of the run.
    """

    step: int
    progress: float
    losses: dict[str, Tensor]
    images_per_second: float


def fit(
    task: Task,
    lesson: Lesson,
    folder: Path,
    tell: Callable[[Report], None] = lambda report: None,
    note: Callable[[int, Judgement], None] = lambda step, judgement: None,
    stop_after: int | None = None,
    world: World | None = None,
) -> nn.Module:
    """Train, or go on training, a recipe's net.

    Args:
        task: what to do.
        lesson: its data, read; the batches of this process alone.
        folder: where the checkpoint lies.
        tell: called after every step.
        note: called with the step and every judgement of the averaged net.
        stop_after: leave after so many steps in all, as if killed, for tests and trials.
        world: of this process; alone by default.

    Returns:
        The net that the run ends with, on the CPU.
    """
    world = world or World.join()
    run = _Run(task, lesson, folder, note, world)
    last = task.recipe.optim.steps if stop_after is None else stop_after
    run.go(min(last, task.recipe.optim.steps), tell)
    return load_trained(task.make_net(), folder) if world.rank == 0 else run.average.net.cpu()


class _Run:
    """Everything that changes while a net is taught."""

    def __init__(
        self,
        task: Task,
        lesson: Lesson,
        folder: Path,
        note: Callable[[int, Judgement], None],
        world: World,
    ) -> None:
        self._optim, self._lesson, self._world, self._note = (
            task.recipe.optim,
            lesson,
            world,
            note,
        )
        torch.manual_seed(task.recipe.seed)
        if self._optim.threads and world.device.type == "cpu":
            torch.set_num_threads(self._optim.threads)
        cv2.setNumThreads(1)  # crops are small: threads would only get in torch's way
        self._path = folder / CHECKPOINT
        net = task.make_net()
        lesson.start(net)
        start = task.recipe.net.start
        if start and not self._path.is_file():
            spec = task.recipe.input
            start_from(
                start,
                net,
                folder.parent,
                lambda: (lesson.batch(0)["image"].float() / 255 - spec.mean) / spec.std,
            )
        self._net = _order_channels_last(net.to(world.device))
        self.average = Average(self._net, self._optim.average)
        self._optimizer = _optimizer(self._net, self._optim)
        self._schedule = Schedule(self._optim)
        self._place = Place()
        self._judged = -1  # step of the last judgement
        self._best: dict[str, Tensor] | None = None
        if self._path.is_file():
            self._place, self._best = restore(self._path, self._net, self.average, self._optimizer)
        if world.size > 1:  # dropout is to differ between the processes
            torch.manual_seed(hash((task.recipe.seed, self._place.step, world.rank)))

    def go(self, last: int, tell: Callable[[Report], None]) -> None:
        """Train until step `last` or the end of the schedule."""
        first, before = self._place.step, self._place.seconds
        started = saved = time.monotonic()
        ended = self._place.plateau.ended(self._optim)  # before a resume
        progress = 0.0
        self._net.train()
        for batch in self._batches(first, last):
            place = self._place
            progress = self._schedule.progress(place.step, self._world.agree(place.seconds))
            if progress >= 1 or ended:
                break
            for group in self._optimizer.param_groups:
                group["lr"] = self._schedule.rate(progress, place.plateau.falls)
            losses = self._step(batch)
            self.average.update(self._net, place.step)
            now = time.monotonic()
            place.step += 1
            place.seconds = before + now - started
            speed = self._optim.batch * self._world.size * (place.step - first)
            tell(Report(place.step, progress, losses, speed / max(now - started, 1e-9)))
            due = self._world.agree(float(now - saved > self._optim.save_every)) > 0
            often = self._optim.judge_every
            if (often and place.step % often == 0) or (due and not often):
                ended = self._judge()
            if due:
                self._save()
                saved = time.monotonic()
        done = last == self._optim.steps or progress >= 1
        if done and not ended and self._judged != self._place.step:
            self._judge()
        self._save()

    def _step(self, batch: Batch) -> dict[str, Tensor]:
        told: dict[str, Tensor] = {}
        for player, losses in self._turns(batch):
            self._optimizer.zero_grad(set_to_none=True)
            losses["total"].backward()
            if player is not self._net:  # what has no gradient, the optimiser leaves alone
                own = {id(parameter) for parameter in player.parameters()}
                for parameter in self._net.parameters():
                    if id(parameter) not in own:
                        parameter.grad = None
            self._world.average_gradients(player)
            torch.nn.utils.clip_grad_norm_(player.parameters(), self._optim.clip)
            self._optimizer.step()
            told |= {name: value.detach() for name, value in losses.items()}
        return told

    def _turns(self, batch: Batch) -> Iterator[tuple[nn.Module, dict[str, Tensor]]]:
        """Who learns in this step, one after the other, and of what."""
        if isinstance(self._lesson, RivalLesson):
            yield from self._lesson.turns(self._net, batch, self._place.step)
        else:
            yield self._net, self._lesson.losses(self._net, batch)

    def _judge(self) -> bool:
        """Judge the averaged net; True where the run should end early."""
        plateau, merit, self._judged = self._place.plateau, 0.0, self._place.step
        if self._world.rank == 0:
            judgement = self._lesson.judge(self.average.net)
            self._note(self._place.step, judgement)
            merit = self._lesson.merit(judgement)
        better = plateau.judge(self._world.agree(merit), self._optim)
        if better and self._optim.stop:
            self._best = copy.deepcopy(self.average.net.state_dict())
        return plateau.ended(self._optim)

    def _save(self) -> None:
        if self._world.rank == 0:
            save(self._path, self._place, self._net, self.average, self._optimizer, self._best)

    def _batches(self, first: int, last: int) -> Iterator[Batch]:
        """Batches number first to last - 1, made beside the training where workers are given.

        Threads are enough: OpenCV and torch both let go of the interpreter while they work, and
        threads share the cached crops, which processes would copy.
        """
        if not self._optim.workers:
            for step in range(first, last):
                yield self._batch(step)
            return
        ahead: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(self._optim.workers, thread_name_prefix="batches") as pool:
            for step in range(first, last):
                ahead.append(pool.submit(self._batch, step))
                if len(ahead) > _PREFETCH:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _batch(self, step: int) -> Batch:
        batch = self._lesson.batch(step * self._world.size + self._world.rank)
        device = self._world.device
        return {name: value.to(device, non_blocking=True) for name, value in batch.items()}


def _order_channels_last(net: nn.Module) -> nn.Module:
    """Lay convolution weights out as the kernels like them."""
    for parameter in net.parameters():
        if parameter.ndim == _IMAGE_DIMENSIONS:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return net


def _optimizer(net: nn.Module, optim: OptimPart) -> torch.optim.Optimizer:
    pulled = [p for p in net.parameters() if p.ndim > _NO_DECAY_DIMENSIONS]
    free = [p for p in net.parameters() if p.ndim <= _NO_DECAY_DIMENSIONS]
    groups = [
        {"params": pulled, "weight_decay": optim.decay},
        {"params": free, "weight_decay": 0.0},
    ]
    if optim.method == "sgd":
        return torch.optim.SGD(groups, lr=optim.rate, momentum=_MOMENTUM, nesterov=True, fused=True)
    betas = (optim.momentum, _SQUARES)
    return torch.optim.AdamW(groups, lr=optim.rate, betas=betas, fused=True)
