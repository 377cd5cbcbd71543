"""What an emotion net is taught, from the sheets to the weights."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from avatar_bridge.training.datasets.source import TRAIN
from avatar_bridge.training.emotion.lesson import EmotionLesson
from avatar_bridge.training.loop import Report, fit
from avatar_bridge.training.tasks.emotion import EmotionTask

MakeTask = Callable[..., EmotionTask]


def test_a_batch_is_a_function_of_its_number(make_emotion_task: MakeTask, tiny_data: Path) -> None:
    task = make_emotion_task()
    first, second = task.load(tiny_data), task.load(tiny_data)
    first.batch(0)
    torch.testing.assert_close(first.batch(3), second.batch(3), equal_nan=True)
    assert not torch.equal(first.batch(3)["image"], first.batch(4)["image"])


def test_only_training_rows_are_taught(make_emotion_task: MakeTask, tiny_data: Path) -> None:
    task = make_emotion_task(still=True, batch=64)
    (source,) = task.read(tiny_data)
    rows = source.rows(TRAIN)
    taught = {tuple(row) for row in source.labels["fer2013"][rows].tolist()}
    images = source.images.copy()
    images[rows] = 255  # all else stays noise
    white = type(source)(
        **{n: getattr(source, n) for n in source.__slots__ if n != "images"}, images=images
    )
    batch = EmotionLesson(task.recipe, [white], torch.device("cpu")).batch(0)
    spec = task.recipe.input
    assert float(batch["image"].min()) == pytest.approx((1 - spec.mean) / spec.std, rel=1e-4)
    assert {tuple(row) for row in batch["fer2013"].tolist()} <= taught


def test_weights_share_a_batch_between_sets(make_emotion_task: MakeTask, tiny_data: Path) -> None:
    task = make_emotion_task(batch=400)
    (source,) = task.read(tiny_data)
    fields = {n: getattr(source, n) for n in source.__slots__}
    often = type(source)(**fields | {"weight": 3.0, "trust": 0.5})
    lesson = EmotionLesson(task.recipe, [source, often], torch.device("cpu"))
    trust = lesson.batch(0)["trust"]
    assert float((trust == 0.5).float().mean()) == pytest.approx(0.75, abs=0.07)


def test_a_set_of_little_weight_is_not_in_every_batch(
    make_emotion_task: MakeTask, tiny_data: Path
) -> None:
    task = make_emotion_task(batch=4)
    (source,) = task.read(tiny_data)
    fields = {n: getattr(source, n) for n in source.__slots__}
    seldom = type(source)(**fields | {"weight": 1e-9, "trust": 0.5})
    lesson = EmotionLesson(task.recipe, [source, seldom], torch.device("cpu"))
    assert lesson.batch(0)["trust"].tolist() == [1.0] * 4


def test_an_emotion_run_resumes_to_the_bit(
    make_emotion_task: MakeTask, tiny_data: Path, tmp_path: Path
) -> None:
    task = make_emotion_task()
    lesson = task.load(tiny_data)
    whole = fit(task, lesson, tmp_path / "whole").state_dict()
    fit(task, lesson, tmp_path / "killed", stop_after=1)
    reports: list[Report] = []
    resumed = fit(task, lesson, tmp_path / "killed", reports.append).state_dict()
    assert [report.step for report in reports] == [2, 3, 4]
    torch.testing.assert_close(resumed, whole)


def test_the_merit_looks_at_the_sets_that_are_taught(
    make_emotion_task: MakeTask, tiny_data: Path
) -> None:
    lesson = make_emotion_task().load(tiny_data)
    judgement = {"votes": {"emotions": 0.5, "fer2013": 0.3}}
    assert lesson.merit(judgement) == pytest.approx(0.4)


def test_a_net_can_learn_the_tiny_set(
    make_emotion_task: MakeTask, tiny_data: Path, tmp_path: Path
) -> None:
    task = make_emotion_task(still=True, batch=12, steps=60, rate=5e-3)
    reports: list[Report] = []
    fit(task, task.load(tiny_data), tmp_path, reports.append)
    first = sum(float(r.losses["fer2013"]) for r in reports[:5])
    last = sum(float(r.losses["fer2013"]) for r in reports[-5:])
    assert last < 0.6 * first
