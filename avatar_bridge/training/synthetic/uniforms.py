"""What the shaders are told: looks and lights by the names of their uniforms, and matrices."""

from typing import Any

import numpy as np

from avatar_bridge.training.synthetic.hair import CROWN
from avatar_bridge.training.synthetic.scene import Lights, Look
from avatar_bridge.types import Float32

# The shadow map looks at a ball about the head, cm.
_SHADOW_REACH = 19.0


def columns(matrix: Float32) -> bytes:
    """A matrix as OpenGL stores it, column by column."""
    return np.ascontiguousarray(matrix.T, np.float32).tobytes()


def set_uniforms(program: Any, **values: Any) -> None:
    """Set those uniforms that a program has."""
    for name, value in values.items():
        uniform = program.get(name, None)
        if uniform is None:
            continue
        if isinstance(value, bytes):
            uniform.write(value)
        else:
            uniform.value = tuple(value) if isinstance(value, np.ndarray) else value


def _unit(vector: tuple[float, float, float]) -> np.ndarray:
    array = np.array(vector, np.float64)
    return np.asarray(array / np.linalg.norm(array))


def shadow_matrices(lights: Lights, head: Float32) -> tuple[Float32, Float32]:
    """Camera space to the light's clip space, and to its shadow map's unit cube."""
    forward = _unit(lights.key_direction)
    side = _unit(tuple(np.cross([0.0, 1.0, 0.01], forward)))
    turn = np.stack([side, np.cross(forward, side), forward])
    middle = (head @ np.array([0.0, 0.0, 2.0, 1.0]))[:3]
    clip = np.eye(4)
    clip[:3, :3] = turn / _SHADOW_REACH
    clip[:3, 3] = -(turn @ middle) / _SHADOW_REACH
    clip[2] *= -0.8  # nearer to the light is smaller; the body reaches beyond the ball
    clip[3] = [0, 0, 0, 1]
    unit = np.diag([0.5, 0.5, 0.5, 1.0])
    unit[:3, 3] = 0.5
    return clip.astype(np.float32), (unit @ clip).astype(np.float32)


def light_values(lights: Lights) -> dict[str, Any]:
    """Uniforms of the lights."""
    return {
        "u_key_direction": _unit(lights.key_direction),
        "u_key_color": lights.key_color,
        "u_fill_direction": _unit(lights.fill_direction),
        "u_fill_color": lights.fill_color,
        "u_rim_color": lights.rim_color,
        "u_sky_color": lights.sky_color,
        "u_ground_color": lights.ground_color,
        "u_exposure": lights.exposure,
        "u_shadow_softness": lights.shadow_softness,
    }


def look_values(look: Look, folds: Float32) -> dict[str, Any]:
    """Uniforms of a person's look, and of how deep each fold is on each side, (2, 4)."""
    right, left = folds * look.fold_depth
    return {
        "u_skin": look.skin,
        "u_blush": look.blush,
        "u_blush_amount": look.blush_amount,
        "u_lip_color": look.lip_color,
        "u_lip_amount": look.lip_amount,
        "u_lip_gloss": look.lip_gloss,
        "u_brow_style": float(look.brow_style),
        "u_brow_color": look.brow_color,
        "u_brow_density": look.brow_density,
        "u_brow_lift": look.brow_lift,
        "u_stubble": look.stubble,
        "u_freckles": look.freckles,
        "u_oil": look.oil,
        "u_mottle": look.mottle,
        "u_liner": look.liner,
        "u_shadow_makeup": look.shadow_makeup,
        "u_shadow_amount": look.shadow_amount,
        "u_under_eye": look.under_eye,
        "u_hair_color": look.hair_color,
        "u_hair_line": look.hair_line + (99.0 if look.bald else 0.0),
        "u_hair_length": look.hair_length,
        "u_hair_side": look.hair_side,
        "u_crown": CROWN,
        "u_sweep": look.hair_sweep,
        "u_wave": look.hair_wave,
        "u_iris_color": look.iris_color,
        "u_sclera_color": look.sclera_color,
        "u_pupil": look.pupil,
        "u_teeth_color": look.teeth_color,
        "u_lash_color": look.lash_color,
        "u_lash_density": look.lash_density,
        "u_cloth_color": look.cloth_color,
        "u_cloth_pattern": look.cloth_pattern,
        "u_fold_right": right,
        "u_fold_left": left,
    }
