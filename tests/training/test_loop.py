"""A run that was killed ends where one that was not does."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from avatar_bridge.errors import ConfigError
from avatar_bridge.nets.face.base import FaceNet
from avatar_bridge.training.average import Average
from avatar_bridge.training.build import load_net, load_sources
from avatar_bridge.training.datasets.source import FaceSource
from avatar_bridge.training.loop import Report, fit
from avatar_bridge.training.recipe import Recipe
from avatar_bridge.training.schedule import LAST, Schedule

MakeRecipe = Callable[..., Recipe]


@pytest.fixture(scope="module")
def sources(tiny_data: Path) -> tuple[FaceSource, ...]:
    from avatar_bridge.training.datasets import tiles

    return tuple(tiles.create(tiny_data, name, 64, validation=0.2) for name in ("votes", "news"))


def weights(net: FaceNet) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in net.state_dict().items()}


@pytest.mark.parametrize("workers", [0, 1])
def test_resume_gives_the_same_net(
    make_recipe: MakeRecipe, sources: tuple[FaceSource, ...], tmp_path: Path, workers: int
) -> None:
    recipe = make_recipe(workers=workers)
    whole = weights(fit(recipe, sources, tmp_path / "whole"))
    fit(recipe, sources, tmp_path / "killed", stop_after=2)
    reports: list[Report] = []
    resumed = weights(fit(recipe, sources, tmp_path / "killed", reports.append))
    assert [report.step for report in reports] == [3, 4]
    torch.testing.assert_close(resumed, whole)


def test_bfloat16_runs(
    make_recipe: MakeRecipe, sources: tuple[FaceSource, ...], tmp_path: Path
) -> None:
    recipe = make_recipe(bfloat16=True, steps=2)
    reports: list[Report] = []
    fit(recipe, sources, tmp_path, reports.append)
    assert all(torch.isfinite(report.losses.total) for report in reports)


def test_a_run_can_be_loaded(
    make_recipe: MakeRecipe, sources: tuple[FaceSource, ...], tmp_path: Path
) -> None:
    recipe = make_recipe(steps=1)
    judged: list[int] = []
    net = fit(recipe, sources, tmp_path, judge=lambda _, step: judged.append(step))
    torch.testing.assert_close(weights(load_net(recipe, tmp_path)), weights(net))
    assert judged == [1]


def test_no_run_is_told(make_recipe: MakeRecipe, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a trained run"):
        load_net(make_recipe(), tmp_path)


def test_sources_come_from_the_recipe(make_recipe: MakeRecipe, tiny_data: Path) -> None:
    votes, news = load_sources(make_recipe(), tiny_data, limit=9)
    assert (votes.name, len(votes.crops), votes.trust) == ("votes", 9, 0.7)
    assert (news.name, news.emotion_trust) == ("news", 0.15)


def test_the_schedule_rises_and_falls(make_recipe: MakeRecipe) -> None:
    schedule = Schedule(make_recipe(rate=0.01, warmup=0.1).optim)
    assert schedule.rate(0.0) == pytest.approx(0.01 * LAST)
    assert schedule.rate(0.05) == pytest.approx(0.005)
    assert schedule.rate(0.1) == pytest.approx(0.01)
    assert schedule.rate(1.0) == pytest.approx(0.01 * LAST)


def test_minutes_can_end_a_run_before_its_steps(make_recipe: MakeRecipe) -> None:
    schedule = Schedule(make_recipe(steps=1000, minutes=10).optim)
    assert schedule.progress(10, 300) == pytest.approx(0.5)
    assert schedule.progress(900, 300) == pytest.approx(0.9)
    assert schedule.progress(10, 9000) == 1.0


def test_the_average_follows_slowly() -> None:
    net = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(net.weight)
    average = Average(net, 0.9)
    torch.nn.init.ones_(net.weight)
    average.update(net, step=1000)
    assert average.net.weight.item() == pytest.approx(0.1)
