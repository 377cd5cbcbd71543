"""Tiny heads that show an emotion by a bright patch, where a net can learn it in a few steps."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.training.recipe import read_recipe
from avatar_bridge.training.tasks import generation

SIZE, HEADS, PICTURES, FREE = 32, 6, 9, 255


@pytest.fixture(scope="session")
def portraits_data(tiny_data: Path) -> Path:
    """The root of the tiny sets, with a folder of sittings in it."""
    rng = np.random.default_rng(0)
    heads = rng.integers(60, 120, (HEADS, 1, 1, 1)) + rng.integers(0, 4, (HEADS, 1, SIZE, SIZE))
    images = np.repeat(heads, PICTURES, axis=1).astype(np.uint8)
    emotions = np.array([6, 0, 1, 2, 3, 4, 5, 3, FREE], np.uint8)
    for picture, emotion in enumerate(emotions):
        if emotion < 6:
            images[:, picture, 12 + 2 * emotion : 16 + 2 * emotion, 10:22] = 250
    weights = np.zeros((HEADS, PICTURES, len(BLENDSHAPES)), np.float32)
    weights[:, 1:, :] = rng.random((1, PICTURES - 1, len(BLENDSHAPES)))
    folder = tiny_data / "sat"
    folder.mkdir(exist_ok=True)
    rho = np.where((emotions < 6), 1.0, 0.0).astype(np.float32)
    np.savez(
        folder / "sittings_000.npz",
        images=images,
        emotions=np.repeat(emotions[None], HEADS, axis=0),
        rho=np.repeat(rho[None], HEADS, axis=0),
        weights=weights,
    )
    faces = tiny_data / "faces"  # the photographs, with some at rest in every split
    if not faces.is_dir():
        shutil.copytree(tiny_data / "news", faces)
        with np.load(faces / "labels.npz") as file:
            labels = dict(file)
        labels["emotion"] = np.where(np.arange(len(labels["emotion"])) % 2, 6, labels["emotion"])
        np.savez(faces / "labels.npz", **labels)
    return tiny_data


@pytest.fixture
def make_generation() -> Callable[..., generation.GenerationTask]:
    """Builds a packaged recipe, cut down to the tiny sets.

    Its arguments are sections of the recipe, each the fields that differ.
    """

    def build(name: str = "mma_gan", **sections: dict[str, object]) -> generation.GenerationTask:
        path, recipe = read_recipe(name)
        recipe["net"]["options"] |= {"width": 8, "blocks": 1, "critic": 4}
        recipe["net"]["options"].pop("half", None)  # too little is left of so small a picture
        recipe["input"]["size"] = SIZE
        recipe["guide"] = {}
        recipe["game"] |= {"coarse": 0, "until": 0, "warm": 0}
        recipe["optim"] |= {"batch": 8, "steps": 4, "minutes": None, "save_every": 1000.0}
        recipe["data"][0]["options"] = {"folders": ["sat"], "validation": 2}
        recipe["data"][1]["options"] = {"folder": "faces", "sheet_tile": 64, "validation": 0.2}
        for section, fields in sections.items():
            recipe[section] |= fields
        return generation.create(path, recipe)

    return build
