from pathlib import Path

import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.nets.registry import NETS, nets
from avatar_bridge.training.face.build import SOURCES
from avatar_bridge.training.recipe import RECIPES, recipe_names
from avatar_bridge.training.task import load_task
from avatar_bridge.training.tasks.emotion import SETS


@pytest.mark.parametrize("name", recipe_names())
def test_packaged_recipes_name_what_exists(name: str) -> None:
    recipe = load_task(name).recipe
    assert recipe.name == name
    assert recipe.net.name in nets(recipe.task).names()
    known = SETS if recipe.task == "emotion" else SOURCES
    assert {part.kind for part in recipe.data} <= set(known.names())


def test_every_emotion_net_has_a_recipe() -> None:
    assert set(NETS["emotion"].names()) <= set(recipe_names())


def test_processes_share_a_batch() -> None:
    alone, shared = load_task("vgg").recipe, load_task("vgg", processes=4).recipe
    assert shared.optim.batch == alone.optim.batch // 4


def test_a_recipe_can_be_changed_for_a_try() -> None:
    changes = ["optim.steps=7", "loss.sets = { fer2013 = 2.0 }", "net.options.dropout=0.1"]
    recipe = load_task("deep_cnn5", changes=changes).recipe
    assert recipe.optim.steps == 7
    assert recipe.model_dump()["loss"]["sets"] == {"fer2013": 2.0}
    assert recipe.net.options == {"dropout": 0.1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("optim.steps", "--set optim.steps: expected SECTION.KEY=VALUE"),
        ("optim.steps=many", "expected SECTION.KEY=VALUE with a TOML value"),
        ("name.first=1", "expected a section, got 'name'"),
        ("optim.stairs=1", r"optim\.stairs"),
    ],
)
def test_a_change_that_is_none_is_told(change: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_task("deep_cnn5", changes=[change])


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="face_small"):
        load_task("nothing")


@pytest.mark.parametrize(
    ("recipe", "before", "after", "message"),
    [
        ("face_small", '"AU12L", ', "", "AU12L"),
        ("face_small", '"AU1", ', '"AU99", ', "AU99"),
        ("face_small", "batch = 128", "batch = 0", r"optim\.batch"),
        ("face_small", "[optim]", "[optim", "TOML"),
        ("face_small", 'task = "face"', 'task = "tact"', "unknown task 'tact'"),
        ("face_small", "light = ", "lihgt = ", "augment: .*got 'lihgt'"),
        ("deep_cnn5", "rotate = ", "rotat = ", "augment: .*got 'rotat'"),
        ("deep_cnn5", "smoothing = ", "smooth = ", r"loss\.smooth"),
        ("deep_cnn5", "[loss]", "[loss]\nsets = { mood = 1.0 }", r"loss\.sets\.mood"),
    ],
)
def test_a_wrong_recipe_is_told(
    tmp_path: Path, recipe: str, before: str, after: str, message: str
) -> None:
    text = (RECIPES / f"{recipe}.toml").read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_task(str(path))
    with pytest.raises(ConfigError, match="expected a recipe"):
        load_task(str(tmp_path / "absent.toml"))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("options = { dropout = 0.2 }", "options = { drop = 0.2 }", "net 'deep_cnn5': .*'drop'"),
        ("size = 48", "size = 64", "expected the input that deep_cnn5 takes"),
        ('name = "deep_cnn5"\noptions', 'name = "deep"\noptions', "unknown net 'deep'"),
    ],
)
def test_a_net_that_cannot_be_built_is_told(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    text = (RECIPES / "deep_cnn5.toml").read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_task(str(path)).make_net()
