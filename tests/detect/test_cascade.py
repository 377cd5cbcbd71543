"""The cascade around nets that take bright squares for faces."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from test_suppress import naive
from tiny_detectors import FACE_POINTS, face_score, write_cascade
from tiny_nets import add_to_manifest

from avatar_bridge.detect import DETECTORS
from avatar_bridge.detect.cascade import MOST_JUDGED, MOST_REFINED, Cascade, load_cascade
from avatar_bridge.detect.pyramid import pyramid
from avatar_bridge.detect.windows import cut_windows
from avatar_bridge.errors import ModelError
from avatar_bridge.geometry import box_overlap
from avatar_bridge.inference.store import ModelStore


def cascade(folder: Path, min_face: int = 40, **changes: dict[str, Any]) -> Cascade:
    return load_cascade(write_cascade(folder, **changes), min_face, ModelStore(folder), 1)


def scene(*faces: tuple[int, int, int], shape: tuple[int, int] = (240, 320)) -> np.ndarray:
    """A dark picture with bright squares in the face boxes x, y, side."""
    image = np.full((*shape, 3), 20, np.uint8)
    for x, y, side in faces:
        frame = side // 6
        image[y + frame : y + side - frame, x + frame : x + side - frame] = 250
    return image


FACES = ((30, 40, 60), (180, 100, 120))


def test_each_bright_square_is_a_face_in_picture_pixels(tmp_path: Path) -> None:
    found = cascade(tmp_path).detect(scene(*FACES))
    assert len(found) == len(FACES)
    for x, y, side in FACES:
        box = np.array([x, y, x + side, y + side], np.float32)
        best = max(found, key=lambda detection: box_overlap(detection.box, box))
        assert box_overlap(best.box, box) > 0.6
        corner, length = best.box[:2], best.box[2] - best.box[0]
        assert best.points == pytest.approx(corner + np.array(FACE_POINTS) * length, abs=1e-3)
        assert 0.5 <= best.score <= 1.0


def test_proposals_are_those_of_a_plain_walk_over_all_levels(tmp_path: Path) -> None:
    """Every window of every level by loops: score, threshold, suppression."""
    noise = np.random.default_rng(3).integers(0, 60, (150, 190), dtype=np.uint8)
    grey = noise + scene((20, 30, 40), (90, 40, 77), shape=noise.shape)[..., 0] // 4 * 3
    boxes, scores = [], []
    for level in pyramid(grey, 20, 12):
        here, sure = [], []
        height, width = level.grey.shape
        for y in range(0, height - 11, 2):
            for x in range(0, width - 11, 2):
                score = face_score(level.grey[y : y + 12, x : x + 12])
                if score >= 0.01:
                    side = 12 * level.zoom.mean()
                    left, top = x * level.zoom[0], y * level.zoom[1]
                    here.append([left, top, left + side, top + side])
                    sure.append(score)
        kept = naive(np.array(here), np.array(sure), 0.5, "union")
        boxes += [here[i] for i in kept]
        scores += [sure[i] for i in kept]
    kept = naive(np.array(boxes), np.array(scores), 0.7, "union")
    found = cascade(tmp_path, 20, pnet={"threshold": 0.01}).propose(grey)
    assert len(found.boxes) == len(kept) > 3
    assert found.scores == pytest.approx(np.array(scores)[kept], abs=1e-3)
    assert found.boxes == pytest.approx(np.array(boxes)[kept], abs=0.01)


def test_offsets_of_a_stage_move_its_windows(tmp_path: Path) -> None:
    offsets = (0.1, 0.2, 0.3, 0.4)
    nets = cascade(tmp_path, onet={"offsets": offsets})
    grey = scene((100, 60, 100), shape=(300, 300))[..., 0]
    found = nets.propose(grey)
    side = (found.boxes[:, 2:] - found.boxes[:, :2]).mean(axis=1, keepdims=True)
    moved = nets.refine(nets._onet, grey, found)
    assert moved.boxes == pytest.approx(found.boxes + np.array(offsets) * side, abs=1.5)


def test_later_stages_judge_what_the_first_let_through(tmp_path: Path) -> None:
    nets = cascade(tmp_path, rnet={"threshold": 0.9999})
    image = scene(*FACES)
    assert len(nets.propose(image[..., 0]).boxes) > 0
    assert nets.detect(image) == ()


def test_batches_give_what_single_windows_give(tmp_path: Path) -> None:
    net = cascade(tmp_path)._rnet
    grey = np.random.default_rng(1).integers(0, 256, (80, 80), dtype=np.uint8)
    windows = np.array([[0, 0, 24], [10, 5, 50], [-5, -5, 40]], np.float32)
    together = net.run(cut_windows(grey, windows, 24))["face"]
    alone = [net.run(cut_windows(grey, window[None], 24))["face"][0] for window in windows]
    assert together == pytest.approx(np.array(alone), abs=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (39, 39), (300, 40)])
def test_thin_and_empty_pictures_hold_no_face(tmp_path: Path, shape: tuple[int, int]) -> None:
    assert cascade(tmp_path).detect(np.zeros((*shape, 3), np.uint8)) == ()


def test_a_picture_full_of_edges_is_a_bounded_amount_of_work(tmp_path: Path) -> None:
    given: list[int] = []
    nets = cascade(tmp_path, 20, pnet={"threshold": 1e-6}, rnet={"threshold": 1e-6})
    for net in (nets._rnet, nets._onet):
        run = net.run
        net.run = lambda crops, run=run: given.append(len(crops)) or run(crops)  # type: ignore
    nets.detect(np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8))
    refined, judged = given
    assert refined <= MOST_REFINED
    assert judged <= MOST_JUDGED


@pytest.mark.parametrize("family", ["mtcnn", "immtcnn"])
def test_a_family_is_three_models_by_their_names(tmp_path: Path, family: str) -> None:
    write_cascade(tmp_path, family)
    assert DETECTORS.create(family, 40, ModelStore(tmp_path)).detect(scene(*FACES))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"threshold": None},
            "expected a detection net of grey pictures with a threshold on its card",
        ),
        ({"outputs": ("face", "box")}, "expected the outputs face, box, points, got face, box"),
    ],
)
def test_a_net_that_cannot_be_used_is_one_line(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        cascade(tmp_path, rnet=change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["mtcnn", "immtcnn", "ssd", "hog_svm"])
def test_a_model_that_is_not_installed_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "manifest.toml").write_text("")
    with pytest.raises(ModelError, match=rf"unknown model '{name}.*; expected one of: none"):
        DETECTORS.create(name, 60, ModelStore(tmp_path))


@pytest.mark.parametrize("stage", ["_pnet", "_rnet", "_onet"])
@pytest.mark.parametrize(
    ("output", "wrong"), [("box", np.nan), ("box", np.inf), ("points", np.nan)]
)
def test_what_is_no_place_takes_no_other_face_along(
    tmp_path: Path, stage: str, output: str, wrong: float
) -> None:
    """The surest window of one net comes out broken; the rest of the picture is found."""
    nets = cascade(tmp_path)
    net = getattr(nets, stage)
    run = net.run

    def broken(pictures: np.ndarray) -> dict[str, np.ndarray]:
        out = run(pictures)
        place = np.unravel_index(out["face"].argmax(), out["face"].shape)
        out[output][(place[0], slice(None), *place[2:])] = wrong
        return dict(out)

    net.run = broken
    found = nets.detect(scene(*FACES))
    assert found
    for detection in found:
        shares = [box_overlap(detection.box, np.array([x, y, x + s, y + s])) for x, y, s in FACES]
        assert max(shares) > 0.5


def test_a_net_of_coloured_pictures_is_one_line(tmp_path: Path) -> None:
    names = write_cascade(tmp_path)
    card = tmp_path / "mtcnn_rnet.toml"
    card.write_text(card.read_text().replace("channels = 1", "channels = 3"))
    net = tmp_path / "mtcnn_rnet.onnx"
    model = onnx.load(net)
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 3
    look = next(each for each in model.graph.initializer if each.name == "look")
    wide = np.repeat(numpy_helper.to_array(look), 3, axis=1)
    look.CopyFrom(numpy_helper.from_array(wide, "look"))
    onnx.save(model, net)
    (tmp_path / "manifest.toml").unlink()
    for name in names:
        add_to_manifest(tmp_path, name)
    with pytest.raises(ModelError, match="expected a detection net of grey pictures"):
        load_cascade(names, 40, ModelStore(tmp_path), 1)
