"""A net may begin with what another one learned."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.nets.action_units.base import OUTPUT_NAMES, ExportedFace, FaceNet
from avatar_bridge.nets.registry import nets
from avatar_bridge.training.checkpoint import CHECKPOINT
from avatar_bridge.training.export import export_onnx, write_card
from avatar_bridge.training.loop import fit
from avatar_bridge.training.quantise import quantise
from avatar_bridge.training.start import start_from
from avatar_bridge.training.task import Scores, make_card
from avatar_bridge.training.tasks.face import FaceTask

MakeTask = Callable[..., FaceTask]
UNITS = ("AU1", "AU2L", "AU2R", "AU26")
MORE = ("AU12L", "AU26", "AU12R", "AU2R", "AU2L", "AU1")


def no_pictures() -> torch.Tensor:
    raise AssertionError("asked for pictures in vain")


def pictures(net: FaceNet, seed: int = 3) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(4, 1, net.size, net.size, generator=generator)


def plain(outputs: int = 3) -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 4), nn.Linear(4, outputs))


def written(folder: Path, net: nn.Module, best: nn.Module | None = None) -> Path:
    """A run's folder, as far as a start needs it."""
    folder.mkdir(parents=True)
    state = {"average": net.state_dict(), "best": best.state_dict() if best else None}
    torch.save(state, folder / CHECKPOINT)
    return folder


@pytest.mark.parametrize("by_name", [True, False])
def test_a_run_gives_its_weights(tmp_path: Path, by_name: bool) -> None:
    old, net = plain(), plain()
    folder = written(tmp_path / "runs" / "old", old)
    runs = folder.parent if by_name else tmp_path / "elsewhere"
    start_from("old" if by_name else str(folder), net, runs, no_pictures)
    torch.testing.assert_close(net.state_dict(), old.state_dict())


def test_a_run_gives_its_best_weights(tmp_path: Path) -> None:
    best, net = plain(), plain()
    written(tmp_path / "old", plain(), best)
    start_from("old", net, tmp_path, no_pictures)
    torch.testing.assert_close(net.state_dict(), best.state_dict())


def test_only_weights_of_the_same_shape_are_taken(tmp_path: Path) -> None:
    old, net = plain(3), plain(5)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    written(tmp_path / "old", old)
    start_from("old", net, tmp_path, no_pictures)
    for name in ("0.weight", "0.bias"):
        torch.testing.assert_close(net.state_dict()[name], old.state_dict()[name])
    for name in ("1.weight", "1.bias"):
        torch.testing.assert_close(net.state_dict()[name], before[name])


def test_a_net_may_decide_what_it_takes(tmp_path: Path) -> None:
    class Fronts(nn.Linear):
        def load_fronts(self, weights: dict[str, torch.Tensor]) -> None:
            self.taken = sorted(weights)

    written(tmp_path / "old", plain())
    net = Fronts(1, 1)
    start_from("old", net, tmp_path, no_pictures)
    assert net.taken == ["0.bias", "0.weight", "1.bias", "1.weight"]


def test_a_run_of_which_nothing_fits_is_told(tmp_path: Path) -> None:
    written(tmp_path / "old", plain())
    with pytest.raises(ConfigError, match="start: expected weights that fit the net"):
        start_from("old", nn.Linear(2, 4), tmp_path, no_pictures)


@pytest.mark.parametrize(
    ("start", "message"),
    [("nothing", "expected a trained run at"), ("nothing.onnx", "got no such file")],
)
def test_a_start_that_is_missing_is_told(tmp_path: Path, start: str, message: str) -> None:
    path = str(tmp_path / start) if start.endswith("onnx") else start
    net = nets("face").create("student", UNITS, width=12)
    assert isinstance(net, FaceNet)
    with pytest.raises(ConfigError, match=message):
        start_from(path, net, tmp_path, lambda: pictures(net))


def face_net(name: str, units: tuple[str, ...], seed: int) -> FaceNet:
    """A thin net whose batch norms have seen something."""
    torch.manual_seed(seed)
    net = nets("face").create(name, units, width=12 if name == "student" else 0.125)
    assert isinstance(net, FaceNet)
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2.0)
    net.start_at(torch.rand(70, 2), torch.full((70, 2), 0.1), torch.full((len(units),), 0.3))
    return net.eval()


@pytest.fixture
def export(make_task: MakeTask, tmp_path: Path) -> Callable[[FaceNet], Path]:
    """Writes a net and its card."""

    def write(net: FaceNet) -> Path:
        recipe = make_task().recipe
        card = make_card(
            recipe, net, Scores(), task="face", action_units=net.action_units, emotions=EMOTIONS
        )
        path = tmp_path / f"{recipe.name}.onnx"
        spec = recipe.input.model_copy(update={"size": net.size})
        export_onnx(ExportedFace(net), OUTPUT_NAMES, spec, path)
        write_card(card, tmp_path)
        return path

    return write


def said_by_file(path: Path, image: torch.Tensor) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = session.run(list(OUTPUT_NAMES), {"image": image.numpy()})
    return dict(zip(OUTPUT_NAMES, got, strict=True))


def said_by_net(net: FaceNet, image: torch.Tensor) -> dict[str, np.ndarray]:
    with torch.inference_mode():
        outputs = ExportedFace(net).eval()(image)
    return {name: out.numpy() for name, out in zip(OUTPUT_NAMES, outputs, strict=True)}


@pytest.mark.parametrize("name", ["student", "baseline"])
def test_an_exported_net_is_unfolded(name: str, export: Callable[[FaceNet], Path]) -> None:
    path, net = export(face_net(name, UNITS, 0)), face_net(name, UNITS, 1).train()
    image = pictures(net, seed=8)
    before = said_by_net(net, image)
    start_from(str(path), net.train(), Path(), lambda: pictures(net))
    assert net.training
    assert not any(module._forward_pre_hooks for module in net.modules())
    expected, got = said_by_file(path, image), said_by_net(net, image)
    for output, value in expected.items():
        assert np.abs(before[output] - value).max() > 1e-3
        np.testing.assert_allclose(got[output], value, atol=1e-4, err_msg=output)


def test_unfolded_batch_norms_suit_the_pictures(export: Callable[[FaceNet], Path]) -> None:
    path, net = export(face_net("student", UNITS, 0)), face_net("student", UNITS, 1)
    seen = pictures(net)
    start_from(str(path), net, Path(), lambda: seen)
    maps: list[torch.Tensor] = []
    norm = next(module for module in net.modules() if isinstance(module, nn.BatchNorm2d))
    norm.register_forward_pre_hook(lambda _, inputs: maps.append(inputs[0].detach()))
    net(seen)
    variance, mean = torch.var_mean(maps[0], dim=(0, 2, 3), correction=0)
    torch.testing.assert_close(norm.running_mean, mean)
    torch.testing.assert_close(norm.running_var, variance)


def test_a_net_with_more_nodes_takes_those_it_shares(export: Callable[[FaceNet], Path]) -> None:
    path, net = export(face_net("student", UNITS, 0)), face_net("student", MORE, 1)
    image = pictures(net, seed=8)
    own = net.get_parameter("units.weight").detach().clone()
    start_from(str(path), net, Path(), lambda: pictures(net))
    expected, got = said_by_file(path, image), said_by_net(net, image)
    shared = [MORE.index(unit) for unit in UNITS]
    np.testing.assert_allclose(got["action_units"][:, shared], expected["action_units"], atol=1e-4)
    np.testing.assert_allclose(got["landmarks"], expected["landmarks"], atol=1e-4)
    new = [row for row in range(len(MORE)) if row not in shared]
    torch.testing.assert_close(net.get_parameter("units.weight")[new], own[new])


def test_a_net_with_other_nodes_takes_those_it_shares(export: Callable[[FaceNet], Path]) -> None:
    path, net = export(face_net("student", UNITS, 0)), face_net("student", UNITS[::-1], 1)
    image = pictures(net, seed=8)
    start_from(str(path), net, Path(), lambda: pictures(net))
    expected, got = said_by_file(path, image), said_by_net(net, image)
    np.testing.assert_allclose(got["action_units"][:, ::-1], expected["action_units"], atol=1e-4)


@pytest.mark.parametrize("name", ["se_gcn", "se_resnet50"])
def test_an_exported_regional_net_is_unfolded(name: str, export: Callable[[FaceNet], Path]) -> None:
    path, net = export(face_net(name, UNITS, 0)), face_net(name, UNITS, 1)
    image = pictures(net, seed=8)
    start_from(str(path), net, Path(), lambda: pictures(net))
    expected, got = said_by_file(path, image), said_by_net(net, image)
    for output, value in expected.items():
        np.testing.assert_allclose(got[output], value, atol=1e-4, err_msg=output)


def test_another_nets_file_is_told(export: Callable[[FaceNet], Path]) -> None:
    path, net = export(face_net("baseline", UNITS, 0)), face_net("student", UNITS, 1)
    with pytest.raises(ConfigError, match="expected the layers of this recipe's net"):
        start_from(str(path), net, Path(), lambda: pictures(net))


@pytest.mark.parametrize("name", ["baseline", "student"])
def test_an_int8_file_comes_within_its_steps(name: str, export: Callable[[FaceNet], Path]) -> None:
    path, net = export(face_net(name, UNITS, 0)), face_net(name, UNITS, 1)
    small, image = path.with_name("small.onnx"), pictures(net, seed=8)
    quantise(path, small, pictures(net).numpy(), ["Conv", "MatMul"])
    path.with_suffix(".toml").replace(small.with_suffix(".toml"))
    start_from(str(small), net, Path(), lambda: pictures(net))
    expected, got = said_by_file(path, image), said_by_net(net, image)
    for output, value in expected.items():
        np.testing.assert_allclose(got[output], value, atol=0.05, err_msg=output)


def test_a_recipe_names_its_start(make_task: MakeTask, tiny_data: Path, tmp_path: Path) -> None:
    task = make_task(steps=1)
    lesson = task.load(tiny_data)
    trained = fit(task, lesson, tmp_path / "first")
    named = task.recipe.net.model_copy(update={"start": "first"})
    task.recipe = task.recipe.model_copy(update={"net": named, "seed": 9})
    begun = fit(task, lesson, tmp_path / "second", stop_after=0)
    torch.testing.assert_close(begun.state_dict(), trained.state_dict())


def test_a_run_that_goes_on_does_not_start_again(
    make_task: MakeTask, tiny_data: Path, tmp_path: Path
) -> None:
    task = make_task(steps=1)
    lesson = task.load(tiny_data)
    trained = fit(task, lesson, tmp_path / "run")
    gone = task.recipe.net.model_copy(update={"start": "gone"})
    task.recipe = task.recipe.model_copy(update={"net": gone})
    again = fit(task, lesson, tmp_path / "run")
    torch.testing.assert_close(again.state_dict(), trained.state_dict())
    with pytest.raises(ConfigError, match="expected a trained run"):
        fit(task, lesson, tmp_path / "other")
