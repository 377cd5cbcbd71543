from pathlib import Path

import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.nets.registry import nets
from avatar_bridge.training.build import SOURCES
from avatar_bridge.training.datasets.augment import Augment
from avatar_bridge.training.recipe import RECIPES, load_recipe, recipe_names


@pytest.mark.parametrize("name", recipe_names())
def test_packaged_recipes_name_what_exists(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.net.name in nets(recipe.task).names()
    assert {part.kind for part in recipe.data} <= set(SOURCES.names())
    Augment(**recipe.augment)


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="face_small"):
        load_recipe("nothing")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"AU12L", ', "", "AU12L"),
        ('"AU1", ', '"AU99", ', "AU99"),
        ("batch = 128", "batch = 0", r"optim\.batch"),
        ("[optim]", "[optim", "TOML"),
    ],
)
def test_a_wrong_recipe_is_told(tmp_path: Path, before: str, after: str, message: str) -> None:
    text = (RECIPES / "face_small.toml").read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_recipe(str(path))
    with pytest.raises(ConfigError, match="expected a recipe"):
        load_recipe(str(tmp_path / "absent.toml"))
