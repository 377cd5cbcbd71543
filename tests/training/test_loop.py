"""A run that was killed ends where one that was not does."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.average import Average
from avatar_bridge.training.checkpoint import CHECKPOINT, load_trained
from avatar_bridge.training.face.build import load_sources
from avatar_bridge.training.loop import Report, fit
from avatar_bridge.training.recipe import OptimPart
from avatar_bridge.training.schedule import LAST, Plateau, Schedule
from avatar_bridge.training.tasks.face import FaceTask

MakeTask = Callable[..., FaceTask]


def weights(net: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in net.state_dict().items()}


@pytest.mark.parametrize("workers", [0, 1])
def test_resume_gives_the_same_net(
    make_task: MakeTask, tiny_data: Path, tmp_path: Path, workers: int
) -> None:
    task = make_task(workers=workers)
    lesson = task.load(tiny_data)
    whole = weights(fit(task, lesson, tmp_path / "whole"))
    fit(task, lesson, tmp_path / "killed", stop_after=2)
    reports: list[Report] = []
    resumed = weights(fit(task, lesson, tmp_path / "killed", reports.append))
    assert [report.step for report in reports] == [3, 4]
    torch.testing.assert_close(resumed, whole)


def test_bfloat16_runs(make_task: MakeTask, tiny_data: Path, tmp_path: Path) -> None:
    task = make_task(bfloat16=True, steps=2)
    reports: list[Report] = []
    fit(task, task.load(tiny_data), tmp_path, reports.append)
    assert len(reports) == 2
    assert all(torch.isfinite(report.losses["total"]) for report in reports)


def test_a_run_can_be_loaded(make_task: MakeTask, tiny_data: Path, tmp_path: Path) -> None:
    task = make_task(steps=1)
    judged: list[int] = []
    net = fit(task, task.load(tiny_data), tmp_path, note=lambda step, _: judged.append(step))
    torch.testing.assert_close(weights(load_trained(task.make_net(), tmp_path)), weights(net))
    assert judged == [1]


def test_a_run_that_gets_no_better_ends_with_its_best(
    make_task: MakeTask, tiny_data: Path, tmp_path: Path
) -> None:
    task = make_task(steps=9, judge_every=1, stop=2)
    lesson = task.load(tiny_data)
    merits = iter([0.1, 0.3, 0.2, 0.25, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9])
    lesson.merit = lambda judgement: next(merits)  # type: ignore[method-assign]
    seen: dict[int, dict[str, torch.Tensor]] = {}

    judge = lesson.judge

    def watch(net: torch.nn.Module) -> dict[str, dict[str, float]]:
        seen[len(seen) + 1] = weights(net)
        return judge(net)

    lesson.judge = watch  # type: ignore[method-assign]
    net = fit(task, lesson, tmp_path)
    assert len(seen) == 4  # two without gain after the second, which was the best
    torch.testing.assert_close(weights(net), seen[2])
    again = fit(task, lesson, tmp_path)  # an end is an end
    assert len(seen) == 4
    torch.testing.assert_close(weights(again), seen[2])


def test_a_run_by_another_method_is_told(
    make_task: MakeTask, tiny_data: Path, tmp_path: Path
) -> None:
    task = make_task(steps=1)
    lesson = task.load(tiny_data)
    fit(task, lesson, tmp_path)
    with pytest.raises(ConfigError, match="expected a run by this recipe's method"):
        fit(make_task(steps=2, method="sgd"), lesson, tmp_path)


def test_no_run_is_told(make_task: MakeTask, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a trained run"):
        load_trained(make_task().make_net(), tmp_path)


def test_a_broken_run_is_told(make_task: MakeTask, tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(b"cut short")
    with pytest.raises(ConfigError, match="expected a checkpoint"):
        load_trained(make_task().make_net(), tmp_path)


def test_another_nets_run_is_told(make_task: MakeTask, tiny_data: Path, tmp_path: Path) -> None:
    task = make_task(steps=1)
    fit(task, task.load(tiny_data), tmp_path)
    with pytest.raises(ConfigError, match="got another net's"):
        load_trained(torch.nn.Linear(1, 1), tmp_path)


def test_sources_come_from_the_recipe(make_task: MakeTask, tiny_data: Path) -> None:
    votes, news = load_sources(make_task().recipe, tiny_data, limit=9)
    assert (votes.name, len(votes.crops), votes.trust) == ("votes", 9, 0.7)
    assert (news.name, news.emotion_trust) == ("news", 0.15)


def test_the_schedule_rises_and_falls() -> None:
    schedule = Schedule(OptimPart(batch=2, steps=10, rate=0.01, warmup=0.1))
    assert schedule.rate(0.0) == pytest.approx(0.01 * LAST)
    assert schedule.rate(0.05) == pytest.approx(0.005)
    assert schedule.rate(0.1) == pytest.approx(0.01)
    assert schedule.rate(1.0) == pytest.approx(0.01 * LAST)


def test_minutes_can_end_a_run_before_its_steps() -> None:
    schedule = Schedule(OptimPart(batch=2, steps=1000, minutes=10))
    assert schedule.progress(10, 300) == pytest.approx(0.5)
    assert schedule.progress(900, 300) == pytest.approx(0.9)
    assert schedule.progress(10, 9000) == 1.0


def test_a_plateau_lowers_the_rate_and_ends_a_run() -> None:
    optim = OptimPart(batch=2, steps=10, rate=0.01, warmup=0, schedule="plateau", plateau=2, stop=3)
    plateau = Plateau()
    better = [plateau.judge(merit, optim) for merit in (0.5, 0.4, 0.5, 0.6, 0.1, 0.2)]
    assert better == [True, False, False, True, False, False]
    assert plateau.falls == 2
    assert not plateau.ended(optim)
    assert Schedule(optim).rate(0.9, plateau.falls) == pytest.approx(0.01 * 0.3**2)
    plateau.judge(0.1, optim)
    assert plateau.ended(optim)


def test_the_average_follows_slowly() -> None:
    net = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(net.weight)
    average = Average(net, 0.9)
    torch.nn.init.ones_(net.weight)
    average.update(net, step=1000)
    assert average.net.weight.item() == pytest.approx(0.1)
