"""A larger net's word, mixed into the labels."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION
from avatar_bridge.training.export import export_onnx, write_card
from avatar_bridge.training.face.build import load_sources
from avatar_bridge.training.face.distil import distil, mix
from avatar_bridge.training.face.recipe import DistilPart
from avatar_bridge.training.task import Scores, make_card
from avatar_bridge.training.tasks.face import FaceTask

MakeTask = Callable[..., FaceTask]


def test_a_label_is_mixed_and_a_gap_is_filled() -> None:
    known = np.array([[0.0, np.nan, 1.0]])
    said = np.array([[1.0, 0.7, 1.0]])
    np.testing.assert_allclose(mix(known, said, 0.25), [[0.25, 0.7, 1.0]])
    np.testing.assert_allclose(mix(known, said, 0.0), [[0.0, 0.7, 1.0]])


@pytest.fixture
def teacher(make_task: MakeTask, tmp_path: Path) -> DistilPart:
    task = make_task()
    torch.manual_seed(0)
    net, path = task.make_net(), tmp_path / f"{task.recipe.name}.onnx"
    export_onnx(task.exported(net), task.outputs, task.recipe.input, path)
    units = task.recipe.action_units
    write_card(make_card(task.recipe, net, Scores(), task="face", action_units=units), tmp_path)
    return DistilPart(model=str(path), share=0.5)


def test_training_rows_alone_are_labelled_anew(
    make_task: MakeTask, tiny_data: Path, teacher: DistilPart
) -> None:
    recipe = make_task().recipe
    before = load_sources(recipe, tiny_data)
    unread = ACTION_UNIT_INDEX["AU11L"]
    for old, new in zip(before, distil(teacher, before), strict=True):
        taught, held = old.rows(TRAIN), old.rows(VALIDATION)
        np.testing.assert_array_equal(new.units[held], old.units[held])
        np.testing.assert_array_equal(new.units[:, unread], old.units[:, unread])
        tongue = ACTION_UNIT_INDEX["AU19"]
        gaps = np.isnan(old.units[taught][:, tongue])
        assert gaps.any()
        assert np.isfinite(new.units[taught][:, tongue]).all()
        smile = ACTION_UNIT_INDEX["AU12L"]
        assert not np.allclose(new.units[taught][:, smile], old.units[taught][:, smile])


def test_what_cannot_teach_is_told(
    make_task: MakeTask, tiny_data: Path, teacher: DistilPart
) -> None:
    sources = load_sources(make_task().recipe, tiny_data)
    with pytest.raises(ConfigError, match=r"got no file .*absent\.onnx"):
        distil(DistilPart(model="absent.onnx"), sources)
    growing = replace(sources[0], grown=lambda step: sources[0])
    with pytest.raises(ConfigError, match="sets that stay as they are"):
        distil(teacher, [growing])
