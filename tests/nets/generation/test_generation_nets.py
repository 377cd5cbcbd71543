"""Generation nets: what goes in comes out changed, and only by what was asked for."""

import math

import numpy as np
import onnxruntime
import pytest
import torch

from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.generation.base import ExportedGenerator, GenerationNet, with_maps
from avatar_bridge.nets.generation.discriminator import PatchDiscriminator
from avatar_bridge.nets.generation.mma_gan import MmaGenerator
from avatar_bridge.nets.layers.mixed_attention import MixedAttention
from avatar_bridge.nets.registry import nets
from avatar_bridge.training.export import export_onnx

SIZE, N = 32, 7
SMALL = {
    "mma_gan": {"width": 4, "blocks": 1},
    "stargan": {"width": 4, "blocks": 1},
    "cyclegan": {"width": 4, "blocks": 1},
    "hr_pcn_decoder": {"width": 4, "decoder": 8, "blocks": 1},
}


def small(name: str, **options: object) -> GenerationNet:
    torch.manual_seed(0)
    given = {"size": SIZE, "critic": 4} | SMALL[name] | options
    return nets("generation").create(name, conditions=N, **given).eval()


def pictures(count: int = 2) -> torch.Tensor:
    return torch.rand(count, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(1)) * 2 - 1


def test_every_net_is_tested() -> None:
    assert set(nets("generation").names()) == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_a_picture_in_gives_a_picture_and_a_verdict(name: str) -> None:
    net, image, wish = small(name), pictures(), torch.rand(2, N)
    made = net(image, wish)
    assert made.shape == image.shape
    assert float(made.detach().abs().max()) <= 1.0
    verdict = net.discriminator(image, wish)
    assert verdict.source.shape[:2] == (2, 1)
    assert verdict.classes.shape == verdict.condition.shape == (2, N)
    assert verdict.intensity.shape == (2,)


@pytest.mark.parametrize("name", SMALL)
def test_the_condition_changes_the_picture(name: str) -> None:
    net, image = small(name), pictures(1)
    if hasattr(net.generator, "paint"):  # at first nearly silent
        torch.nn.init.normal_(net.generator.paint.weight)
    happy = torch.eye(N)[3:4]
    assert not torch.allclose(net(image, happy), net(image, 0 * happy), atol=1e-4)


def test_no_change_leaves_the_picture_as_it_is() -> None:
    net, image = small("mma_gan"), pictures()
    torch.nn.init.zeros_(net.generator.paint.weight)
    torch.testing.assert_close(net(image, torch.rand(2, N)), image)


def test_without_the_global_residual_the_picture_is_painted_anew() -> None:
    net, image = small("mma_gan", grc=False), pictures()
    torch.nn.init.zeros_(net.generator.paint.weight)
    torch.nn.init.zeros_(net.generator.paint.bias)
    torch.testing.assert_close(net(image, torch.rand(2, N)), torch.zeros_like(image))


def test_without_intensity_all_emotions_are_the_same() -> None:
    net, image = small("mma_gan"), pictures(1)
    labels = torch.eye(N)
    made = [net(image, 0.0 * labels[number : number + 1]) for number in (0, 3)]
    torch.testing.assert_close(*made)


def test_a_change_at_half_the_side_leaves_a_still_picture_whole() -> None:
    net = small("mma_gan", half=True)
    image = torch.rand(2, 1, 64, 64) * 2 - 1
    assert net(image, torch.rand(2, N)).shape == image.shape
    torch.nn.init.zeros_(net.generator.paint.weight)
    torch.testing.assert_close(net(image, torch.rand(2, N)), image)
    with pytest.raises(ConfigError, match="expected grc = true"):
        small("mma_gan", grc=False, half=True)


def test_a_moved_picture_is_the_picture_elsewhere() -> None:
    net, image = small("mma_gan", warp=True), pictures()
    paint = net.generator.paint
    torch.nn.init.zeros_(paint.weight)
    torch.testing.assert_close(net(image, torch.rand(2, N)), image)
    pixels = 3  # to the right, in a picture of 32
    torch.nn.init.constant_(paint.bias[1:2], math.atanh(pixels * 2 / SIZE / 0.3))
    made = net(image, torch.rand(2, N))
    torch.testing.assert_close(made[..., :-pixels], image[..., pixels:])
    with pytest.raises(ConfigError, match="warp: expected grc = true"):
        small("mma_gan", grc=False, warp=True)


def test_without_attention_its_modules_are_gone() -> None:
    kinds = {mmar: MmaGenerator(N, 4, 2, mmar, True) for mmar in (True, False)}
    counts = {
        mmar: sum(isinstance(module, MixedAttention) for module in net.modules())
        for mmar, net in kinds.items()
    }
    assert counts == {True: 2, False: 0}


def test_cyclegan_chooses_the_generator_by_the_condition() -> None:
    net, image = small("cyclegan"), pictures(2)
    wish = torch.zeros(2, N)
    wish[0, 3] = 1.0
    made, generator = net(image, wish), net.generator
    torch.testing.assert_close(made[:1], generator.show(image[:1], wish[:1]))
    torch.testing.assert_close(made[1:], generator.rest(image[1:], wish[1:]))


def test_a_verdict_does_not_depend_on_the_other_pictures() -> None:
    critic, image = PatchDiscriminator(N, 4), pictures(2)
    alone = critic(image[:1], torch.zeros(1, N))
    both = critic(image, torch.zeros(2, N))
    torch.testing.assert_close(alone.source, both.source[:1])


def test_label_maps_hold_the_condition_everywhere() -> None:
    told = with_maps(torch.zeros(1, 2, 3, 3), torch.tensor([[0.25, 1.0]]))
    assert told.shape == (1, 4, 3, 3)
    assert (told[0, 2] == 0.25).all()
    assert (told[0, 3] == 1.0).all()


@pytest.mark.parametrize("name", SMALL)
def test_the_exported_graph_says_what_torch_says(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp(name) / "net.onnx"
    model = ExportedGenerator(small(name))
    spec = InputSpec(size=SIZE, channels=1, mean=0.5, std=0.5, margin=1.4)
    export_onnx(model, model.outputs, spec, path)  # compares over random pictures
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert [i.name for i in session.get_inputs()] == ["image", "condition"]
    image, wish = pictures(1).numpy(), np.zeros((1, N), np.float32)
    (made,) = session.run(["generated"], {"image": image, "condition": wish})
    assert made.shape == image.shape


def test_a_net_that_moves_says_how() -> None:
    for name, options, outputs in (
        ("mma_gan", {"warp": True}, ("generated", "flow")),
        ("hr_pcn_decoder", {}, ("generated", "flow")),
        ("mma_gan", {}, ("generated",)),
        ("stargan", {}, ("generated",)),
    ):
        model, image, wish = ExportedGenerator(small(name, **options)), pictures(), torch.rand(2, N)
        assert model.outputs == outputs
        made, *flow = model(image, wish)
        torch.testing.assert_close(made, model.net(image, wish))
        assert [tuple(each.shape) for each in flow] == [(2, 2, SIZE, SIZE)] * (len(outputs) - 1)
