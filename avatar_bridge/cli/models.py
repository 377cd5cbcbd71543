"""`avatar-bridge models`: what is installed, from the cards."""

import json
from typing import Annotated

import typer
from rich.table import Table

from avatar_bridge.cli.console import out
from avatar_bridge.inference.store import ModelStore


def models(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the installed nets with what their cards say."""
    store = ModelStore()
    cards = [store.find(name).card for name in store.names()]
    if as_json:
        out.print_json(json.dumps([card.model_dump(mode="json") for card in cards]))
        return
    table = Table(caption=f"in {store.folder}", caption_justify="left")
    for column in ("name", "task", "title", "weights", "licence", "scores"):
        table.add_column(column)
    for card in cards:
        scores = "\n".join(f"{name} {value:.3f}" for name, value in card.scores.items())
        table.add_row(
            card.name, card.task, card.title, f"{card.parameters:,}", card.licence, scores
        )
    out.print(table)
