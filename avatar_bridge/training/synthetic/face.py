"""From 52 weights to the geometry that is drawn."""

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.training.synthetic.eyes import gaze_of
from avatar_bridge.training.synthetic.mesh import FaceMesh
from avatar_bridge.training.synthetic.names import rig_weights
from avatar_bridge.training.synthetic.renderer import INSIDE, FaceShape
from avatar_bridge.training.synthetic.tongue import stretch
from avatar_bridge.types import Float32


def shape_face(mesh: FaceMesh, neutral: Float32, weights: NDArray[np.floating]) -> FaceShape:
    """A person's face that shows (52,) weights.

    Args:
        mesh: the kit.
        neutral: (V, 3) the person at rest, from `FaceMesh.identity`.
        weights: in [0, 1], canonical order.
    """
    positions = mesh.express(neutral, rig_weights(weights, mesh.shapes))
    for ball, (yaw, pitch) in zip(mesh.eyes, gaze_of(weights), strict=True):
        centre = ball.centre_in(neutral, mesh.base)
        turn = ball.turn(float(yaw), float(pitch))
        positions[ball.positions] = (positions[ball.positions] - centre) @ turn.T + centre
    jaw = float(weights[BLENDSHAPE_INDEX["jawOpen"]])
    out = float(weights[BLENDSHAPE_INDEX["tongueOut"]])
    tongue_lip = stretch(mesh.tongue, positions, mesh.landmarks, out) if out > 0 else INSIDE
    return FaceShape(
        positions, mesh.normals(positions), _folds(weights), min(1.0, jaw * 1.5), tongue_lip
    )


def _folds(weights: NDArray[np.floating]) -> Float32:
    """(2, 4) how deep each fold is, the subject's right side first."""

    def weight(name: str) -> float:
        return float(weights[BLENDSHAPE_INDEX[name]])

    rows = []
    for side in ("Right", "Left"):
        sneer, smile = weight(f"noseSneer{side}"), weight(f"mouthSmile{side}")
        squeeze = max(weight(f"cheekSquint{side}"), weight(f"eyeSquint{side}") * 0.6, smile * 0.5)
        rows.append(
            [
                max(weight("browInnerUp") * 0.8, weight(f"browOuterUp{side}")),
                weight(f"browDown{side}"),
                squeeze,
                max(sneer, smile * 0.7, weight(f"mouthUpperUp{side}") * 0.7),
            ]
        )
    return np.array(rows, np.float32)
