"""A recipe for the tiny set of `tests/training/conftest.py`."""

from collections.abc import Callable
from dataclasses import fields

import pytest

from avatar_bridge.training.emotion.augment import Augment
from avatar_bridge.training.recipe import read_recipe
from avatar_bridge.training.tasks import emotion

TILE = 64


@pytest.fixture
def make_emotion_task() -> Callable[..., emotion.EmotionTask]:
    """Builds the packaged recipe `deep_cnn5` for the tiny set; arguments replace optim fields.

    `still` leaves the pictures as they are.
    """

    def build(still: bool = False, **optim: object) -> emotion.EmotionTask:
        path, recipe = read_recipe("deep_cnn5")
        recipe["data"][0]["options"] = {"folder": "votes", "tile": TILE, "validation": 0.3}
        recipe["optim"] |= {"batch": 6, "steps": 4, **optim}
        if still:
            recipe["augment"] = {field.name: 0.0 for field in fields(Augment)}
        return emotion.create(path, recipe)

    return build
