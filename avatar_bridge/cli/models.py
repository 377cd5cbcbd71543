"""`avatar-bridge models`: what is installed, from the cards."""

import json
from typing import Annotated

import typer
from rich.table import Table

from avatar_bridge.build import build_retargeter
from avatar_bridge.cli.console import out
from avatar_bridge.cli.tiers import DEFAULT
from avatar_bridge.config import TIER_NETS, Config
from avatar_bridge.facs.arkit import Capability
from avatar_bridge.inference.card import ModelCard
from avatar_bridge.inference.store import InstalledModel, ModelStore

_MEGABYTE = 1e6
_SCORE_COLUMNS = 2
# The scores that a reader of the list looks for, by task, with what they are of.
_HEADLINES = {
    "face": {"clips_r": "r on clips"},
    "emotion": {
        "fer2013_emotion_accuracy": "FER+",
        "fer2013_own_label_accuracy": "FER-2013",
    },
    "detection": {"scenes_recall": "recall", "scenes_precision": "precision"},
}


def models(
    name: Annotated[str | None, typer.Argument(help="One net, to see its whole card.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the installed nets, or show the card of one."""
    store = ModelStore()
    found = [store.find(each) for each in ((name,) if name else store.names())]
    if as_json:
        out.print_json(json.dumps([model.card.model_dump(mode="json") for model in found]))
    elif name:
        _show(found[0].card)
    else:
        out.print(_list(found))
        out.print("models NAME shows a card with data, scores and limits", style="dim")
    if not as_json:
        out.print(f"in {store.folder}", style="dim", highlight=False)


def _list(found: list[InstalledModel]) -> Table:
    table = Table("net", "task", "what it is", "weights", "file", "scores")
    table.columns[0].no_wrap = True
    for model in found:
        card = model.card
        size = f"{model.file.stat().st_size / _MEGABYTE:.1f} MB {card.precision}"
        headlines = _HEADLINES.get(card.task, {}).items()
        scores = [f"{of} {card.scores[key]:.3f}" for key, of in headlines if key in card.scores]
        task = "\n".join([card.task, *_tiers(card.name)])
        table.add_row(card.name, task, card.title, f"{card.parameters:,}", size, "\n".join(scores))
    return table


def _tiers(net: str) -> list[str]:
    """The tiers that a net is, in words."""
    return [
        f"tier {tier}" + (" (default)" if tier == DEFAULT else "")
        for tier, name in TIER_NETS.items()
        if name == net
    ]


def _show(card: ModelCard) -> None:
    out.print(f"{card.name}: {card.title}", highlight=False)
    out.print(
        f"{card.task} net, {card.parameters:,} weights, {card.precision}, {card.licence}, "
        f"recipe {card.recipe}" + "".join(f", {tier}" for tier in _tiers(card.name)),
        highlight=False,
    )
    for data in card.data:
        out.print(f"taught by {data.name} ({data.licence}): {data.use}", highlight=False)
    table = Table(show_header=False)
    for index in range(0, len(card.scores), _SCORE_COLUMNS):
        row = list(card.scores.items())[index : index + _SCORE_COLUMNS]
        table.add_row(*(cell for key, value in row for cell in (key, f"{value:.3f}")))
    if card.scores:
        out.print(table)
    for note in card.notes:
        out.print(f"- {note}", highlight=False)
    if card.task == "face":
        _show_shapes(card)


def _show_shapes(card: ModelCard) -> None:
    """By what each of the 52 moves that the net does not read itself."""
    read = tuple(name for name in card.action_units if name not in card.unread)
    rows = build_retargeter(Config().profile, read).explain()
    measured = sum(way is Capability.MEASURED for _, way, _ in rows)
    out.print(f"{measured} of the {len(rows)} blendshapes are measured; the others:")
    table = Table("shape", "", "moved by")
    for shape, way, rule in rows:
        if way is not Capability.MEASURED:
            table.add_row(shape, way.value, rule)
    out.print(table)
