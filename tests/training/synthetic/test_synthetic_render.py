"""The renderer on ICT-FaceKit's mesh; skipped where that or OpenGL is missing."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.facs.landmarks import EYE_LEFT, IRIS_LEFT, IRIS_RIGHT, LIPS_INNER
from avatar_bridge.training.synthetic.activations import activation_pairs
from avatar_bridge.training.synthetic.command import render, render_samples
from avatar_bridge.training.synthetic.face import shape_face
from avatar_bridge.training.synthetic.glasses import STYLES as GLASSES
from avatar_bridge.training.synthetic.glasses import glasses
from avatar_bridge.training.synthetic.hats import STYLES as HATS
from avatar_bridge.training.synthetic.hats import hat
from avatar_bridge.training.synthetic.looks import random_look, random_person
from avatar_bridge.training.synthetic.mesh import FaceMesh, load_mesh
from avatar_bridge.training.synthetic.performer import performer_neutral
from avatar_bridge.training.synthetic.renderer import INSIDE, Renderer
from avatar_bridge.training.synthetic.samples import SampleMaker, random_head
from avatar_bridge.training.synthetic.scene import Camera, HeadPlace, Lights, Look, Scene
from avatar_bridge.training.synthetic.sittings import PICTURES, sittings
from avatar_bridge.training.synthetic.truth import tell_truth


@pytest.fixture(scope="module")
def ict() -> Path:
    beside = Path(__file__).parents[4] / "shared" / "data"
    folder = Path(os.environ.get("AVATAR_BRIDGE_DATA", beside)) / "ict_facekit"
    if not folder.is_dir():
        pytest.skip(f"needs ICT-FaceKit: set AVATAR_BRIDGE_DATA, got no folder at {folder}")
    return folder


@pytest.fixture(scope="module")
def mesh(ict: Path) -> FaceMesh:
    return load_mesh(ict)


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    moderngl = pytest.importorskip("moderngl")
    assert moderngl
    from avatar_bridge.training.synthetic.gl import open_context

    try:
        context = open_context()
    except ConfigError as error:
        pytest.skip(str(error))
    yield context
    context.release()


def face(**weights: float) -> np.ndarray:
    row = np.zeros(len(BLENDSHAPES), np.float32)
    for name, value in weights.items():
        row[BLENDSHAPE_INDEX[name]] = value
    return row


def points_of(mesh: FaceMesh, row: np.ndarray, place: HeadPlace | None = None) -> np.ndarray:
    place = place or HeadPlace()
    shape = shape_face(mesh, mesh.base, row)
    return tell_truth(mesh, mesh.base, row, shape, place, Camera(512)).landmarks


def test_a_missing_mesh_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ict_facekit\.npz"):
        load_mesh(tmp_path)


def test_a_broken_mesh_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "ict_facekit.npz", vertices=np.zeros((3, 3)))
    (tmp_path / "vertex_indices.json").write_text('{"idx_to_landmark_verts": [0]}')
    with pytest.raises(ConfigError, match="ICT-FaceKit's arrays"):
        load_mesh(tmp_path)


@pytest.mark.parametrize("size", [10, 101])
def test_sizes_that_no_codec_takes_are_refused(tmp_path: Path, size: int) -> None:
    with pytest.raises(ConfigError, match="size"):
        render(tmp_path, tmp_path, 1, size)


def test_a_count_of_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="samples"):
        render_samples(tmp_path, tmp_path, 0, 1)


def test_the_left_of_the_subject_is_the_right_of_the_image(mesh: FaceMesh) -> None:
    rest = points_of(mesh, face())
    assert rest[IRIS_RIGHT, 0] < rest[IRIS_LEFT, 0]
    smile = points_of(mesh, face(mouthSmileLeft=1.0)) - rest
    assert smile[54, 0] > 3  # the corner on the image's right goes outward
    assert abs(smile[48, 0]) < 1
    assert (points_of(mesh, face(jawLeft=1.0)) - rest)[8, 0] > 3


def test_jaw_and_lids_move_their_landmarks(mesh: FaceMesh) -> None:
    rest = points_of(mesh, face())
    open_jaw = points_of(mesh, face(jawOpen=1.0))
    assert np.ptp(open_jaw[LIPS_INNER, 1]) > np.ptp(rest[LIPS_INNER, 1]) + 15
    shut = points_of(mesh, face(eyeBlinkLeft=1.0))
    assert np.ptp(shut[EYE_LEFT, 1]) < 0.75 * np.ptp(rest[EYE_LEFT, 1])


def test_a_look_to_the_left_moves_both_irises_right_in_the_image(mesh: FaceMesh) -> None:
    rest = points_of(mesh, face())
    looked = points_of(mesh, face(eyeLookOutLeft=0.8, eyeLookInRight=0.8))
    assert (looked - rest)[[IRIS_RIGHT, IRIS_LEFT], 0].min() > 4
    up = points_of(mesh, face(eyeLookUpLeft=0.8, eyeLookUpRight=0.8))
    assert (up - rest)[[IRIS_RIGHT, IRIS_LEFT], 1].max() < -3


def test_the_head_turns_as_it_is_told(mesh: FaceMesh) -> None:
    rest = points_of(mesh, face())
    nose, ear = 30, 16
    turned = points_of(mesh, face(), HeadPlace(yaw=0.4)) - rest
    assert turned[nose, 0] > turned[ear, 0] + 5
    raised = points_of(mesh, face(), HeadPlace(pitch=0.3)) - rest
    assert raised[nose, 1] < -5
    rolled = points_of(mesh, face(), HeadPlace(roll=0.3)) - rest
    assert rolled[IRIS_LEFT, 1] > rolled[IRIS_RIGHT, 1] + 5  # clockwise in the image


def test_the_performer_is_never_drawn(mesh: FaceMesh) -> None:
    rng = np.random.default_rng(0)
    performer = performer_neutral(mesh)
    for _ in range(5):
        assert np.abs(random_person(mesh, rng) - performer).max() > 0.1


def test_random_faces_are_drawn_with_their_truth(gl: Any, mesh: FaceMesh) -> None:
    maker = SampleMaker(gl, mesh, size=96)
    made = list(maker.make(2, seed=5))
    again = list(maker.make(2, seed=5))
    for (image, truth), (same, _) in zip(made, again, strict=True):
        assert image.shape == (96, 96)
        assert image.std() > 8
        np.testing.assert_array_equal(image, same)
        middle = truth.landmarks[17:68].mean(axis=0)
        assert np.abs(middle - 48).max() < 40


def test_a_moment_later_it_is_the_same_head(gl: Any, mesh: FaceMesh) -> None:
    maker = SampleMaker(gl, mesh, size=96)
    made = list(maker.make(6, seed=2, moments=True))
    apart = []
    for (first, before), (second, after) in zip(made[::2], made[1::2], strict=True):
        assert np.abs(before.weights - after.weights).max() <= 0.4
        turn = Rotation.from_quat(before.head_orientation).inv() * Rotation.from_quat(
            after.head_orientation
        )
        assert turn.magnitude() < 0.15
        apart.append(np.abs(before.landmarks - after.landmarks).max())
        assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.5
    assert 0.1 < max(apart) < 12


def test_the_clip_command_writes_both_files(gl: Any, ict: Path, tmp_path: Path) -> None:
    render(tmp_path, ict, 2, 64)
    assert (tmp_path / "performer.mp4").stat().st_size > 500
    with np.load(tmp_path / "performer.npz") as truth:
        assert truth["weights"].shape == (2, len(BLENDSHAPES))


def test_the_tongue_comes_out_over_the_lower_lip_and_no_further_back(mesh: FaceMesh) -> None:
    mouth = {"jawOpen": 0.45}
    inside = shape_face(mesh, mesh.base, face(**mouth)).positions
    lip, chin = inside[mesh.landmarks[57]], inside[mesh.landmarks[8]]
    tips = []
    for weight in (0.3, 0.6, 1.0):
        positions = shape_face(mesh, mesh.base, face(tongueOut=weight, **mouth)).positions
        others = np.delete(np.arange(len(positions)), mesh.tongue.positions)
        np.testing.assert_array_equal(positions[others], inside[others])
        tips.append(positions[mesh.tongue.positions[mesh.tongue.along.argmax()]])
    tip = tips[-1]
    assert np.linalg.norm(tip - lip) > 2.5  # cm
    assert tip[2] > max(lip[2], chin[2]) + 0.5  # before lip and chin
    assert tip[1] < lip[1] - 1.0  # it droops
    assert [t[1] for t in tips] == sorted((t[1] for t in tips), reverse=True)


def test_a_tongue_inside_leaves_the_face_as_it_was(mesh: FaceMesh) -> None:
    shape = shape_face(mesh, mesh.base, face(jawOpen=0.5))
    almost = shape_face(mesh, mesh.base, face(jawOpen=0.5, tongueOut=1e-4))
    np.testing.assert_allclose(shape.positions, almost.positions, atol=0.01)
    assert shape.tongue_lip == INSIDE


@pytest.mark.parametrize("style", range(len(GLASSES)))
def test_glasses_sit_before_the_eyes(mesh: FaceMesh, style: int) -> None:
    landmarks = mesh.base[mesh.landmarks]
    frame, lenses = (prop.vertices[:, :3] for prop in glasses(landmarks, GLASSES[style]))
    assert np.abs(frame[:, 0].min() + frame[:, 0].max()) < 0.3
    for ball in mesh.eyes:
        cornea = ball.centre + ball.radius * ball.axis
        near = np.linalg.norm(lenses[:, :2] - cornea[:2], axis=1).argmin()
        assert np.linalg.norm(lenses[near, :2] - cornea[:2]) < 0.8
        assert lenses[near, 2] > cornea[2] + 0.3


@pytest.mark.parametrize("style", range(len(HATS)))
def test_hats_cover_the_crown_and_leave_the_brows(mesh: FaceMesh, style: int) -> None:
    landmarks = mesh.base[mesh.landmarks]
    points = hat(mesh.base, landmarks, HATS[style]).vertices[:, :3]
    assert points[:, 1].max() > mesh.base[:, 1].max()
    front = points[(np.abs(points[:, 0]) < 3) & (points[:, 2] > 0)]
    assert front[:, 1].min() + HATS[style].droop > landmarks[17:27, 1].max() + 0.5


def test_what_is_worn_shows_and_turns_with_the_head(gl: Any, mesh: FaceMesh) -> None:
    maker = SampleMaker(gl, mesh, size=96)
    head = random_head(mesh.base, 96, np.random.default_rng(3)).turned(0.3, 0.0, 0.0)
    rest = face()
    bare, _ = maker.draw(replace(head, look=replace(head.look, glasses=0, hat=0)), rest)
    worn = replace(head.look, glasses=4, hat=1, hat_color=(0.9, 0.1, 0.1))
    dressed, truth = maker.draw(replace(head, look=worn), rest)
    changed = np.abs(bare.astype(int) - dressed.astype(int)).max(axis=2) > 12
    brows, mouth = truth.landmarks[17:27, 1].min(), truth.landmarks[48:68, 1].min()
    rows = np.flatnonzero(changed.any(axis=1))
    assert rows.min() < brows
    assert changed[int(mouth) :].mean() < 0.02
    assert changed.mean() > 0.03


def test_looks_wear_as_much_as_they_should() -> None:
    rng = np.random.default_rng(4)
    looks = [random_look(rng) for _ in range(1000)]
    assert 0.11 < np.mean([look.glasses > 0 for look in looks]) < 0.20
    assert 0.08 < np.mean([look.hat > 0 for look in looks]) < 0.16
    assert Look().glasses == Look().hat == 0  # the performer's


def test_a_head_shows_every_shape_alone(gl: Any, mesh: FaceMesh) -> None:
    made = list(activation_pairs(SampleMaker(gl, mesh, size=64), 1, seed=2))
    assert [item.shape for item in made] == [None, *BLENDSHAPES]
    assert {item.shape for item in made if item.companions} == {"mouthClose", "tongueOut"}
    rest = made[0]
    assert not rest.truth.weights.any()
    for item in made[1:]:
        moved = {BLENDSHAPES[i] for i in np.flatnonzero(item.truth.weights)}
        assert moved == {item.shape, *item.companions}
        assert item.truth.weights[BLENDSHAPE_INDEX[item.shape or ""]] == 1.0
        np.testing.assert_array_equal(item.truth.head_position, rest.truth.head_position)
    yaw = 2 * np.arcsin(abs(float(rest.truth.head_orientation[1])))
    assert np.degrees(yaw) < 24


def test_skin_shaded_once_for_each_pixel_looks_the_same(gl: Any, mesh: FaceMesh) -> None:
    shape = shape_face(mesh, mesh.base, face())
    backdrop = np.full((8, 8, 3), 90, np.uint8)
    scene = Scene(Camera(128), HeadPlace(yaw=0.2), Lights(), Look(), backdrop)
    slow, fast = (
        Renderer(gl, mesh, 128, 1.0, 0, 256, 4, fast).draw(shape, scene).astype(int)
        for fast in (False, True)
    )
    difference = np.abs(slow - fast)
    assert difference.mean() < 2.0
    assert (difference > 24).mean() < 0.02


def test_a_sitting_differs_only_where_a_face_moves(gl: Any, mesh: FaceMesh) -> None:
    maker = SampleMaker(gl, mesh)
    one, again = (next(sittings(maker, 1, 3, 64, 1.4, 0.05)) for _ in range(2))
    np.testing.assert_array_equal(one.images, again.images)
    assert one.images.shape == (PICTURES, 64, 64)
    surprised = one.emotions.tolist().index(5)
    assert one.rho[0] == 0.0
    assert one.rho[surprised] > 0.0
    change = np.abs(one.images[surprised].astype(int) - one.images[0])
    assert change[44:60, 20:44].mean() > 4 * change[:6].mean() + 1  # the mouth, not the hair
