"""Pictures of the built-in head and of other avatars, and the command that makes them."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from glb import make_glb
from typer.testing import CliRunner

from avatar_bridge.avatar import sheet as sheet_module
from avatar_bridge.avatar.head import build_head, head_glb
from avatar_bridge.avatar.raster import cover, nearest
from avatar_bridge.avatar.render import built_in, render
from avatar_bridge.avatar.scene import read_scene
from avatar_bridge.avatar.sheet import MIXTURES, contact_sheet
from avatar_bridge.cli.head import app
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES


def run(*arguments: object) -> None:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception:
        raise result.exception


def difference(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def test_the_nearest_triangle_is_seen() -> None:
    points = np.array(
        [[0, 0, 1], [8, 0, 1], [0, 8, 1], [0, 0, 2], [4, 0, 2], [0, 4, 2]], np.float32
    )
    found = cover(points, np.array([[0, 1, 2], [3, 4, 5]]), 8, 8)
    pixel, face = nearest(found, 64)
    picture = np.full(64, -1)
    picture[pixel] = face
    picture = picture.reshape(8, 8)
    assert picture[0, 0] == 1
    assert picture[0, 6] == 0
    assert picture[7, 7] == -1
    assert ((picture == 0).sum(), (picture == 1).sum()) == (22, 6)


def test_a_picture_of_the_head() -> None:
    plain = render(built_in(), {}, size=128)
    assert (plain.shape, plain.dtype) == ((128, 128, 3), np.uint8)
    np.testing.assert_array_equal(plain, render(build_head(), {}, size=128))
    blue, green, red = (int(c) for c in plain[70, 70])  # beside the nose
    assert red > green > blue
    clear = render(built_in(), {}, size=128, background=None)
    assert clear.shape == (128, 128, 4)
    assert clear[2, 2, 3] == 0
    assert clear[64, 64, 3] == 255


def test_weights_and_turns_are_seen() -> None:
    plain = render(built_in(), {}, size=96)
    values = np.zeros(len(BLENDSHAPES), np.float32)
    values[BLENDSHAPES.index("jawOpen")] = 1.0
    opened = render(built_in(), values, size=96)
    np.testing.assert_array_equal(opened, render(built_in(), {"jawOpen": 1.0}, size=96))
    changed = np.abs(opened.astype(int) - plain).sum(axis=2) > 30
    assert changed[60:].sum() > 10 * max(changed[:50].sum(), 1)
    turned = render(built_in(), {}, size=96, rotation=cv2.Rodrigues(np.array([0, 0.4, 0]))[0])
    assert difference(turned, plain) > 3
    np.testing.assert_array_equal(turned[-2:], plain[-2:])  # the body stays
    with pytest.raises(ValueError, match=r"expected \(52,\)"):
        render(built_in(), np.zeros(51, np.float32))


def test_left_is_the_subjects() -> None:
    plain, shut = (render(built_in(), w, size=96) for w in ({}, {"eyeBlinkLeft": 1.0}))
    changed = np.abs(plain.astype(int) - shut).sum(axis=2) > 30
    assert changed[:, 48:].sum() > 20 > changed[:, :46].sum()


def test_a_file_is_drawn_as_the_head_is(tmp_path: Path) -> None:
    path = tmp_path / "head.glb"
    path.write_bytes(head_glb())
    read = read_scene(path)
    assert set(read.moves) == set(BLENDSHAPES)
    again = render(read, {"mouthSmileLeft": 1.0}, size=96)
    assert difference(again, render(read, {}, size=96)) > 0.05
    np.testing.assert_allclose(np.sort(read.points[:, 0]), np.sort(_every_point()), atol=1e-5)


def _every_point() -> np.ndarray:
    """The file gives all of a mesh's points to each of its materials."""
    return np.concatenate(
        [np.tile(p.points[:, 0], len(p.surfaces)) for p in build_head().parts]
    ).astype(np.float32)


def test_other_avatars_and_none(tmp_path: Path) -> None:
    square = read_scene(make_glb(tmp_path / "a.glb", ["jawOpen"]))
    picture = render(square, {"jawOpen": 1.0}, size=64, background=(0, 0, 0))
    assert picture[32, 32].max() > 100
    with pytest.raises(ConfigError, match="expected a readable avatar"):
        read_scene(tmp_path / "none.glb")


def test_commands(tmp_path: Path) -> None:
    run("export", tmp_path / "a.glb")
    assert (tmp_path / "a.glb").read_bytes() == head_glb()
    run("export", tmp_path / "a.vrm")
    run("show", tmp_path / "a.png", "--shape", "jawOpen=0.5", "--emotion", "happiness")
    assert cv2.imread(str(tmp_path / "a.png")).shape == (512, 512, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("export", "a.obj"), "expected a name that ends in .glb or .vrm"),
        (("show", "a.txt"), "expected a name that ends in .png"),
        (("show", "a.png", "--shape", "nose=1"), "expected one of the 52"),
        (("show", "a.png", "--shape", "jawOpen=2"), "expected 0 to 1, got '2'"),
        (("show", "a.png", "--shape", "jawOpen"), "expected 0 to 1"),
        (("show", "a.png", "--emotion", "joy"), "expected one of anger"),
        (("show", "a.png", "--sheet", "--emotion", "anger"), "expected no --shape"),
        (("export", "no/folder/a.glb"), "expected a place to write"),
    ],
)
def test_what_commands_refuse(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        run(*arguments)


def test_the_sheet_shows_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []

    def blank(
        _scene: object, weights: dict[str, float], *, size: int, yaw_deg: float
    ) -> np.ndarray:
        drawn.append((weights, yaw_deg))
        return np.zeros((size, size, 3), np.uint8)

    monkeypatch.setattr(sheet_module, "render", blank)
    sheet = contact_sheet()
    assert {name for weights, _ in drawn for name in weights} == set(BLENDSHAPES)
    tiles = -(-(1 + len(BLENDSHAPES) + 6 + len(MIXTURES)) // 8) * 8
    assert sheet.shape[0] * sheet.shape[1] == tiles * 208 * 208
