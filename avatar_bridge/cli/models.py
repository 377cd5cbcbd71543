"""`avatar-bridge models`: what is installed, from the cards."""

import json
from typing import Annotated

import typer
from rich.table import Table

from avatar_bridge.cli.console import out
from avatar_bridge.inference.store import ModelStore

_SCORE_COLUMNS = 2


def models(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the installed nets with what their cards say."""
    store = ModelStore()
    cards = [store.find(name).card for name in store.names()]
    if as_json:
        out.print_json(json.dumps([card.model_dump(mode="json") for card in cards]))
        return
    for card in cards:
        title = f"{card.name}: {card.title}\n{card.task} net, {card.parameters:,} weights, "
        table = Table(title=title + card.licence, title_justify="left", show_header=False)
        for index in range(0, len(card.scores), _SCORE_COLUMNS):
            row = list(card.scores.items())[index : index + _SCORE_COLUMNS]
            table.add_row(*(cell for name, value in row for cell in (name, f"{value:.3f}")))
        out.print(table)
        for note in card.notes:
            out.print(f"- {note}", highlight=False)
    out.print(f"in {store.folder}", style="dim", highlight=False)
