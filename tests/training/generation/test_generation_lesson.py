"""The game: pairs are learned, players take turns, and a killed run goes on as if it was not."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, mirrored
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.inference.card import InputSpec, load_card
from avatar_bridge.nets.registry import nets
from avatar_bridge.training.datasets.portraits.base import FREE
from avatar_bridge.training.datasets.portraits.news import intensities
from avatar_bridge.training.datasets.source import VALIDATION
from avatar_bridge.training.generation.guide import Guide, Guides, load_guide
from avatar_bridge.training.loop import fit
from avatar_bridge.training.tasks.generation import GenerationTask

Make = Callable[..., GenerationTask]


def test_a_batch_holds_pairs_and_photographs(make_generation: Make, portraits_data: Path) -> None:
    lesson = make_generation(game={"paired": 0.5}).load(portraits_data)
    batch, again = lesson.batch(3), lesson.batch(3)
    assert all(torch.equal(batch[name], again[name]) for name in batch)
    assert batch["paired"].tolist() == [True] * 4 + [False] * 4
    assert batch["image"].shape == (8, 1, 32, 32)
    assert batch["wish"].shape == (8, len(EMOTIONS))
    alone = ~batch["paired"]
    assert torch.equal(batch["image"][alone], batch["truth"][alone])
    strong = batch["wish"].argmax(1)[batch["wish"].amax(1) > 0]
    assert torch.equal(strong, batch["wish_class"][batch["wish"].amax(1) > 0])
    unknown = batch["own_class"] < 0
    assert not batch["known"][unknown].any()


def test_no_head_is_learned_from_and_judged_by(make_generation: Make, portraits_data: Path) -> None:
    source = make_generation().read(portraits_data)[0]
    held = set((source.rows(VALIDATION) // source.sitting).tolist())
    assert held == {4, 5}
    assert len(source.rows(VALIDATION)) == 2 * source.sitting


def test_a_flipped_face_has_its_weights_mirrored(
    make_generation: Make, portraits_data: Path
) -> None:
    lesson = make_generation("mma_gan_au", loss={"guide": 0.0}).load(portraits_data)
    weights = make_generation().read(portraits_data)[0].weights
    mirror = [BLENDSHAPE_INDEX[mirrored(name)] for name in BLENDSHAPES]
    known = {row.tobytes() for row in weights} | {row[mirror].tobytes() for row in weights}
    wishes = [wish for step in range(4) for wish in lesson.batch(step)["wish"][:4].numpy()]
    assert all(wish.tobytes() in known for wish in wishes)
    assert {wish.tobytes() in {row.tobytes() for row in weights} for wish in wishes} == {
        True,
        False,
    }


def test_pairs_are_learned(make_generation: Make, portraits_data: Path, tmp_path: Path) -> None:
    task = make_generation(
        game={"warm": 24, "paired": 1.0}, optim={"steps": 24, "rate": 0.01, "average": 0.0}
    )
    lesson = task.load(portraits_data)
    told: list[float] = []
    fit(task, lesson, tmp_path, lambda report: told.append(float(report.losses["pair"])))
    first, last = np.mean(told[:6]), np.mean(told[-6:])
    assert last < 0.8 * first


@pytest.mark.parametrize("name", ["mma_gan", "cyclegan"])
def test_each_player_learns_in_its_turn_alone(
    make_generation: Make, portraits_data: Path, name: str
) -> None:
    task = make_generation(name)
    lesson, net = task.load(portraits_data), task.make_net()
    turns = lesson.turns(net, lesson.batch(0), 0)
    critic, told = next(turns)
    assert critic is net.discriminator
    told["total"].backward()
    assert all(p.grad is None for p in net.generator.parameters())
    painter, told = next(turns)
    assert painter is net.generator
    assert {"adversarial", "reconstruction", "pair"} <= told.keys()


def test_a_resumed_run_ends_where_a_whole_one_does(
    make_generation: Make, portraits_data: Path, tmp_path: Path
) -> None:
    task = make_generation(game={"warm": 1})
    lesson = task.load(portraits_data)
    whole = fit(task, lesson, tmp_path / "whole").state_dict()
    start = task.make_net().state_dict()
    fit(task, lesson, tmp_path / "killed", stop_after=2)
    resumed = fit(task, lesson, tmp_path / "killed").state_dict()
    torch.testing.assert_close(resumed, whole)
    moved = [name for name in start if not torch.equal(start[name], whole[name])]
    assert any(name.startswith("generator") for name in moved)
    assert any(name.startswith("discriminator") for name in moved)


def test_a_trained_net_is_judged_and_shipped(
    make_generation: Make, portraits_data: Path, tmp_path: Path
) -> None:
    task = make_generation(optim={"steps": 1})
    net = fit(task, task.load(portraits_data, folder=tmp_path), tmp_path)
    assert (tmp_path / "samples.png").is_file()
    scores = task.evaluate(net, portraits_data, tmp_path)
    assert scores.summary["sittings_pair_psnr"] > 0
    assert scores.summary["faces_again_psnr"] > 0
    card = task.ship(net, tmp_path / "net.onnx", portraits_data, scores)
    assert card.conditions == EMOTIONS
    assert card.parameters == sum(p.numel() for p in net.generator.parameters())


def test_an_emotion_is_as_strong_as_the_teacher_sees_it() -> None:
    weights = np.zeros((12, len(BLENDSHAPES)), np.float32)
    smile = [BLENDSHAPE_INDEX[f"mouthSmile{side}"] for side in ("Left", "Right")]
    weights[:, smile] = np.linspace(0, 1, 12)[:, None]
    emotions = np.full(12, EMOTION_INDEX["happiness"], np.uint8)
    emotions[0], emotions[1] = FREE, EMOTION_INDEX["neutral"]
    rho = intensities(weights, emotions)
    assert rho[:2].tolist() == [0.0, 0.0]
    assert (np.diff(rho[2:]) >= 0).all()
    assert rho[2] >= 0.2
    assert rho[-1] == 1.0


def test_a_guide_looks_at_its_own_part_of_the_face() -> None:
    net = nets("emotion").create("hr_pcn", size=16, width=4)
    seen: list[torch.Tensor] = []
    net.stem.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    own = InputSpec(size=16, channels=1, mean=0.5, std=0.25, margin=1.0, lift=0.25)
    given = InputSpec(size=32, channels=1, mean=0.5, std=0.5, margin=2.0)
    rows = torch.linspace(-1, 1, 65)[:-1].add(1 / 64)  # the middle of each of 64 rows
    image = rows[None, None, :, None].expand(1, 1, 64, 64)
    logits = Guide(net, own, given)(image)
    assert logits.shape == (1, len(EMOTIONS))
    # Half the side, its middle an eighth of the picture's side above the middle.
    levels = (seen[0][0, 0, :, 8] * 0.25 + 0.5) * 2 - 1
    assert float(levels.mean()) == pytest.approx(-0.25, abs=0.01)
    assert float(levels[-1] - levels[0]) == pytest.approx(1.0 * 15 / 16, abs=0.03)


class _Says(Guide):
    """A guide that is sure of one emotion, and keeps what it was shown askew by."""

    def __init__(self, emotion: int) -> None:
        nn.Module.__init__(self)
        self.emotion = emotion
        self.moves: list[torch.Tensor] = []

    def forward(self, image: torch.Tensor, moves: torch.Tensor | None = None) -> torch.Tensor:
        if moves is not None:
            self.moves.append(moves)
        return 9.0 * torch.eye(len(EMOTIONS))[self.emotion].expand(len(image), -1)


def test_guides_take_turns_and_are_judged_together() -> None:
    guides = Guides([one := _Says(0), other := _Says(3)], jitter=0.1)
    image = torch.zeros(4, 1, 8, 8)
    assert [int(guides.ask(image, step)[0].argmax()) for step in range(4)] == [0, 3, 0, 3]
    assert guides(image)[0, [0, 3]].tolist() == pytest.approx([0.5, 0.5], abs=0.01)
    first, later = one.moves
    assert first.shape == (4, 2, 3)
    assert float(first.abs().max()) <= 0.1
    assert not torch.equal(first, later)
    guides.ask(image, 1)
    assert torch.equal(other.moves[0], other.moves[-1])  # the step decides it


@pytest.mark.parametrize("name", ["hr_pcn", "mini_xception", "deep_cnn5"])
def test_a_shipped_net_guides_as_it_reads(name: str) -> None:
    models = Path(__file__).resolve().parents[3] / "models"
    card = load_card(models / f"{name}.toml")
    spec = card.input
    noise = torch.rand(6, 1, 6, 6, generator=torch.Generator().manual_seed(0)) * 2 - 1
    image = F.interpolate(noise, (spec.size, spec.size), mode="bicubic").clamp(-1, 1)
    session = onnxruntime.InferenceSession(
        str(models / f"{name}.onnx"), providers=["CPUExecutionProvider"]
    )
    fed = (((image + 1) / 2 - spec.mean) / spec.std).numpy()
    (expected,) = session.run(["emotions"], {"image": fed})
    with torch.no_grad():
        got = load_guide(name, models, spec, image)(image).softmax(1).numpy()
    assert np.abs(expected - expected.mean(0)).max() > 0.2  # it tells them apart
    expected = expected[:, : len(EMOTIONS)]  # some tell contempt, too
    expected /= expected.sum(1, keepdims=True)
    np.testing.assert_allclose(got, expected, atol=0.08)
