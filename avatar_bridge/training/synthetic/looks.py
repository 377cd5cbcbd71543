"""Random people: skin, brows, lips, eyes, hair and clothes; and random lights."""

import numpy as np

from avatar_bridge.training.synthetic.glasses import STYLES as GLASSES
from avatar_bridge.training.synthetic.hats import STYLES as HATS
from avatar_bridge.training.synthetic.mesh import FaceMesh
from avatar_bridge.training.synthetic.paint import BROW_STYLES
from avatar_bridge.training.synthetic.performer import IDENTITY
from avatar_bridge.training.synthetic.scene import Color, Lights, Look
from avatar_bridge.types import Float32

_HAT_SHARE, _GLASSES_SHARE, _DARK_LENSES = 0.12, 0.16, 0.12
_MODES = 50  # identity modes that are drawn; the rest hardly shows
_SPREAD = 0.9  # standard deviations
# Nobody may be nearer to the performer than this, in standard deviations over its modes.
_RESERVED = 2.0
# As displayed, from fair to dark.
_SKINS = ((243, 214, 196), (231, 192, 168), (214, 166, 132), (182, 130, 95), (138, 92, 64),
          (98, 64, 47), (66, 44, 36))  # fmt: skip
_HAIRS = ((18, 14, 12), (36, 25, 19), (62, 42, 28), (98, 68, 42), (160, 122, 78), (205, 175, 125),
          (120, 60, 32), (120, 118, 116), (205, 203, 200))  # fmt: skip
_HAIR_SHARES = (0.24, 0.22, 0.16, 0.10, 0.08, 0.05, 0.05, 0.06, 0.04)
_IRISES = ((62, 38, 20), (90, 58, 30), (110, 84, 48), (88, 98, 62), (94, 116, 128), (70, 98, 132),
           (128, 140, 146))  # fmt: skip


def random_person(mesh: FaceMesh, rng: np.random.Generator) -> Float32:
    """(V, 3) a person at rest, cm; never the performer."""
    while True:
        modes = rng.normal(0, _SPREAD, _MODES)
        if np.linalg.norm(modes[: len(IDENTITY)] - IDENTITY) > _RESERVED:
            return mesh.identity(modes)


def random_look(rng: np.random.Generator) -> Look:
    """A person's colours and hair; never the performer's style of brows."""
    skin = np.array(_between(_SKINS, rng.beta(1.1, 1.5) * (len(_SKINS) - 1))) * rng.lognormal(
        0, 0.06, 3
    )
    hair = np.array(_linear(_HAIRS[rng.choice(len(_HAIRS), p=_HAIR_SHARES)]))
    hair = hair * rng.lognormal(0, 0.2) + 0.002
    brow = _brow_color(skin, hair, rng)
    lips = skin * (rng.uniform(0.55, 0.85), rng.uniform(0.28, 0.5), rng.uniform(0.3, 0.55))
    painted = rng.random() < 0.25
    if painted:
        lips = np.array((rng.uniform(0.15, 0.5), rng.uniform(0.01, 0.1), rng.uniform(0.02, 0.14)))
    long_hair = bool(rng.random() < 0.42)
    beard = rng.random() < 0.35 and not painted
    hat = int(rng.integers(1, len(HATS) + 1)) if rng.random() < _HAT_SHARE else 0
    glasses = int(rng.integers(1, len(GLASSES) + 1)) if rng.random() < _GLASSES_SHARE else 0
    yellow = rng.random() ** 2
    dark = rng.random() < _DARK_LENSES
    return Look(
        skin=_color(skin),
        blush=(rng.uniform(1.0, 1.12), rng.uniform(0.6, 0.85), rng.uniform(0.6, 0.85)),
        blush_amount=rng.uniform(0.1, 0.9),
        lip_color=_color(lips),
        lip_amount=rng.uniform(0.45, 0.95),
        lip_gloss=rng.uniform(0.0, 0.9),
        brow_style=int(rng.integers(1, BROW_STYLES)),
        brow_color=_color(brow),
        brow_density=rng.uniform(0.3, 1.35),
        brow_lift=float(np.clip(rng.normal(0, 0.005), -0.01, 0.012)),
        stubble=rng.uniform(0.1, 0.95) if beard else 0.0,
        freckles=rng.uniform(0.2, 0.9) if rng.random() < 0.25 else 0.0,
        oil=rng.uniform(0.0, 1.5),
        mottle=rng.uniform(0.1, 1.2),
        liner=rng.uniform(0.5, 1.0) if painted else rng.uniform(0.15, 0.6),
        shadow_makeup=_color(skin * rng.uniform(0.2, 0.8, 3)),
        shadow_amount=rng.uniform(0.1, 0.6) if painted else rng.uniform(0, 0.2),
        under_eye=rng.uniform(0, 0.9),
        hair_color=_color(hair),
        hair_length=rng.uniform(0.3, 0.9) if hat else rng.uniform(0.5, 3.0),
        hair_side=rng.uniform(0.25, 1.0),
        hair_line=rng.uniform(-0.6, 1.2),
        hair_sweep=rng.uniform(-1, 1),
        hair_wave=rng.uniform(0, 2.0),
        long_hair=long_hair,
        bald=not long_hair and bool(rng.random() < 0.14),
        iris_color=_color(
            np.array(_linear(_IRISES[rng.integers(len(_IRISES))])) * rng.lognormal(0, 0.35)
        ),
        sclera_color=_color(np.array((0.78, 0.75, 0.72)) * rng.uniform(0.7, 1.1)),
        pupil=rng.uniform(0.22, 0.65),
        teeth_color=_color(
            np.array((0.92, 0.84 - 0.1 * yellow, 0.74 - 0.3 * yellow)) * rng.uniform(0.45, 1.1)
        ),
        lash_density=rng.uniform(0.3, 1.0),
        cloth_color=_color(rng.uniform(0.01, 0.7) * rng.lognormal(0, 0.4, 3)),
        cloth_pattern=float(rng.random() < 0.2),
        fold_depth=rng.uniform(0.1, 1.4),
        hat=hat,
        hat_color=_color(rng.uniform(0.005, 0.7) * rng.lognormal(0, 0.4, 3)),
        hat_weave=rng.uniform(0.1, 1.4),
        glasses=glasses,
        frame_color=_color(rng.uniform(0.004, 0.6) ** 1.5 * rng.lognormal(0, 0.3, 3)),
        lens_color=_color(rng.uniform(0.003, 0.05) * rng.lognormal(0, 0.3, 3)),
        lens_opacity=rng.uniform(0.4, 0.95) if dark else rng.uniform(0.0, 0.08),
    )


def _brow_color(skin: np.ndarray, hair: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """From nearly the skin's tone to black: as the hair mostly, and darker than the skin."""
    kind = rng.random()
    if kind < 0.2:  # faint
        return np.asarray(skin * rng.uniform(0.5, 0.8))
    if kind < 0.4:
        return np.asarray(np.array((0.02, 0.014, 0.01)) * rng.uniform(0.2, 1.2))
    return np.asarray(np.minimum(hair * rng.uniform(0.35, 0.9), skin * rng.uniform(0.3, 0.55)))


def random_lights(rng: np.random.Generator, look: Look) -> Lights:
    """Lights of a random room; a dark face is exposed a little longer, as cameras do."""
    turn, height = np.radians(rng.normal(0, 45)), np.radians(rng.uniform(-15, 65))
    warm = rng.normal(0, 0.12)
    key = rng.uniform(0.3, 2.3)
    sky, fill = rng.uniform(0.08, 0.75), rng.uniform(0.0, 0.6)
    luma = float(np.mean(look.skin))
    return Lights(
        key_direction=_color(
            np.array((np.sin(turn) * np.cos(height), np.sin(height), np.cos(turn) * np.cos(height)))
        ),
        key_color=(key * (1 + warm), key, key * (1 - warm)),
        fill_direction=(-float(np.sign(turn)) * 0.7, rng.uniform(-0.3, 0.5), 0.6),
        fill_color=(fill * (1 - warm), fill, fill * (1 + warm)),
        rim_color=_color(np.full(3, rng.uniform(0, 0.7))),
        sky_color=(sky * (1 - warm / 2), sky, sky * (1 + warm / 2)),
        ground_color=_color(np.full(3, sky * rng.uniform(0.2, 0.8))),
        exposure=rng.uniform(0.8, 1.5) * (0.35 / luma) ** 0.45 * (2.2 / (key + sky + fill)) ** 0.7,
        shadow_softness=rng.uniform(0.001, 0.022),
    )


def _linear(displayed: tuple[float, ...]) -> Color:
    return _color((np.array(displayed) / 255.0) ** 2.2)


def _between(table: tuple[tuple[int, int, int], ...], at: float) -> Color:
    low = min(int(at), len(table) - 2)
    a, b = np.array(table[low]), np.array(table[low + 1])
    return _linear(tuple(a + (b - a) * (at - low)))


def _color(values: np.ndarray) -> Color:
    r, g, b = (float(v) for v in values)
    return r, g, b
