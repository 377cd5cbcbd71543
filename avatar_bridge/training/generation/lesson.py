"""What the two players of a generation net are taught."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from avatar_bridge.nets.generation.base import GenerationNet, Mover, Verdict
from avatar_bridge.nets.generation.blocks import moved
from avatar_bridge.training.datasets.portraits.base import Portraits
from avatar_bridge.training.datasets.source import VALIDATION
from avatar_bridge.training.generation import losses as by
from avatar_bridge.training.generation.batches import NONE, Batches
from avatar_bridge.training.generation.guide import Guides, load_guide
from avatar_bridge.training.generation.judge import Judge
from avatar_bridge.training.generation.recipe import GenerationRecipe
from avatar_bridge.training.task import Batch, Judgement

SHEET = "samples.png"
_READ = 10.0  # dB that a share of 1 is worth


class _Painting(NamedTuple):
    """What a generator gave.

    Attributes:
        made: (B, 1, S, S).
        painted: what of it was painted over the picture, moved or not.
        flow: how it was moved, (B, 2, S, S) as `losses.fold_loss` takes it; (B, 0, S, S) if not.
    """

    made: Tensor
    painted: Tensor
    flow: Tensor


class GenerationLesson:
    """Portraits, and the game that is played over them.

    The discriminator learns the condition (equation 5) from pictures whose condition is known, not
    from made ones as equation 8 has it: on those both players could agree on a sign that nobody
    sees. It learns rho^ there, too, which equation 8 leaves out and equation 7 needs.

    Args:
        recipe: what to do with them.
        sources: the recipe's data.
        folder: for the sheet of samples; None leaves none.
    """

    def __init__(
        self, recipe: GenerationRecipe, sources: Sequence[Portraits], folder: Path | None
    ) -> None:
        self._recipe, self._folder, self._sources = recipe, folder, tuple(sources)
        self._batches = Batches(recipe, sources)
        self._side = recipe.game.coarse or recipe.input.size
        self._guide = self._load_guide()
        self._judge = Judge(recipe, sources, VALIDATION, self._guide)

    @property
    def faces(self) -> int:
        return sum(len(source.images) for source in self._sources)

    def start(self, net: nn.Module) -> None:
        """Both players begin from random weights."""

    def batch(self, step: int) -> Batch:
        return self._batches[step]

    def turns(
        self, net: nn.Module, batch: Batch, step: int
    ) -> Iterator[tuple[nn.Module, dict[str, Tensor]]]:
        """The discriminator's losses, and then, once it has learned of them, the generator's.

        Of warm steps the generator's to known targets alone.
        """
        game = cast(GenerationNet, net)
        image, truth = (batch[name].float() / 127.5 - 1 for name in ("image", "truth"))
        self._side = image.shape[-1]
        painting = self._paint(game, image, batch["wish"])
        if step < self._recipe.game.warm and batch["paired"].all():
            yield game.generator, self._total(self._to_targets(image, truth, painting, batch))
            return
        if self._recipe.loss.adversarial or self._recipe.loss.category:
            yield game.discriminator, self._critic(game, image, painting.made.detach(), batch, step)
        yield game.generator, self._painter(game, image, truth, painting, batch, step)

    def losses(self, net: nn.Module, batch: Batch) -> dict[str, Tensor]:
        """The generator's losses against the discriminator as it is."""
        *_, (_, told) = self.turns(net, batch, self._recipe.game.warm)
        return told

    def judge(self, net: nn.Module) -> Judgement:
        sheet = self._folder / SHEET if self._folder else None
        return self._judge(cast(GenerationNet, net).generator, self._side, sheet)

    def merit(self, judgement: Judgement) -> float:
        """PSNR to known targets, dB, and a tenth of a point for each percent that the guide reads.

        The nearest picture to a target is a blurred one, and to no target at all an unchanged one:
        likeness alone would choose a net that has not been told what expressions are.
        """
        likeness = [part["pair_psnr"] for part in judgement.values() if "pair_psnr" in part]
        read = [part["guide"] for part in judgement.values() if "guide" in part]
        return float(np.mean(likeness or [0.0])) + _READ * float(np.mean(read or [0.0]))

    def _paint(self, net: GenerationNet, image: Tensor, wish: Tensor) -> _Painting:
        generator = net.generator
        flow = image[:, :0]
        with torch.autocast(image.device.type, torch.bfloat16, self._recipe.optim.bfloat16):
            if isinstance(generator, Mover) and generator.moves:
                made, flow = generator.with_flow(image, wish)
                image = moved(image, flow)
            else:
                made = generator(image, wish)
        return _Painting(made.float(), made.float() - image, flow)

    def _critic(
        self, net: GenerationNet, image: Tensor, made: Tensor, batch: Batch, step: int
    ) -> dict[str, Tensor]:
        """Equation 8 and what keeps equation 1 bounded."""
        weight, game = self._recipe.loss, self._recipe.game
        real = net.discriminator(image, batch["own"])
        fake = net.discriminator(made, batch["wish"])
        wasserstein = game.adversary == "wasserstein"
        rule = by.critic_loss if wasserstein else by.critic_squares
        parts = {"critic": rule(real.source, fake.source)}
        total = parts["critic"]
        if wasserstein and step % game.penalty_every == 0:
            penalty = by.gradient_penalty(
                net.discriminator, image, made, batch["wish"], batch["share"]
            )
            total = total + weight.penalty * game.penalty_every * penalty
        known = batch["known"]
        if known.any():
            told = Verdict(*(part[known] for part in real))
            own = batch["own"][known]
            parts["real_class"] = by.category_loss(told, batch["own_class"][known])
            total = total + weight.category * parts["real_class"]
            total = total + weight.condition * by.condition_loss(told, own)
            total = total + weight.intensity * by.intensity_loss(told, own.amax(1))
        return {**parts, "total": total}

    def _painter(
        self,
        net: GenerationNet,
        image: Tensor,
        truth: Tensor,
        painting: _Painting,
        batch: Batch,
        step: int,
    ) -> dict[str, Tensor]:
        """Equation 7, and what is not the paper's."""
        weight, game = self._recipe.loss, self._recipe.game
        made, wish, paired = painting.made, batch["wish"], batch["paired"]
        parts: dict[str, Tensor] = {}
        verdict = net.discriminator(made, wish)
        fooling = by.fooling_loss if game.adversary == "wasserstein" else by.fooling_squares
        parts["adversarial"] = fooling(verdict.source)
        parts["category"] = by.category_loss(verdict, batch["wish_class"])
        parts["condition"] = by.condition_loss(verdict, wish)
        parts["intensity"] = by.intensity_loss(verdict, wish.amax(1))
        if weight.reconstruction and not paired.all():
            alone = ~paired  # pairs have a better teacher
            back = batch["own"][alone]
            if game.source == "estimate":  # of D, which is not to learn of it
                with torch.no_grad():
                    back = net.discriminator(image[alone], back).condition
            again = self._paint(net, made[alone], back).made
            parts["reconstruction"] = by.reconstruction_loss(image[alone], again)
        parts |= self._to_targets(image, truth, painting, batch)
        if not paired.all():
            parts["paint"] = painting.painted[~paired].abs().mean()
        if self._guide is not None and weight.guide:
            classes = batch["wish_class"]
            strong = (classes != NONE) & (wish.amax(1) >= 0.5) & ~paired
            if strong.any():
                told = self._guide.ask(made[strong], step)
                parts["guide"] = F.cross_entropy(
                    told, classes[strong], label_smoothing=self._recipe.guide.doubt
                )
        return self._total(parts)

    def _to_targets(
        self, image: Tensor, truth: Tensor, painting: _Painting, batch: Batch
    ) -> dict[str, Tensor]:
        """Losses to known targets, and of what should not change."""
        made, paired = painting.made, batch["paired"]
        parts: dict[str, Tensor] = {}
        if paired.any():
            pair = made[paired], truth[paired]
            parts["pair"] = by.pair_loss(*pair)
            parts["edge"] = by.edge_loss(*pair)
            parts["structure"] = by.structure_loss(*pair)
        parts["still"] = by.still_loss(made, image)
        parts["variation"] = by.variation_loss(painting.painted)
        if painting.flow.numel():
            parts["fold"] = by.fold_loss(painting.flow)
        return parts

    def _total(self, parts: dict[str, Tensor]) -> dict[str, Tensor]:
        weight = self._recipe.loss
        total = torch.zeros(())
        for name, part in parts.items():
            if getattr(weight, name):
                total = total + getattr(weight, name) * part
        return {**parts, "total": total}

    def _load_guide(self) -> Guides | None:
        part = self._recipe.guide
        if not part.nets:
            return None
        images = self._sources[-1].images[:64]
        pictures = torch.from_numpy(np.ascontiguousarray(images))[:, None].float() / 127.5 - 1
        folder = Path(part.models)
        guides = [load_guide(net, folder, self._recipe.input, pictures) for net in part.nets]
        return Guides(guides, part.jitter)
