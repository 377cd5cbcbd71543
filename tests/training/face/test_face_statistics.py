"""What a face net is told of its data before it learns."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNITS
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.nets.action_units.base import FaceNet
from avatar_bridge.training.datasets.source import CACHE_SIZE, TEST, TRAIN, FaceSource
from avatar_bridge.training.face.build import twin_count, unit_spread
from avatar_bridge.training.face.co_activation import co_activation, draw_adjacency
from avatar_bridge.training.face.recipe import FaceRecipe
from avatar_bridge.training.recipe import read_recipe
from avatar_bridge.training.tasks.face import FaceTask

MakeTask = Callable[..., FaceTask]
UNITS = ("AU1", "AU8", "AU17", "AU26")


@pytest.fixture
def recipe(make_task: MakeTask) -> FaceRecipe:
    return make_task().recipe.model_copy(update={"action_units": UNITS})


def source(*columns: list[float] | None, test_rows: int = 0) -> FaceSource:
    """Ten faces of which some units are known; the last rows are of the test."""
    count = max(len(column) for column in columns if column is not None)
    units = np.full((count, len(ACTION_UNITS)), np.nan, np.float32)
    for name, column in zip(UNITS, columns, strict=True):
        if column is not None:
            units[:, ACTION_UNIT_INDEX[name]] = column
    splits = np.full(count, TRAIN, np.uint8)
    splits[count - test_rows :] = TEST
    return FaceSource(
        name="made up",
        crops=np.zeros((count, CACHE_SIZE, CACHE_SIZE), np.uint8),
        points=np.zeros((count, 70, 2), np.float32),
        units=units,
        emotions=np.full((count, len(EMOTIONS)), np.nan, np.float32),
        splits=splits,
        moments=np.zeros(count, np.int8),
        backgrounds=np.zeros((0, CACHE_SIZE, CACHE_SIZE), np.uint8),
    )


FIRST = [0.0] * 8 + [1.0, 1.0]
SECOND = [0.0] * 9 + [1.0]
OTHER = [1.0, 1.0] + [0.0] * 8
STILL = [0.5] * 10


def test_chance_and_correlation_are_counted(recipe: FaceRecipe) -> None:
    chance, correlation = co_activation(recipe, [source(FIRST, SECOND, STILL, None)])
    expected = torch.zeros(4, 4)
    expected[:2, :2] = torch.tensor([[1.0, 0.5], [1.0, 1.0]])
    torch.testing.assert_close(chance, expected)
    r = np.corrcoef(FIRST, SECOND)[0, 1]
    expected[:2, :2] = torch.tensor([[1.0, r], [r, 1.0]])
    torch.testing.assert_close(correlation, expected)


def test_the_strongest_fifth_is_active(recipe: FaceRecipe) -> None:
    rising = [n / 10 for n in range(10)]
    falling = rising[::-1]
    chance, correlation = co_activation(recipe, [source(rising, FIRST, falling, None)])
    assert chance[0].tolist() == pytest.approx([1.0, 1.0, 0.0, 0.0])
    assert correlation[0, 2] == pytest.approx(-1.0)


def test_the_first_source_that_knows_a_pair_tells(recipe: FaceRecipe) -> None:
    real = source(FIRST, SECOND, STILL, None)
    rendered = source(FIRST, OTHER, FIRST, None)
    chance, _ = co_activation(recipe, [real, rendered])
    assert chance[0].tolist() == [1.0, 0.5, 1.0, 0.0]
    assert chance[1].tolist() == [1.0, 1.0, 0.0, 0.0]  # the last but one is of the rendered faces
    assert chance[3].tolist() == [0.0] * 4  # nobody knows it
    turned, _ = co_activation(recipe, [rendered, real])
    assert turned[0].tolist() == [1.0, 0.0, 1.0, 0.0]


def test_units_that_are_never_known_together_are_not_linked(recipe: FaceRecipe) -> None:
    parts = [source(FIRST, None, SECOND, None), source(None, FIRST, SECOND, None)]
    chance, correlation = co_activation(recipe, parts)
    assert chance[0, 1] == correlation[0, 1] == 0
    assert chance[0, 2] > 0
    assert chance[1, 2] > 0


def test_test_rows_tell_nothing(recipe: FaceRecipe) -> None:
    seen = source(FIRST + [0.0] * 5, SECOND + [1.0] * 5, None, None, test_rows=5)
    alone = source(FIRST, SECOND, None, None)
    for got, expected in zip(
        co_activation(recipe, [seen]), co_activation(recipe, [alone]), strict=True
    ):
        torch.testing.assert_close(got, expected)


def test_a_lesson_connects_its_net(make_task: MakeTask, tiny_data: Path) -> None:
    task = make_task()
    part = task.recipe.net.model_copy(update={"name": "se_gcn", "options": {"width": 0.125}})
    task.recipe = task.recipe.model_copy(update={"net": part})
    net, lesson = task.make_net(), task.load(tiny_data)
    assert isinstance(net, FaceNet)
    lesson.start(net)
    adjacency = net.adjacency()
    assert adjacency is not None
    assert (adjacency != torch.eye(len(adjacency))).any()
    still = task.recipe.action_units.index("AU34")
    assert adjacency[still].sum() == adjacency[still, still] == 1


def test_the_adjacency_is_drawn(tmp_path: Path) -> None:
    adjacency = np.array([[0.9, 0.5, 0.0], [0.1, 0.8, 0.0], [0.0, 0.0, 1.0]])
    before = adjacency.copy()
    path = tmp_path / "adjacency.png"
    draw_adjacency(adjacency, ("AU1", "AU12L", "AU17T"), path)
    np.testing.assert_array_equal(adjacency, before)
    picture = cv2.imread(str(path))
    assert picture is not None
    margin, cell = 64, 14
    assert picture.shape == (margin + 3 * cell, margin + 3 * cell, 3)
    middles = margin + cell // 2 + cell * np.arange(3)
    tiles = picture[np.ix_(middles, middles)]
    nothing, strongest = tiles[2, 2], tiles[0, 1]
    assert not np.array_equal(nothing, strongest)
    for row, column in ((0, 0), (1, 1), (0, 2), (2, 1)):
        np.testing.assert_array_equal(tiles[row, column], nothing)
    assert not np.array_equal(tiles[1, 0], nothing)
    # Names stand left of their rows and above their columns.
    for place in range(3):
        band = slice(margin + cell * place, margin + cell * (place + 1))
        assert picture[band, :margin].min() < 100
        assert picture[:margin, band].min() < 100
    assert picture[:margin, :margin].min() > 100


def test_spreads_are_averaged_by_their_logarithms(recipe: FaceRecipe) -> None:
    small, large = [0.4, 0.6], [0.1, 0.9]  # spreads of 0.1 and 0.4
    parts = [source(small, small, [0.5, 0.5], None), source(large, None, large, None)]
    mean, spread = unit_spread(recipe, parts)
    assert spread.tolist() == pytest.approx([0.2, 0.1, 0.4, 0.1])
    assert mean.tolist() == pytest.approx([0.5, 0.5, 0.5, 0.1])


def test_means_are_over_all_known_rows(recipe: FaceRecipe) -> None:
    parts = [
        source([0.0, 0.3, float("nan")], None, None, None),
        source([0.9, 0.9, 0.0], None, None, None, test_rows=1),
    ]
    mean, _ = unit_spread(recipe, parts)
    assert mean[0] == pytest.approx((0.3 + 0.9 + 0.9) / 4)


def test_at_most_half_a_batch_is_twins(make_task: MakeTask) -> None:
    recipe = make_task(batch=7).recipe
    for share, count in ((0.0, 0), (0.25, 2), (0.5, 3)):
        assert twin_count(recipe.model_copy(update={"twins": share})) == count


def test_packaged_recipes_teach_twins() -> None:
    assert read_recipe("student")[1]["twins"] > 0
