"""The head put together: parts, materials, places to turn about, and the 52 blendshapes."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from avatar_bridge.avatar.head import brow_strips, clothes, eyeballs, insides
from avatar_bridge.avatar.head.colours import skin_colours
from avatar_bridge.avatar.head.falloff import Floats
from avatar_bridge.avatar.head.mesh import Mesh, Triangles, join, mirror, normals
from avatar_bridge.avatar.head.shapes import SHAPES, eyes, jaw
from avatar_bridge.avatar.head.shapes.field import field_of
from avatar_bridge.avatar.head.skin import Skin, make_skin
from avatar_bridge.avatar.head.surface import EYE
from avatar_bridge.facs.arkit import BLENDSHAPES, mirrored
from avatar_bridge.types import Float32

METRES = 0.1  # a unit of the model
_STILL = 2e-5  # metres: what moves less does not move
_KINDS = ("skin", "lips", "mouth", "lid_edge")
_SIDES = np.array([-1.0, 1.0, 1.0])
_TONGUE_SHARE = 0.85  # of the jaw's way

Movements = dict[str, Floats]


@dataclass(frozen=True, eq=False)
class Move:
    """What a blendshape does to a part at weight 1.

    Attributes:
        rows: (M,) numbers of the points that move, ascending.
        points: (M, 3) metres by which they move.
        normals: (M, 3) by which their normals change.
    """

    rows: NDArray[np.uint32]
    points: Float32
    normals: Float32


@dataclass(frozen=True, eq=False)
class Part:
    """One mesh of the head.

    Attributes:
        name: of the mesh.
        node: which of `Head.pivots` it hangs on.
        points: (V, 3) metres, in the head's space.
        normals: (V, 3) of unit length.
        colours: (V, 3) linear, 0 to 1, by which the materials' colours are multiplied.
        surfaces: material → triangles (T, 3), counter-clockwise from outside.
        moves: blendshape → what it moves, of those that move this part, in ARKit's order.
    """

    name: str
    node: str
    points: Float32
    normals: Float32
    colours: Float32
    surfaces: dict[str, NDArray[np.uint32]]
    moves: dict[str, Move]


@dataclass(frozen=True, eq=False)
class Head:
    """The built-in avatar.

    **Convention:** metres, +x to the subject's left, +y up, +z out of the face; the origin lies
    between the eyes, in the middle of the head.

    Attributes:
        parts: its meshes.
        pivots: node → the place (3,) it turns about: head, eye_left, eye_right; body stays.
    """

    parts: tuple[Part, ...]
    pivots: dict[str, tuple[float, float, float]]


@cache
def build_head() -> Head:
    """The head; made once, and the same every time."""
    skin = make_skin()
    moves = _skin_moves(skin)
    left_eye = EYE * METRES
    pivots = {
        "body": (0.0, 0.0, 0.0),
        "head": (0.0, -0.070, -0.012),
        "eye_left": _place(left_eye),
        "eye_right": _place(left_eye * _SIDES),
    }
    surfaces = {name: skin.triangles[skin.kind == k] for k, name in enumerate(_KINDS)}
    face = Mesh(skin.points, skin.triangles, skin_colours(skin))
    return Head(
        (
            _part("face", "head", face, surfaces, moves),
            *_eyes(),
            _whole("glints", "head", "highlight", eyeballs.glints()),
            _brows(),
            _lashes(skin, moves),
            *_mouth_parts(),
            _whole("ears", "head", "skin", clothes.ears()),
            _whole("hair", "head", "hair", clothes.hair()),
            _whole("hat", "head", "hat", clothes.hat()),
            _whole("pompom", "head", "pompom", clothes.pompom()),
            _whole("throat", "body", "skin", clothes.neck()),
            _whole("shirt", "body", "shirt", clothes.shirt()),
        ),
        pivots,
    )


def _place(point: Floats) -> tuple[float, float, float]:
    return (float(point[0]), float(point[1]), float(point[2]))


def _skin_moves(skin: Skin) -> Movements:
    field = field_of(skin.points, skin.eye, skin.mouth)
    return _both_sides({name: shape(field) for name, shape in SHAPES.items()}, skin.other)


def _both_sides(told: Movements, other: NDArray[np.int64]) -> Movements:
    """All 52: what is told of the left, mirrored for the right."""
    return {
        name: told[name] if name in told else told[mirrored(name)][other] * _SIDES
        for name in BLENDSHAPES
        if name in told or mirrored(name) in told
    }


def _eyes() -> tuple[Part, Part]:
    mesh, surfaces = eyeballs.ball()
    points = mesh.points
    left = {
        "eyeLookDownLeft": eyeballs.turned(points, 0.0, -eyes.LOOK_DOWN),
        "eyeLookInLeft": eyeballs.turned(points, -eyes.LOOK_IN, 0.0),
        "eyeLookOutLeft": eyeballs.turned(points, eyes.LOOK_OUT, 0.0),
        "eyeLookUpLeft": eyeballs.turned(points, 0.0, eyes.LOOK_UP),
    }
    right = {mirrored(name): moved * _SIDES for name, moved in left.items()}
    flipped = {name: faces[:, ::-1] for name, faces in surfaces.items()}
    return (
        _part("eyeball_left", "eye_left", mesh, surfaces, left),
        _part("eyeball_right", "eye_right", mirror(mesh), flipped, right),
    )


def _brows() -> Part:
    left = brow_strips.left_brow()
    both = join(left, mirror(left))
    field = field_of(both.points)
    told = {name: SHAPES[name](field) for name in SHAPES if name.startswith(("brow", "noseSneer"))}
    moves = _both_sides(told, _twins(both.points))
    return _part("brows", "head", both, {"brows": both.triangles}, moves)


def _lashes(skin: Skin, moves: Movements) -> Part:
    rim = np.flatnonzero(skin.eye[:, 1] == 1)
    left, places = brow_strips.left_lashes(skin.points[rim])
    at = rim[places]
    told = {
        name: brow_strips.carried(left.points, skin.points[at], moved[at])
        for name, moved in moves.items()
        if np.abs(moved[at]).max() * METRES > _STILL
    }
    nothing = np.zeros_like(left.points)
    both = {
        name: np.concatenate([told.get(name, nothing), told.get(mirrored(name), nothing) * _SIDES])
        for name in BLENDSHAPES
        if name in told or mirrored(name) in told
    }
    mesh = join(left, mirror(left))
    return _part("lashes", "head", mesh, {"lashes": mesh.triangles}, both)


def _mouth_parts() -> tuple[Part, ...]:
    lower, tongue = insides.lower_teeth(), insides.tongue()
    upper = insides.upper_teeth()
    return (
        _part(
            "teeth_upper", "head", upper, {"teeth": upper.triangles},
            {"mouthFunnel": insides.withdrawn(upper.points)},
        ),
        _part("teeth_lower", "head", lower, {"teeth": lower.triangles}, _with_jaw(lower, 1.0)),
        _part(
            "tongue", "head", tongue, {"tongue": tongue.triangles},
            _with_jaw(tongue, _TONGUE_SHARE)
            | {"tongueOut": insides.stuck_out(tongue.points) + jaw.opened(tongue.points, 0.07)},
        ),
    )  # fmt: skip


def _with_jaw(mesh: Mesh, share: float) -> Movements:
    still = np.ones((len(mesh.points), 1))
    left = still * (0.20, -0.01, 0.0)
    return {
        "jawForward": share * still * (0.0, 0.012, 0.17),
        "jawRight": share * left * _SIDES,
        "jawLeft": share * left,
        "jawOpen": share * jaw.opened(mesh.points),
        "mouthFunnel": jaw.opened(mesh.points, 0.13),
        "tongueOut": jaw.opened(mesh.points, 0.07),
    }


def _twins(points: Floats) -> NDArray[np.int64]:
    """Number of the point (V,) on the other side."""
    return np.asarray(cKDTree(points).query(points * _SIDES)[1], np.int64)


def _whole(name: str, node: str, material: str, mesh: Mesh) -> Part:
    return _part(name, node, mesh, {material: mesh.triangles}, {})


def _part(
    name: str, node: str, mesh: Mesh, surfaces: dict[str, Triangles], moves: Movements
) -> Part:
    """In metres, with normals, and without what hardly moves."""
    faces = np.concatenate(list(surfaces.values()))
    rest = normals(mesh.points, faces)
    made: dict[str, Move] = {}
    for shape, moved in moves.items():
        turned = normals(mesh.points + moved, faces) - rest
        far = np.linalg.norm(moved, axis=1) * METRES > _STILL
        rows = np.flatnonzero(far | (np.linalg.norm(turned, axis=1) > 0.01))
        if len(rows):
            made[shape] = Move(
                rows.astype(np.uint32),
                (moved[rows] * METRES).astype(np.float32),
                turned[rows].astype(np.float32),
            )
    return Part(
        name,
        node,
        (mesh.points * METRES).astype(np.float32),
        rest.astype(np.float32),
        np.clip(mesh.colours, 0.0, 1.0).astype(np.float32),
        {key: np.ascontiguousarray(value, np.uint32) for key, value in surfaces.items()},
        made,
    )
