"""Every detector's recipe, cut down to discs: taught, exported, and opened by ONNX Runtime."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from avatar_bridge.detect.hog_svm import HogSvmDetector
from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.card import load_card
from avatar_bridge.inference.store import InstalledModel
from avatar_bridge.training.checkpoint import load_trained
from avatar_bridge.training.detection.hog import LinearSvm
from avatar_bridge.training.detection.scenes.scene import Scene
from avatar_bridge.training.export import write_card, write_net
from avatar_bridge.training.loop import fit
from avatar_bridge.training.recipe import read_recipe
from avatar_bridge.training.runs import keep_recipe
from avatar_bridge.training.task import Scores, SolvedTask, make_card
from avatar_bridge.training.tasks import detection

MakeTask = Callable[..., detection.DetectionTask]
WINDOW_NETS = ("mtcnn_pnet", "immtcnn_pnet", "mtcnn_onet", "immtcnn_onet")


@pytest.fixture
def make_task() -> MakeTask:
    """Builds a packaged recipe on the discs; arguments replace its cascade."""

    def build(name: str, **cascade: object) -> detection.DetectionTask:
        path, recipe = read_recipe(name)
        sheets, pictures = recipe["data"][0], recipe["data"][-1]
        sheets["options"] = {
            "folder": "discs", "tile": 64, "validation": 0.4, "photographs": True,
        }  # fmt: skip
        pictures["options"] = {"validation": 0.5}
        recipe["data"] = [sheets, pictures]
        recipe["scenes"] = {"train": 6, "held_out": 3, "smallest": 30, "largest": 100}
        recipe["cascade"] = cascade
        recipe["optim"] |= {"batch": 4, "steps": 3, "minutes": 60.0}
        return detection.create(path, recipe)

    return build


def shipped(task: detection.DetectionTask, net: torch.nn.Module, root: Path, run: Path) -> Path:
    """The net's file, with its card and the manifest beside it."""
    path = write_net(task.exported(net), task.outputs, task.recipe, run)
    write_card(task.ship(net, path, root, Scores()), run)
    return path


@pytest.mark.parametrize("name", [*WINDOW_NETS, "ssd"])
def test_a_net_is_taught_and_exported(
    name: str, make_task: MakeTask, disc_data: Path, tmp_path: Path
) -> None:
    task = make_task(name)
    run = tmp_path / name
    if name.endswith("onet"):  # a later net alone slides over no pyramid
        task = make_task(name, before=[str(_first(make_task, disc_data, tmp_path))], keep=[0.1])
    net = fit(task, task.load(disc_data, folder=run), run)
    path = shipped(task, net, disc_data, run)
    card = load_card(path.with_suffix(".toml"))
    assert card.task == "detection"
    assert card.threshold is not None and 0 < card.threshold < 1
    assert bool(card.emotions) == (name == "immtcnn_onet")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    size = task.recipe.input.size
    outputs = session.run(None, {"image": np.zeros((2, 1, size, size), np.float32)})
    assert [out.name for out in session.get_outputs()] == list(task.outputs)
    assert all(len(out) == 2 for out in outputs)
    assert ((outputs[0] >= 0) & (outputs[0] <= 1)).all()
    assert (run / f"{name}.scenes.png").is_file()


def _first(make_task: MakeTask, root: Path, runs: Path) -> Path:
    """The folder of a trained P-Net's run."""
    task = make_task("mtcnn_pnet")
    run = runs / "mtcnn_pnet"
    keep_recipe(task.recipe, run)
    fit(task, task.load(root, folder=run), run)
    return run


def test_batches_are_functions_of_their_number(
    make_task: MakeTask, disc_data: Path, tmp_path: Path
) -> None:
    for name in ("mtcnn_pnet", "ssd"):
        lesson = make_task(name).load(disc_data, folder=tmp_path)
        one, again, other = lesson.batch(5), lesson.batch(5), lesson.batch(6)
        for key in one:
            assert torch.equal(one[key].nan_to_num(9), again[key].nan_to_num(9))
        assert not torch.equal(one["image"], other["image"])


def test_a_killed_run_meets_the_same_windows(
    make_task: MakeTask, disc_data: Path, tmp_path: Path
) -> None:
    task = make_task("mtcnn_pnet")
    before = task.load(disc_data, folder=tmp_path).batch(2)
    after = task.load(tmp_path / "no data are needed", folder=tmp_path).batch(2)
    assert torch.equal(before["image"], after["image"])


def test_parts_of_faces_teach_no_presence(make_task: MakeTask, disc_data: Path) -> None:
    batch = make_task("mtcnn_pnet").load(disc_data).batch(0)
    assert batch["face"].isnan().any()
    none = batch["face"] == 0
    assert batch["box"][none].isnan().all() and batch["box"][~none].isfinite().all()


def test_a_score_is_needed_for_each_net_before(make_task: MakeTask, disc_data: Path) -> None:
    with pytest.raises(ConfigError, match="a score to keep for each net before"):
        make_task("mtcnn_rnet", before=["mtcnn_pnet"]).load(disc_data)


def test_a_plane_is_solved_for_and_written(
    make_task: MakeTask, disc_data: Path, tmp_path: Path
) -> None:
    task = make_task("hog_svm")
    assert isinstance(task, SolvedTask)
    task.solve(disc_data, tmp_path)
    net = load_trained(task.make_net(), tmp_path)
    path = shipped(task, net, disc_data, tmp_path)
    plane = np.load(path)
    assert (plane.shape, plane.dtype) == ((1765,), np.float32)
    assert np.abs(plane).max() > 0
    manifest = tomllib.loads((tmp_path / "manifest.toml").read_text())
    assert set(manifest["hog_svm"]) == {"npy", "card"}
    assert load_card(tmp_path / "hog_svm.toml").threshold is not None


def test_every_face_of_a_picture_is_taught(make_task: MakeTask, disc_data: Path) -> None:
    lesson = make_task("ssd").load(disc_data)
    lesson._composer = [crowd(40)] * 6
    boxes = lesson.batch(0)["boxes"]
    assert boxes.shape[1] == 40 and boxes.isfinite().all()


def crowd(count: int) -> Scene:
    return Scene(
        image=np.zeros((320, 320), np.uint8),
        boxes=np.array([(7 * i, 9, 7 * i + 30, 39) for i in range(count)], np.float32),
        points=np.zeros((count, 5, 2), np.float32),
        emotions=np.zeros((count, 7), np.float32),
        doubtful=np.zeros(count, bool),
    )


@pytest.mark.parametrize(("name", "before"), [("mtcnn_rnet", []), ("mtcnn_pnet", ["mtcnn_pnet"])])
def test_a_cascade_begins_with_a_net_that_slides(
    make_task: MakeTask, disc_data: Path, name: str, before: list[str]
) -> None:
    with pytest.raises(ConfigError, match=r"expected nets before mtcnn_.net if it cannot slide"):
        make_task(name, before=before, keep=[0.1] * len(before)).load(disc_data)


def test_the_judged_plane_is_the_shipped_one(
    make_task: MakeTask, disc_data: Path, tmp_path: Path
) -> None:
    """What a threshold is chosen by is what the runtime finds, enlarged pictures among them."""
    plane = np.random.default_rng(0).normal(0, 0.1, 1765).astype(np.float32)
    net = LinearSvm()
    with torch.no_grad():
        net.numbers.copy_(torch.from_numpy(plane))
    task = make_task("hog_svm")
    np.save(tmp_path / "hog_svm.npy", plane)
    card = make_card(task.recipe, net, Scores(), task="detection", threshold=0.5)
    runtime = HogSvmDetector(InstalledModel(card, tmp_path / "hog_svm.npy"), 30)
    picture = np.random.default_rng(1).integers(0, 256, (120, 160), dtype=np.uint8)
    judged = task.finder(net, None)(picture)
    found = runtime.detect(np.repeat(picture[..., None], 3, axis=2))
    assert len(found) > 0
    sure = judged.scores >= 0.5
    assert [each.score for each in found] == pytest.approx(judged.scores[sure].tolist())
