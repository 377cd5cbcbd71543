import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from avatar_bridge.errors import ModelError
from avatar_bridge.inference.card import load_card
from avatar_bridge.inference.providers import CPU, choose_providers
from avatar_bridge.inference.session import GeneratorNet, KeptPlaces, Net, prepare
from avatar_bridge.inference.store import ModelStore

CARD = """
name = "{name}"
task = "face"
architecture = "mean"
title = "the mean of a picture"
licence = "Apache-2.0"
action_units = ["AU12L"]
emotions = []
recipe = "none"
parameters = 0
[input]
size = 8
channels = {channels}
mean = 0.5
std = 0.25
margin = 1.3
[[data]]
name = "nothing"
licence = "none"
use = "none"
[scores]
r = 0.5
"""


def write_model(folder: Path, name: str = "mean", channels: int = 1, side: int | str = 8) -> None:
    """A net that gives back the mean of its input, with card and manifest."""
    sides = [f"{side}_h", f"{side}_w"] if isinstance(side, str) else [side, side]
    shape = ["batch", channels, *sides]
    graph = helper.make_graph(
        [helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0)],
        "mean",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["batch"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / f"{name}.onnx"))
    (folder / f"{name}.toml").write_text(CARD.format(name=name, channels=channels))
    write_manifest(folder, name)


def write_manifest(folder: Path, name: str, kind: str = "onnx") -> None:
    sums = {
        key: hashlib.sha256((folder / f"{name}.{suffix}").read_bytes()).hexdigest()
        for key, suffix in ((kind, kind), ("card", "toml"))
    }
    text = f'[{name}]\n{kind} = "{sums[kind]}"\ncard = "{sums["card"]}"\n'
    (folder / "manifest.toml").write_text(text)


def test_a_net_sees_standardised_grey(tmp_path: Path) -> None:
    write_model(tmp_path)
    net = Net(ModelStore(tmp_path).find("mean"))
    out = net.run(np.full((8, 8, 3), 255, np.uint8))
    assert out["mean"] == pytest.approx((1.0 - 0.5) / 0.25)
    assert net.provider == choose_providers()[0]


def test_colour_goes_in_as_rgb(tmp_path: Path) -> None:
    write_model(tmp_path, channels=3)
    card = ModelStore(tmp_path).find("mean").card
    blue = np.zeros((8, 8, 3), np.uint8)
    blue[..., 0] = 255
    batch = prepare(blue, card)
    assert batch.shape == (1, 3, 8, 8)
    assert batch[0, 2].mean() == pytest.approx(2.0)
    assert batch[0, 0].mean() == pytest.approx(-2.0)


def test_a_batch_of_grey_pictures_goes_in_at_once(tmp_path: Path) -> None:
    write_model(tmp_path)
    pictures = np.stack([np.full((8, 8), grey, np.uint8) for grey in (0, 255, 0)])
    out = Net(ModelStore(tmp_path).find("mean")).run_batch(pictures)
    assert out["mean"] == pytest.approx([-2.0, 2.0, -2.0])


def test_a_net_for_any_size_takes_others_than_its_cards(tmp_path: Path) -> None:
    write_model(tmp_path, side="any")
    out = Net(ModelStore(tmp_path).find("mean")).run_batch(np.full((1, 5, 9), 255, np.uint8))
    assert out["mean"] == pytest.approx([2.0])


def test_a_model_may_be_numbers_in_place_of_a_net(tmp_path: Path) -> None:
    write_model(tmp_path)
    (tmp_path / "mean.onnx").unlink()
    np.save(tmp_path / "mean.npy", np.arange(3))
    write_manifest(tmp_path, "mean", kind="npy")
    model = ModelStore(tmp_path).find("mean")
    assert np.load(model.file).tolist() == [0, 1, 2]
    (tmp_path / "mean.npy").write_bytes(b"others")
    with pytest.raises(ModelError, match=r"mean\.npy: expected sha256 .*, got"):
        ModelStore(tmp_path).find("mean")


def test_a_net_that_is_not_what_its_card_says_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path, side=16)
    with pytest.raises(ModelError, match=r"expected one input 'image' \[1, 8, 8\], got"):
        Net(ModelStore(tmp_path).find("mean"))


def test_a_file_that_is_no_net_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    (tmp_path / "mean.onnx").write_bytes(b"not a net")
    write_manifest(tmp_path, "mean")
    with pytest.raises(ModelError, match="expected an ONNX net"):
        Net(ModelStore(tmp_path).find("mean"))


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    with (tmp_path / "mean.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match="was altered or cut short"):
        ModelStore(tmp_path).find("mean")


@pytest.mark.parametrize("suffix", ["onnx", "toml"])
def test_a_missing_file_is_named(tmp_path: Path, suffix: str) -> None:
    write_model(tmp_path)
    (tmp_path / f"mean.{suffix}").unlink()
    with pytest.raises(ModelError, match=rf"mean\.{suffix}, got: No such file"):
        ModelStore(tmp_path).find("mean")


def test_an_unknown_name_lists_the_choices(tmp_path: Path) -> None:
    write_model(tmp_path)
    assert ModelStore(tmp_path).names() == ("mean",)
    with pytest.raises(ModelError, match="unknown model 'other'; expected one of: mean"):
        ModelStore(tmp_path).find("other")
    with pytest.raises(ModelError, match="expected a manifest at"):
        ModelStore(tmp_path / "nowhere").names()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("AU12L", "AU99"), "expected a name of facs, got 'AU99'"),
        (("size = 8", "size = 0"), "input.size"),
        (('task = "face"', 'task = "tea"'), "task"),
        (("parameters = 0", ""), "parameters: Field required"),
        (("parameters = 0", "parameters = 0\nthreshold = 1.5"), "threshold: .* less than 1"),
        (("[input]", "[input"), "expected TOML"),
    ],
)
def test_a_bad_card_is_one_line(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(CARD.format(name="bad", channels=1).replace(*change))
    with pytest.raises(ModelError, match=message) as caught:
        load_card(path)
    assert "\n" not in str(caught.value)


def test_kept_places_hold_what_is_given_them_last() -> None:
    model = ModelStore().find("student")
    session = onnxruntime.InferenceSession(str(model.file), providers=[CPU])
    spec, rng = model.card.input, np.random.default_rng(0)
    kept = KeptPlaces(session, (1, spec.channels, spec.size, spec.size), "cpu")
    for _ in range(2):
        batch = rng.normal(size=(1, spec.channels, spec.size, spec.size)).astype(np.float32)
        expected = session.run(None, {"image": batch})
        for got, wanted in zip(kept.run(batch), expected, strict=True):
            np.testing.assert_array_equal(got, wanted)


def test_the_cpu_is_always_there() -> None:
    assert choose_providers()[-1] == CPU


def test_every_packaged_net_loads_and_runs() -> None:
    store = ModelStore()
    assert store.names()
    nets = [model for name in store.names() if (model := store.find(name)).file.suffix == ".onnx"]
    for model in nets:
        if model.card.task == "generation":
            generator = GeneratorNet(model)
            size = model.card.input.size
            picture = np.full((size, size), 128, np.uint8)
            wish = np.zeros(len(model.card.conditions), np.float32)
            assert np.isfinite(generator.run(picture, wish).luminance).all()
            continue
        net = Net(model)
        size = net.card.input.size
        for value in net.run(np.full((size, size, 3), 128, np.uint8)).values():
            assert np.isfinite(value).all()
