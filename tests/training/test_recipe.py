from pathlib import Path

import pytest
import torch

from avatar_bridge.errors import ConfigError
from avatar_bridge.nets.registry import NETS, nets
from avatar_bridge.training.face.build import SOURCES
from avatar_bridge.training.recipe import RECIPES, read_recipe, recipe_names
from avatar_bridge.training.task import load_task
from avatar_bridge.training.tasks.detection import HOG, MATERIALS
from avatar_bridge.training.tasks.emotion import SETS
from avatar_bridge.training.tasks.generation import PORTRAITS, GenerationTask

KINDS = {"detection": MATERIALS, "emotion": SETS, "face": SOURCES, "generation": PORTRAITS}


@pytest.mark.parametrize("name", recipe_names())
def test_packaged_recipes_name_what_exists(name: str) -> None:
    recipe = load_task(name).recipe
    assert recipe.name == name
    assert recipe.net.name in {*nets(recipe.task).names(), HOG}
    assert {part.kind for part in recipe.data} <= set(KINDS[recipe.task].names())


@pytest.mark.parametrize("name", sorted({*recipe_names()} - {HOG}))  # which looks at no picture
def test_packaged_recipes_build_their_nets(name: str) -> None:
    task = load_task(name)
    with torch.device("meta"):  # shapes alone
        net = task.make_net()
    values = task.recipe.model_dump()
    assert getattr(net, "action_units", None) == values.get("action_units")
    pictures = torch.zeros(1, task.recipe.input.channels, *[task.recipe.input.size] * 2)
    told = [pictures]
    if isinstance(task, GenerationTask):
        told.append(torch.zeros(1, len(task.conditions)))
    with torch.inference_mode():  # raises where the input does not fit
        outputs = net.eval()(*(part.to("meta") for part in told))
    if task.recipe.task == "face":
        assert outputs.action_units.shape == (1, len(values["action_units"]))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_net_has_a_recipe(kind: str) -> None:
    assert set(NETS[kind].names()) <= set(recipe_names())


def test_generation_nets_are_taught_alike() -> None:
    _, whole = read_recipe("mma_gan_short")
    for name in ("stargan", "mma_gan_nommar", "mma_gan_nogrc", "mma_gan_plain"):
        _, own = read_recipe(name)
        assert {s: own[s] for s in ("input", "data", "optim", "guide")} == {
            s: whole[s] for s in ("input", "data", "optim", "guide")
        }
        assert own["game"]["warm"] == whole["game"]["warm"]


def test_ablations_differ_in_their_net_alone() -> None:
    _, whole = read_recipe("se_resnet50_gcn_short")
    for name in ("baseline", "resnet50_gcn", "se_gcn", "se_resnet50", "se_resnet50_nogcn"):
        _, own = read_recipe(name)
        assert own["net"] == whole["net"] | {"name": name}
        assert own["name"] == name
        changed = {"net", "name", "title", "notes"}
        assert {k: own[k] for k in own.keys() - changed} == {
            k: whole[k] for k in whole.keys() - changed
        }


def written(folder: Path, **recipes: str) -> list[str]:
    """Paths of recipes; `{name}` in one is the path of another."""
    paths = {name: str(folder / f"{name}.toml") for name in recipes}
    for name, text in recipes.items():
        Path(paths[name]).write_text(text.format_map(paths), encoding="utf-8")
    return list(paths.values())


def test_a_recipe_extends_another_section_by_section(tmp_path: Path) -> None:
    lowest, middle, top = written(
        tmp_path,
        lowest="""
name = "lowest"
seed = 1
notes = ["a", "b"]
optim = {{ batch = 4, rate = 0.1 }}
net = {{ name = "x", options = {{ width = 1, depth = 2 }} }}
""",
        middle='extends = "{lowest}"\nname = "middle"\noptim = {{ rate = 0.2, steps = 5 }}',
        top='extends = "{middle}"\nnotes = []\nnet = {{ options = {{ width = 3 }} }}',
    )
    path, values = read_recipe(top)
    assert path == Path(top)
    assert values == {
        "name": "middle",
        "seed": 1,
        "notes": [],
        "optim": {"batch": 4, "rate": 0.2, "steps": 5},
        "net": {"name": "x", "options": {"width": 3, "depth": 2}},
    }
    assert read_recipe(lowest)[1]["net"]["options"] == {"width": 1, "depth": 2}
    assert read_recipe(middle)[1]["notes"] == ["a", "b"]


def test_a_recipe_may_extend_a_packaged_one(tmp_path: Path) -> None:
    (mine,) = written(tmp_path, mine='extends = "student"\n[optim]\nsteps = 3')
    _, student = read_recipe("student")
    _, values = read_recipe(mine)
    assert values["optim"] == student["optim"] | {"steps": 3}
    assert load_task(mine).recipe.name == "student"


def test_a_recipe_that_extends_itself_is_told(tmp_path: Path) -> None:
    itself, one, _ = written(
        tmp_path,
        itself='extends = "{itself}"',
        one='extends = "{other}"',
        other='extends = "{one}"',
    )
    for path in (itself, one):
        with pytest.raises(ConfigError, match="expected a recipe that does not extend itself"):
            read_recipe(path)


@pytest.mark.parametrize("parent", ["nobody", "nobody.toml"])
def test_a_recipe_of_no_parent_is_told(tmp_path: Path, parent: str) -> None:
    (mine,) = written(tmp_path, mine=f'extends = "{parent}"')
    with pytest.raises(ConfigError, match="nobody"):
        read_recipe(mine)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("twins = 0.6", "twins"),
        ('gaze = "stars"', "gaze"),
        ("[loss]\nmood = 1.0", r"loss\.mood"),
    ],
)
def test_a_wrong_face_recipe_is_told(tmp_path: Path, section: str, message: str) -> None:
    (mine,) = written(tmp_path, mine=f'extends = "student"\n{section}')
    with pytest.raises(ConfigError, match=message):
        load_task(mine)


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
    with pytest.raises(ConfigError, match="se_resnet50_gcn"):
        load_task("nothing")


@pytest.mark.parametrize(
    ("recipe", "before", "after", "message"),
    [
        ("se_resnet50_gcn", '"AU12L", ', "", "AU12L"),
        ("se_resnet50_gcn", '"AU1", ', '"AU99", ', "AU99"),
        ("se_resnet50_gcn", "batch = 128", "batch = 0", r"optim\.batch"),
        ("se_resnet50_gcn", "[optim]", "[optim", "TOML"),
        ("se_resnet50_gcn", 'task = "face"', 'task = "tact"', "unknown task 'tact'"),
        ("se_resnet50_gcn", "light = ", "lihgt = ", "augment: .*got 'lihgt'"),
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
