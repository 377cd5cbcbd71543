"""The built-in head's form and what each of the 52 does to it."""

from collections import Counter

import numpy as np
import pytest

from avatar_bridge.avatar.head import Part, build_head
from avatar_bridge.avatar.head.build import METRES
from avatar_bridge.avatar.head.mesh import normals
from avatar_bridge.avatar.head.poses import EMOTION_POSES, Weights, pose
from avatar_bridge.avatar.head.skin import make_skin
from avatar_bridge.avatar.head.surface import EYE, EYE_RADIUS
from avatar_bridge.facs.arkit import BLENDSHAPES, mirrored

PARTS = {part.name: part for part in build_head().parts}
FACE = PARTS["face"]
SKIN = make_skin()
SUMS: dict[str, Weights] = {
    **EMOTION_POSES,
    "smile": pose(mouthSmile=1),
    "smile, open": pose(mouthSmile=1, jawOpen=1),
    "blink, squint": pose(eyeBlink=1, eyeSquint=1),
    "blink, brow": pose(eyeBlink=1, browDown=1),
    "pucker, open": pose(mouthPucker=1, jawOpen=1),
    "closed again": pose(jawOpen=1, mouthClose=1),
}


def moved(part: Part, weights: Weights) -> np.ndarray:
    points = part.points.astype(np.float64)
    for name, weight in weights.items():
        if name in part.moves:
            points[part.moves[name].rows] += weight * part.moves[name].points
    return points


def way(part: Part, name: str) -> np.ndarray:
    return moved(part, {name: 1.0}) - part.points


def lid_gap(weights: Weights) -> np.ndarray:
    """How far the left upper lid's edge is above the lower one's, along the eye, in units."""
    points = moved(FACE, weights) / METRES
    rim = np.flatnonzero(SKIN.eye[:, 1] == 1)
    half = len(rim) // 2
    upper, lower = rim[1:half], rim[:half:-1]
    return points[upper, 1] - points[lower, 1]


def lip_gap(weights: Weights) -> float:
    """Between the middles of both lips' edges, in units."""
    points = moved(FACE, weights) / METRES
    line = np.flatnonzero((SKIN.mouth[:, 1] == 0) & (np.abs(SKIN.points[:, 0]) < 1e-9))
    return float(np.ptp(points[line, 1]))


def test_all_52_move_the_face_and_keep_their_order() -> None:
    assert tuple(FACE.moves) == BLENDSHAPES
    for part in PARTS.values():
        assert list(part.moves) == [name for name in BLENDSHAPES if name in part.moves]


def test_the_skin_is_one_sheet_with_two_holes_for_the_eyes() -> None:
    edges = Counter(
        (int(face[i]), int(face[(i + 1) % 3])) for face in SKIN.triangles for i in range(3)
    )
    assert max(edges.values()) == 1
    open_edges = [edge for edge in edges if edge[::-1] not in edges]
    around = np.unique(open_edges)
    assert (np.fmax(SKIN.eye[around, 1], SKIN.eye[SKIN.other[around], 1]) == 0).all()
    assert len(set(range(len(SKIN.points))) - set(SKIN.triangles.ravel().tolist())) == 0


def test_it_is_small_and_smooth() -> None:
    count = sum(len(faces) for part in PARTS.values() for faces in part.surfaces.values())
    assert 5_000 < count < 10_500
    for part in PARTS.values():
        np.testing.assert_allclose(np.linalg.norm(part.normals, axis=1), 1.0, atol=1e-4)


def test_the_right_mirrors_the_left() -> None:
    for name in BLENDSHAPES:
        twin = way(FACE, mirrored(name))[SKIN.other] * (-1.0, 1.0, 1.0)
        np.testing.assert_allclose(twin, way(FACE, name), atol=3e-5, err_msg=name)


def test_a_left_shape_moves_the_left_side() -> None:
    for name in ("jawLeft", "mouthLeft"):
        assert way(FACE, name)[:, 0].max() > 0.01 > -way(FACE, name)[:, 0].min()
    for name in set(BLENDSHAPES) - {"jawLeft", "mouthLeft"}:
        if name.endswith("Left"):
            far = np.linalg.norm(way(FACE, name), axis=1)
            left = far[FACE.points[:, 0] > 0].sum()
            assert left > 6 * far[FACE.points[:, 0] < 0].sum(), name


def test_a_shape_keeps_to_its_region() -> None:
    y = FACE.points[:, 1]
    for name in BLENDSHAPES:
        far = np.linalg.norm(way(FACE, name), axis=1)
        assert far.max() > (0.0004 if name.startswith("eyeLook") else 0.004), name
        if name.startswith(("eye", "brow")):
            assert far[y < -0.062].max() == 0, name
        if name.startswith(("mouth", "jaw", "tongue")):
            assert far[y > 0.01].max() < 1e-4, name


@pytest.mark.parametrize("weights", [{name: 1.0} for name in BLENDSHAPES] + list(SUMS.values()))
def test_no_triangle_of_the_skin_turns_inside_out(weights: Weights) -> None:
    """Lips and lids fold, so triangles there may turn far; elsewhere none turns over."""
    if weights == {"mouthClose": 1.0}:
        return  # it takes back what an open jaw does
    faces = SKIN.triangles[(SKIN.kind == 0)]
    rest, now = (p.astype(np.float64) for p in (FACE.points, moved(FACE, weights)))
    loops = np.fmax(SKIN.eye[:, 1], SKIN.eye[SKIN.other, 1])
    free = (np.isnan(SKIN.mouth[:, 1]) & np.isnan(loops))[faces].all(axis=1)
    before, after = (_faces(points, faces) for points in (rest, now))
    cosine = (before * after).sum(1) / np.linalg.norm(before, axis=1)
    cosine /= np.maximum(np.linalg.norm(after, axis=1), 1e-15)
    assert cosine[free].min() > 0.2
    assert np.linalg.norm(after, axis=1).min() > 1e-11
    assert (cosine < 0).mean() < 0.012


def _faces(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    a, b, c = (points[faces[:, i]] for i in range(3))
    return np.asarray(np.cross(b - a, c - a))


def test_normals_of_a_shape_are_those_of_the_moved_face() -> None:
    move = FACE.moves["jawOpen"]
    told = FACE.normals.astype(np.float64)
    told[move.rows] += move.normals
    made = normals(moved(FACE, {"jawOpen": 1.0}), SKIN.triangles)
    np.testing.assert_allclose(told, made, atol=0.02)


def test_blink_closes_the_eye_and_squint_and_wide_change_it() -> None:
    rest = lid_gap({}).max()
    assert rest > 0.3
    assert lid_gap({"eyeBlinkLeft": 1.0}).max() < 0.01
    assert lid_gap(pose(eyeBlink=1, eyeSquint=1)).max() < 0.01
    assert lid_gap({"eyeSquintLeft": 1.0}).max() < 0.75 * rest
    assert lid_gap({"eyeWideLeft": 1.0}).max() > 1.15 * rest
    np.testing.assert_allclose(lid_gap({"eyeBlinkRight": 1.0}), lid_gap({}))


@pytest.mark.parametrize("weight", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_the_ball_stays_below_the_lids(weight: float) -> None:
    points = moved(FACE, {"eyeBlinkLeft": weight}) / METRES
    away = np.linalg.norm(points[SKIN.eye[:, 1] >= 1] - EYE, axis=1)
    assert away.min() > 1.008 * EYE_RADIUS


def test_a_funnel_is_open_and_dark() -> None:
    """The teeth give way, so that none stand behind the opening's middle."""
    funnel = {"mouthFunnel": 1.0}
    assert lip_gap(funnel) > 0.2
    low, high = (moved(PARTS[f"teeth_{name}"], funnel)[:, 1] for name in ("lower", "upper"))
    assert high.min() - low.max() > 0.008


def test_an_open_jaw_parts_the_lips_and_mouth_close_joins_them() -> None:
    assert lip_gap({}) < 0.001
    assert lip_gap({"jawOpen": 1.0}) > 0.25
    assert lip_gap(pose(jawOpen=1, mouthClose=1)) < 0.02
    assert way(PARTS["teeth_lower"], "jawOpen")[:, 1].max() < -0.015
    assert way(PARTS["tongue"], "jawOpen")[:, 1].mean() < -0.01
    assert "jawOpen" not in PARTS["teeth_upper"].moves


@pytest.mark.parametrize("name", ["mouthSmileLeft", "mouthFrownLeft", "mouthPucker", "mouthLeft"])
def test_closed_lips_stay_closed(name: str) -> None:
    assert lip_gap({name: 1.0}) < 0.012


def test_directions() -> None:
    corner = int(np.argmax(np.where(SKIN.mouth[:, 1] == 0, SKIN.points[:, 0], -9)))
    assert way(FACE, "mouthSmileLeft")[corner, 1] > 0.01
    assert way(FACE, "mouthFrownLeft")[corner, 1] < -0.01
    assert way(FACE, "mouthPucker")[corner, 0] < -0.01
    assert way(FACE, "jawForward")[:, 2].max() > 0.01
    assert way(PARTS["tongue"], "tongueOut")[:, 2].max() > 0.03
    brows = PARTS["brows"]
    left = brows.points[:, 0] > 0
    assert way(brows, "browDownLeft")[left, 1].min() < -0.008
    assert np.abs(way(brows, "browDownLeft")[~left]).max() == 0
    assert way(brows, "browInnerUp")[:, 1].max() > 0.008


def test_eyes_turn_about_their_middles() -> None:
    for side, out in (("left", 1.0), ("right", -1.0)):
        ball = PARTS[f"eyeball_{side}"]
        pupil = int(np.argmax(ball.points[:, 2]))
        name = side.capitalize()
        assert way(ball, f"eyeLookOut{name}")[pupil, 0] * out > 0.015
        assert way(ball, f"eyeLookIn{name}")[pupil, 0] * out < -0.015
        assert way(ball, f"eyeLookUp{name}")[pupil, 1] > 0.012
        assert way(ball, f"eyeLookDown{name}")[pupil, 1] < -0.012
        turned = moved(ball, {f"eyeLookUp{name}": 1.0})
        pivot = np.array(build_head().pivots[f"eye_{side}"])
        away = np.linalg.norm(turned - pivot, axis=1)
        np.testing.assert_allclose(away, EYE_RADIUS * METRES, rtol=1e-4)
