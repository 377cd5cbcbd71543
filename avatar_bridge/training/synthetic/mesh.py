"""ICT-FaceKit's mesh: loading, blending, normals.

Li et al., *Learning Formation of Physically-Based Face Attributes* (CVPR 2020);
https://github.com/ICT-VGL/ICT-FaceKit, MIT.

**Convention:** head axes (see `types`), centimetres, the kit's own origin.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.synthetic.eyes import Eyeball, fit_eyeball
from avatar_bridge.training.synthetic.tongue import Tongue, find_tongue
from avatar_bridge.types import Float32

Int32 = NDArray[np.int32]

MESH_FILE = "ict_facekit.npz"
INDEX_FILE = "vertex_indices.json"
# Islands of the back head's texture that are no skin, (u0, v0, u1, v1).
_MOUTH_SAC = (1.0, 0.70, 1.25, 1.0)
_EYE_SOCKETS = (1.70, 0.83, 2.0, 1.0)


@dataclass(frozen=True, eq=False)
class FaceMesh:
    """The kit in the form that the renderer takes.

    A render vertex is one pair of a position and a texture coordinate: seams repeat positions.

    Attributes:
        base: (V, 3) neutral positions, cm.
        shapes: the K expression names.
        deltas: (K, V * 3) what a full expression adds, cm.
        identities: (I, V * 3) what one standard deviation of an identity mode adds, cm.
        position_of: (N,) the position of each render vertex.
        uv: (N, 2); the whole part is the tile (0 face, 1 back of the head, 6 lashes).
        parts: triangles (T, 3) of render vertices, by material; "mouth" is the mouth's inside.
        landmarks: (68,) position of each iBUG point.
        eyes: the balls of the subject's left and right eye.
        tongue: which positions are the tongue.
        lash_tip: (N,) 0 at the root of a lash, 1 at its tip; 0 elsewhere.
        faces_of: (V, T) sparse sum of the triangles' normals at each position.
        triangles: (T, 3) of positions.
    """

    base: Float32
    shapes: tuple[str, ...]
    deltas: Float32
    identities: Float32
    position_of: Int32
    uv: Float32
    parts: dict[str, Int32]
    landmarks: Int32
    eyes: tuple[Eyeball, Eyeball]
    tongue: Tongue
    lash_tip: Float32
    faces_of: sparse.csr_matrix
    triangles: Int32

    def identity(self, coefficients: NDArray[np.floating]) -> Float32:
        """(V, 3) neutral positions of a person, from standard deviations of the first modes."""
        count = len(coefficients)
        added = np.asarray(coefficients, np.float32) @ self.identities[:count]
        return np.asarray(self.base + added.reshape(self.base.shape), np.float32)

    def express(self, neutral: Float32, weights: Float32) -> Float32:
        """(V, 3) positions of a person who shows the (K,) weights."""
        used = np.flatnonzero(np.abs(weights) > 1e-4)
        added = weights[used] @ self.deltas[used]
        return np.asarray(neutral + added.reshape(neutral.shape), np.float32)

    def normals(self, positions: Float32) -> Float32:
        """(V, 3) unit normals, the triangles' weighted by their area."""
        a, b, c = (positions[self.triangles[:, i]] for i in range(3))
        (ux, uy, uz), (vx, vy, vz) = (b - a).T, (c - a).T
        # Written out: numpy's cross takes three times as long.
        across = np.stack([uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx], axis=1)
        summed = np.asarray(self.faces_of @ across, np.float32)
        length = np.sqrt(np.einsum("ij,ij->i", summed, summed))[:, None]
        return np.asarray(summed / np.maximum(length, 1e-9), np.float32)


def load_mesh(folder: Path) -> FaceMesh:
    """Read the kit.

    Args:
        folder: holds `ict_facekit.npz` and `vertex_indices.json`.

    Raises:
        ConfigError: a file is missing or has not the arrays that are needed.
    """
    mesh_path, index_path = folder / MESH_FILE, folder / INDEX_FILE
    for path in (mesh_path, index_path):
        if not path.is_file():
            raise ConfigError(f"expected ICT-FaceKit's {path.name} in {folder}, got no such file")
    try:
        with np.load(mesh_path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        landmarks = json.loads(index_path.read_text())["idx_to_landmark_verts"]
        return _build(arrays, np.array(landmarks, np.int32))
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(f"expected ICT-FaceKit's arrays in {folder}, got: {error!r}") from error


def _build(arrays: dict[str, np.ndarray], landmarks: Int32) -> FaceMesh:
    base = np.asarray(arrays["vertices"], np.float32)
    triangles = np.asarray(arrays["triangles"], np.int32)
    corners = np.stack([triangles.ravel(), arrays["triangle_uv"].ravel()], axis=1)  # (3T, 2)
    pairs, inverse = np.unique(corners, axis=0, return_inverse=True)
    render = inverse.reshape(-1, 3).astype(np.int32)
    uv = np.asarray(arrays["uv"], np.float32)[pairs[:, 1]]
    names = [str(name) for name in arrays["material_names"]]
    of_material = arrays["triangle_material"]
    parts = {
        name.removeprefix("M_"): render[of_material == index] for index, name in enumerate(names)
    }
    _split_back_head(parts, uv)
    positions = len(base)
    rows = triangles.ravel()
    columns = np.repeat(np.arange(len(triangles)), 3)
    ones = np.ones(len(rows), np.float32)
    faces_of = sparse.csr_matrix((ones, (rows, columns)), (positions, len(triangles)))
    position_of = pairs[:, 0].astype(np.int32)
    eyes = [
        fit_eyeball(base, np.unique(position_of[parts[f"Sclera{side}"]]))
        for side in ("Left", "Right")
    ]
    shapes = tuple(str(name) for name in arrays["expression_names"])
    deltas = arrays["expressions"].astype(np.float32)  # (K, V, 3)
    islands = [position_of[island] for island in _islands(parts["GumsTongue"], len(uv))]
    teeth = np.unique(position_of[parts["Teeth"]])
    return FaceMesh(
        base=base,
        shapes=shapes,
        deltas=deltas.reshape(len(deltas), -1),
        identities=arrays["identities"].astype(np.float32).reshape(len(arrays["identities"]), -1),
        position_of=position_of,
        uv=uv,
        parts=parts,
        landmarks=landmarks,
        eyes=(eyes[0], eyes[1]),
        tongue=find_tongue(base, islands, teeth, deltas[shapes.index("jawOpen")]),
        lash_tip=_lash_tips(parts["EyeLashes"], uv),
        faces_of=faces_of,
        triangles=triangles,
    )


def _split_back_head(parts: dict[str, Int32], uv: Float32) -> None:
    """Take the mouth's inside and the eye sockets out of the back of the head."""
    back = parts["BackHead"]
    middle = uv[back].mean(axis=1)  # (T, 2)

    def within(box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
        low, high = np.array(box[:2]), np.array(box[2:])
        return np.asarray(((middle >= low) & (middle <= high)).all(axis=1), np.bool_)

    mouth, sockets = within(_MOUTH_SAC), within(_EYE_SOCKETS)
    parts["Mouth"] = back[mouth]
    parts["BackHead"] = back[~mouth & ~sockets]


def _islands(triangles: Int32, count: int) -> list[Int32]:
    """The render vertices of each island of the texture that the triangles make."""
    edges = np.concatenate([triangles[:, :2], triangles[:, 1:]])
    graph = sparse.coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (count, count))
    _, island = sparse.csgraph.connected_components(graph, directed=False)
    used = np.unique(triangles)
    return [used[island[used] == label] for label in np.unique(island[used])]


def _lash_tips(triangles: Int32, uv: Float32) -> Float32:
    """How far along its lash each vertex lies; a row of lashes is one island of the texture."""
    tips = np.zeros(len(uv), np.float32)
    for row in _islands(triangles, len(uv)):
        v = uv[row, 1]
        tips[row] = (v.max() - v) / (v.max() - v.min())  # the root lies at the high end
    return tips
