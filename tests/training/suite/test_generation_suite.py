"""The suite of generators with painters and judges that are made up."""

import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from builders import make_analysis, make_points
from rich.console import Console
from scipy.linalg import sqrtm
from tiny_generators import write_generator

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.inference.session import Made
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.preview.compositor import luminance
from avatar_bridge.preview.expression import Expression
from avatar_bridge.training.suite.generation.faces import SHOWN, Pair, Sitter
from avatar_bridge.training.suite.generation.figures import (
    BEST_PSNR,
    cosine,
    frechet,
    psnr,
    rank_correlation,
    ssim,
)
from avatar_bridge.training.suite.generation.grid import CELL, LEFT, MOST_BYTES, TOP, draw_grid
from avatar_bridge.training.suite.generation.judges import shape_change
from avatar_bridge.training.suite.generation.measure import Tally, measure_pairs, measure_sitter
from avatar_bridge.training.suite.generation.painter import NetPainter, Palette, Unchanged
from avatar_bridge.training.suite.generation.suite import (
    GRID,
    _distances,
    _noted,
    run_suite,
    write_tables,
)
from avatar_bridge.training.suite.table import Cell, Measure, SuiteTable
from avatar_bridge.types import EmotionScores, FaceAnalysis, Float32, Image, Landmarks

SPEC = InputSpec(size=32, channels=1, mean=0.5, std=0.5, margin=1.4, lift=0.05)


class Brightness:
    """Paints an emotion as light, its number and intensity telling how much."""

    name, emotions, spec = "light", SHOWN, SPEC

    def paint(self, plane: Image, expression: Expression) -> Made:
        if expression.name == "neutral":
            return Made(np.full(plane.shape, 100, np.float32))
        step = 10 * (1 + EMOTION_INDEX[expression.name])
        return Made((plane + np.float32(expression.intensity * step)).clip(0, 255))


class LightMeter:
    """Judges that read an emotion off the light at the lower lip."""

    def emotions(self, image: Image, landmarks: Landmarks) -> EmotionScores:
        x, y = landmarks.points[57].astype(int)
        light = float(luminance(image[y : y + 1, x : x + 1])[0, 0]) - 100
        levels = np.array([10 * (1 + EMOTION_INDEX[name]) if name in SHOWN else 0.0
                           for name in EMOTIONS])  # fmt: skip
        scores = np.exp(-((levels - light) ** 2) / 200)
        return EmotionScores(scores / scores.sum())

    def read(self, image: Image, landmarks: Landmarks) -> FaceAnalysis:
        return make_analysis(points=landmarks.points, emotion="anger")

    def features(self, image: Image, landmarks: Landmarks) -> Float32:
        return image.mean(axis=(0, 1)).astype(np.float32)

    likeness = features


def sitter() -> Sitter:
    return Sitter(
        np.full((200, 200, 3), 100, np.uint8), Landmarks(make_points((100, 80), 32)), "neutral"
    )


def test_a_painter_that_does_as_it_is_told_and_one_that_does_nothing() -> None:
    told, idle = Tally(), Tally()
    measure_sitter(Brightness(), sitter(), LightMeter(), Palette(), told)  # type: ignore[arg-type]
    measure_sitter(Unchanged(SPEC), sitter(), LightMeter(), Palette(), idle)  # type: ignore[arg-type]
    assert told.hits == [True] * 6 and idle.hits == [False] * 6
    assert told.second == [True] + [False] * 5  # the face net always says anger, the first
    assert min(told.order) >= 0.85 and np.allclose(idle.order, 0.0)
    assert told.again_psnr == [BEST_PSNR] * 6
    assert np.allclose(told.again_ssim, 1.0) and np.allclose(told.likeness, 1.0)
    assert max(told.spilt) == max(idle.spilt) == 0 and max(told.shape) == 0.0
    assert idle.distance(idle.features) == pytest.approx(0.0, abs=1e-3)
    assert told.distance(idle.features) > 10


def test_pairs_are_judged_against_their_truth() -> None:
    rest = np.full((32, 32), 100, np.uint8)
    pairs = [Pair(rest, rest + 10, "anger", 1.0, np.zeros(52, np.float32))]
    assert measure_pairs(Brightness(), pairs)[0] == BEST_PSNR
    assert measure_pairs(Unchanged(SPEC), pairs)[0] == pytest.approx(20 * np.log10(25.5), abs=1e-3)
    none = [Pair(rest, rest, "neutral", 0.0, np.zeros(52, np.float32))]
    assert np.isnan(measure_pairs(Brightness(), none)).all()


def test_the_frechet_distance() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (60, 5)), rng.normal(0.5, 2, (50, 5))
    first, second = np.cov(a.T), np.cov(b.T)
    apart = a.mean(axis=0) - b.mean(axis=0)
    root = np.real(sqrtm(first @ second))
    expected = apart @ apart + np.trace(first + second - 2 * root)
    assert frechet(a, b) == pytest.approx(expected, rel=1e-6)
    wide = rng.normal(size=(6, 40))  # more features than pictures
    assert frechet(wide, wide) == pytest.approx(0.0, abs=1e-9)


def test_small_figures() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (32, 32)).astype(np.uint8)
    assert psnr(noise, noise) == BEST_PSNR and ssim(noise, noise) == pytest.approx(1.0)
    assert psnr(noise, 255 - noise) < 10 and ssim(noise, 255 - noise) < 0
    assert rank_correlation(np.array([0, 1, 2, 3]), np.array([1, 4, 9, 16])) == pytest.approx(1.0)
    assert rank_correlation(np.array([0, 1, 2]), np.array([5, 5, 5])) == 0.0
    assert cosine(np.array([1.0, 0.0]), np.array([0.0, 2.0])) == 0.0
    face = make_points()
    smile = face.copy()
    smile[48:68] += 9  # the mouth moves, the skull does not
    assert shape_change(Landmarks(face), Landmarks(smile)) == 0.0
    wider = face.copy()
    wider[0] -= (30, 0)
    assert shape_change(Landmarks(face), Landmarks(wider)) > 0.02


def test_nets_their_grid_and_the_files(tmp_path: Path) -> None:
    models = tmp_path / "models"
    write_generator(models, "mma_gan")
    write_generator(models, "cyclegan", emotions=("happiness", "neutral"))
    store = ModelStore(models)
    painters = [NetPainter(store.find(name)) for name in ("mma_gan", "cyclegan")]
    assert [painter.emotions for painter in painters] == [SHOWN, ("happiness",)]
    path = tmp_path / GRID
    draw_grid(painters, [sitter(), sitter()], Palette(), path)
    shown = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert shown.shape == (TOP + 2 * CELL, LEFT + 2 * (7 * CELL + 8))
    assert path.stat().st_size <= MOST_BYTES
    cells = [shown[TOP + r * CELL :, LEFT + c * CELL :][:CELL, :CELL] for r in (0, 1)
             for c in range(7)]  # fmt: skip
    assert cells[1][75, 64] > cells[0][75, 64] + 10, "a mouth that is lit"
    happy = 1 + SHOWN.index("happiness")
    assert [cell.min() > 245 for cell in cells[7:]] == [c not in (0, happy) for c in range(7)]
    rows = (Measure("ms", "ms", "here", {"mma_gan": Cell(1.5), "cyclegan": Cell(note="no")}),)
    write_tables(SuiteTable(("mma_gan", "cyclegan"), rows), tmp_path)
    assert json.loads((tmp_path / "generation.json").read_text()) == {
        "ms, here": {"mma_gan": 1.5, "cyclegan": None}
    }
    assert "1.500" in (tmp_path / "generation.md").read_text()


def test_a_net_of_one_emotion_is_judged_by_it_and_noted() -> None:
    shown = {"all": SHOWN, "one": ("happiness",)}
    known = [(name, np.full(3, 10.0 * place, np.float32))
             for place, name in enumerate(SHOWN) for _ in range(2)]  # fmt: skip
    happy = known[2 * SHOWN.index("happiness")][1]
    tallies = {name: Tally(features=[happy, happy]) for name in shown}
    row = _noted(_distances(tallies, known, shown), shown)
    assert row.cells["one"] == Cell(pytest.approx(0.0, abs=1e-3), "happiness only")
    assert row.cells["all"].value > 100 and not row.cells["all"].note
    time = Measure("time", "ms", "", {"one": Cell(3.0)})
    assert _noted(time, shown) == time


def test_a_face_without_expression_is_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    painter, tally = Brightness(), Tally()
    asked: list[float] = []
    paint = painter.paint
    monkeypatch.setattr(painter, "paint", lambda plane, told: (asked.append(told.intensity),
                                                               paint(plane, told))[1])  # fmt: skip
    measure_sitter(painter, sitter(), LightMeter(), Palette(), tally)  # type: ignore[arg-type]
    assert asked.count(0.0) == 1 and len(tally.spilt) == 1 + 6 * 4


def test_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").touch()
    quiet = Console(file=io.StringIO())
    for names, said in ((("x",), "unknown generator 'x'"), ((), "at least one installed")):
        with pytest.raises(ConfigError, match=said):
            run_suite(names, ModelStore(tmp_path), tmp_path, tmp_path, quiet)
