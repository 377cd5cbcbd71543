"""Any image file becomes a panel, or one line that names it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.emotion import mini_xception
from avatar_bridge.training.emotion.explain import explain_files, picture, read_face
from avatar_bridge.types import Detection, Image

SPEC = InputSpec(size=48, channels=1, mean=0.5, std=0.25, margin=1.2, lift=0.17)


class OneFace:
    """Finds a face where it is told to, or none."""

    def __init__(self, *box: float) -> None:
        self.box = box

    def detect(self, image: Image) -> tuple[Detection, ...]:
        return (Detection(np.array(self.box, np.float32), 0.9),) if self.box else ()


@pytest.fixture
def net() -> mini_xception.MiniXception:
    torch.manual_seed(0)
    return mini_xception.create()


def write(path: Path, image: np.ndarray) -> Path:
    path.parent.mkdir(exist_ok=True)
    assert cv2.imwrite(str(path), image)
    return path


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)


def test_a_tile_is_taken_as_it_is(tmp_path: Path) -> None:
    tile = noise(48, 48)
    face = read_face(write(tmp_path / "tile.png", tile), SPEC, OneFace())
    expected = (tile / 255 - SPEC.mean) / SPEC.std
    np.testing.assert_allclose(face.image[0].numpy(), expected, atol=1e-5)
    np.testing.assert_array_equal(face.shown[..., 0], tile)


def test_the_middle_of_a_small_picture_that_is_not_square(tmp_path: Path) -> None:
    image = noise(48, 60)
    face = read_face(write(tmp_path / "wide.png", image), SPEC, OneFace())
    np.testing.assert_array_equal(face.shown[..., 0], image[:, 6:54])


def test_a_face_is_cut_with_margin_and_lift(tmp_path: Path) -> None:
    image = np.zeros((400, 400), np.uint8)
    image[83 - 60 : 83 + 60, 140:260] = 255  # box of 100 at (200, 100), lifted by 17, 1.2 wide
    path = write(tmp_path / "photo.png", image)
    face = read_face(path, SPEC, OneFace(150, 50, 250, 150))
    assert face.image.shape == (1, 48, 48)
    assert float(face.image[:, 1:-1, 1:-1].min()) == pytest.approx(2.0)  # white everywhere
    wider = SPEC.model_copy(update={"margin": 1.4})
    assert float(read_face(path, wider, OneFace(150, 50, 250, 150)).image[0, 0].max()) < 0


def test_a_large_face_is_averaged_as_the_runtime_does(tmp_path: Path) -> None:
    path = write(tmp_path / "noise.png", noise(400, 400))
    face = read_face(path, SPEC, OneFace(50, 50, 350, 350))
    assert float(face.image.std()) < 0.4  # picked pixels would be as noisy as the photograph


def test_colour_is_rgb(tmp_path: Path) -> None:
    image = np.zeros((48, 48, 3), np.uint8)
    image[..., 2] = 255  # red in BGR
    spec = SPEC.model_copy(update={"channels": 3})
    face = read_face(write(tmp_path / "red.png", image), spec, OneFace())
    assert face.image.mean(dim=(1, 2)).tolist() == pytest.approx([2.0, -2.0, -2.0])


def test_a_panel_has_content(net: mini_xception.MiniXception, tmp_path: Path) -> None:
    face = read_face(write(tmp_path / "tile.png", noise(48, 48)), SPEC, OneFace())
    panels = [picture(net, face), picture(net, face, "fer2013", "fear")]
    for panel in panels:
        drawn = cv2.imdecode(np.frombuffer(panel, np.uint8), cv2.IMREAD_COLOR)
        assert drawn is not None
        height, width = drawn.shape[:2]
        assert width > 2 * height  # one row
        assert all(part.std() > 10 for part in np.array_split(drawn, 3, axis=1))
    assert panels[0] != panels[1]


def test_files_of_one_name_do_not_fight(net: mini_xception.MiniXception, tmp_path: Path) -> None:
    paths = [write(tmp_path / folder / "tile.png", noise(48, 48)) for folder in ("a", "b")]
    kept = write(tmp_path / "a" / "tile_heat.png", noise(48, 48))
    before = kept.read_bytes()
    written = explain_files(net, SPEC, [*paths, kept], tmp_path / "a")
    assert [path.name for path in written] == [
        "tile_heat_2.png", "tile_heat_3.png", "tile_heat_heat.png",
    ]  # fmt: skip
    assert kept.read_bytes() == before
    assert all(path.stat().st_size > 10_000 for path in written)


def test_a_broken_file_is_one_line_and_nothing_is_written(
    net: mini_xception.MiniXception, tmp_path: Path
) -> None:
    good = write(tmp_path / "tile.png", noise(48, 48))
    (tmp_path / "text.png").write_text("no picture")
    blank = write(tmp_path / "blank.png", np.full((200, 200), 128, np.uint8))
    for path, message in (
        (tmp_path / "text.png", "expected an image at .*text.png"),
        (tmp_path / "none.png", "expected a readable image at .*none.png"),
        (blank, "expected a face in .*blank.png, found none"),
    ):
        with pytest.raises(ConfigError, match=message) as caught:
            explain_files(net, SPEC, [good, path], tmp_path / "out")
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written(net: mini_xception.MiniXception, tmp_path: Path) -> None:
    good = write(tmp_path / "tile.png", noise(48, 48))
    with pytest.raises(ConfigError, match="expected to write"):
        explain_files(net, SPEC, [good], good)


def test_a_photograph(net: mini_xception.MiniXception, data_root: Path, tmp_path: Path) -> None:
    (written,) = explain_files(net, SPEC, [data_root / "photos" / "person-vlado.jpg"], tmp_path)
    assert written.name == "person-vlado_heat.png"
