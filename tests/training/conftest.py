"""A tiny set of tile sheets, so that training is tested without any download."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from avatar_bridge.facs.action_units import ACTION_UNITS
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.training.recipe import read_recipe
from avatar_bridge.training.tasks import face

TILE = 64
COUNT = 24
LAST_ROWS_TEST = 6


@pytest.fixture(autouse=True, scope="session")
def _few_threads() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def frontal() -> np.ndarray:
    """(70, 2) points of a face in the middle of a tile, in pixels of it."""
    points = np.full((70, 2), TILE / 2, np.float32)
    rng = np.random.default_rng(5)
    points += rng.uniform(-12, 12, points.shape).astype(np.float32)
    for start, x in ((36, 22.0), (42, 42.0)):
        points[start : start + 6] = (x, 26.0)
        points[start : start + 6] += np.array(
            [(-4, 0), (-2, -2), (2, -2), (4, 0), (2, 2), (-2, 2)], np.float32
        )
    points[31:36] = np.column_stack([np.linspace(29, 35, 5), np.full(5, 40)])
    points[68], points[69] = (22.0, 26.0), (42.0, 26.0)
    return points


def _write_tiles(folder: Path, frontal: np.ndarray, fer: bool) -> None:
    folder.mkdir()
    rng = np.random.default_rng(3)
    columns = 6
    sheet = rng.integers(0, 256, (COUNT // columns * TILE, columns * TILE), dtype=np.uint8)
    cv2.imwrite(str(folder / "sheet_00.png"), sheet)
    names = np.array(["_neutral", *BLENDSHAPES[:-1]])
    shapes = rng.random((COUNT, len(names))).astype(np.float16)
    shapes[:, list(names).index("cheekPuff")] = 0.0
    points = np.repeat(frontal[None], COUNT, axis=0).astype(np.float16)
    points[0], shapes[0] = np.nan, np.nan
    pose = np.repeat(np.eye(4, dtype=np.float32)[None], COUNT, axis=0)
    pose[0] = np.nan
    np.savez(
        folder / "teacher.npz",
        landmarks=points,
        blendshapes=shapes,
        blendshape_names=names,
        pose=pose,
    )
    held = (np.arange(COUNT) >= COUNT - LAST_ROWS_TEST).astype(np.uint8)
    if fer:
        np.savez(
            folder / "labels.npz",
            fer_label=np.arange(COUNT, dtype=np.uint8) % 7,
            ferplus_votes=rng.integers(0, 5, (COUNT, 10), dtype=np.uint8),
            usage=held,
            csv_row=np.arange(COUNT),
        )
    else:
        people = [f"Person_{row // 3}_{row % 3:04}.jpg" for row in range(COUNT)]
        emotions = np.arange(COUNT, dtype=np.uint8) % 9
        emotions[emotions == 8] = 255
        np.savez(folder / "labels.npz", emotion=emotions, split=held, file_name=np.array(people))


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory, frontal: np.ndarray) -> Path:
    """A data root with two tiny sets: `votes` like FER-2013 and `news` like the photographs."""
    root = tmp_path_factory.mktemp("data")
    _write_tiles(root / "votes", frontal, fer=True)
    _write_tiles(root / "news", frontal, fer=False)
    return root


@pytest.fixture
def make_task() -> Callable[..., face.FaceTask]:
    """Builds the packaged recipe, cut down to the tiny sets; arguments replace optim fields."""

    def build(**optim: object) -> face.FaceTask:
        path, recipe = read_recipe("student")
        recipe["net"]["options"] = {"width": 12, "dropout": 0.3}
        recipe["data"] = recipe["data"][:2]  # no rendered faces
        for part, folder in zip(recipe["data"], ("votes", "news"), strict=True):
            part["options"] |= {"folder": folder, "tile": TILE, "validation": 0.2}
            del part["options"]["apart"]  # the tiny sets show one face many times
        recipe["evaluation"] = {}
        recipe["optim"] |= {"batch": 6, "steps": 4, "minutes": None, "workers": 0, "threads": 1}
        recipe["optim"] |= {"bfloat16": False, **optim}
        return face.create(path, recipe)

    return build


@pytest.fixture
def live_units() -> tuple[str, ...]:
    """Nodes whose shape moves in the tiny sets."""
    return tuple(u.name for u in ACTION_UNITS if u.arkit not in {None, "cheekPuff", "tongueOut"})
