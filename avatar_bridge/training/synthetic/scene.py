"""What a picture is of: camera, head, lights, looks, backdrop.

**Convention:** camera space as in `types`, but in centimetres. Colours are linear RGB unless a
field says otherwise. Head yaw is positive to the subject's left, pitch upward, roll clockwise
as seen in the image; in radians.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from avatar_bridge.training.synthetic.props import Prop
from avatar_bridge.types import Float32

Color = tuple[float, float, float]

# The joint between skull and neck, and the point between the eyes, in the neutral mesh, cm.
PIVOT = np.array([0.0, -4.0, 0.0])
BETWEEN_EYES = np.array([0.0, 3.6, 8.0])
_NEAR, _FAR = 5.0, 400.0
# How much of the head's turn the shoulders take along.
_BODY_SHARE = 0.18


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole.

    Attributes:
        size: pixels across the square picture.
        focal: focal length in picture sides.
    """

    size: int
    focal: float = 1.2

    def projection(self) -> Float32:
        """(4, 4) OpenGL projection matrix of camera space."""
        matrix = np.zeros((4, 4), np.float32)
        matrix[0, 0] = matrix[1, 1] = 2 * self.focal
        matrix[2, 2] = -(_FAR + _NEAR) / (_FAR - _NEAR)
        matrix[2, 3] = -2 * _FAR * _NEAR / (_FAR - _NEAR)
        matrix[3, 2] = -1.0
        return matrix

    def pixels(self, points: NDArray[np.floating]) -> Float32:
        """(N, 2) pixels, y down, of (N, 3) points in camera space, any unit."""
        scale = self.focal * self.size / -points[:, 2]
        x = self.size / 2 + points[:, 0] * scale
        y = self.size / 2 - points[:, 1] * scale
        return np.stack([x, y], axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class HeadPlace:
    """How the head is held.

    Attributes:
        yaw: radians.
        pitch: radians.
        roll: radians.
        right: cm that the neck moves to the image's right.
        up: cm that it moves up; a little leaves room for the shoulders.
        distance: cm from the camera to the point between the eyes of a head held straight.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    right: float = 0.0
    up: float = 0.6
    distance: float = 39.0

    def rotation(self, share: float = 1.0) -> Rotation:
        """From head axes to camera axes."""
        angles = np.array([self.yaw, -self.pitch, -self.roll]) * share
        return Rotation.from_euler("YXZ", angles)

    def head_matrix(self) -> Float32:
        """(4, 4) from the mesh's space to camera space, cm."""
        return self._matrix(1.0)

    def body_matrix(self) -> Float32:
        """(4, 4) the same for the shoulders, which follow only a little."""
        return self._matrix(_BODY_SHARE)

    def _matrix(self, share: float) -> Float32:
        turn = self.rotation(share).as_matrix()
        pivot = np.array([self.right, self.up, -self.distance]) + PIVOT - BETWEEN_EYES
        matrix = np.eye(4, dtype=np.float32)
        matrix[:3, :3] = turn
        matrix[:3, 3] = pivot - turn @ PIVOT
        return matrix


@dataclass(frozen=True, slots=True)
class Lights:
    """A key light that casts a shadow, a fill, a rim and the sky.

    Attributes:
        key_direction: from the face toward the light; need not be a unit vector.
        fill_direction: the same of the fill.
        exposure: of the film, 1 normal.
        shadow_softness: radius of the shadow's edge, share of the shadow map.
    """

    key_direction: Color = (-0.45, 0.55, 0.75)
    key_color: Color = (1.75, 1.62, 1.46)
    fill_direction: Color = (0.7, 0.15, 0.6)
    fill_color: Color = (0.26, 0.29, 0.34)
    rim_color: Color = (0.25, 0.27, 0.30)
    sky_color: Color = (0.42, 0.45, 0.50)
    ground_color: Color = (0.17, 0.14, 0.12)
    exposure: float = 1.25
    shadow_softness: float = 0.007


@dataclass(frozen=True, slots=True)
class Look:
    """A person's colours and hair; amounts are in [0, 1] unless said otherwise.

    Attributes:
        brow_style: which painted pair, from 0.
        brow_density: about 0.5 to 1.2.
        hair_length: of the shells on the scalp, cm.
        hair_side: length at the sides, share of that on top.
        hair_line: how far back the hair begins, cm.
        hair_sweep: -1 to 1, combed to which side.
        long_hair: whether a curtain hangs beside the face.
        pupil: share of the iris.
        mottle: unevenness of the skin, about 0.3 to 1.2.
        brow_lift: how far up the painted brows are moved, share of the face's texture.
        hat: which of `hats.STYLES`, from 1; 0 is none.
        hat_weave: roughness of its cloth, from 0.
        glasses: which of `glasses.STYLES`, from 1; 0 is none.
        lens_opacity: near 0 for clear lenses.
    """

    skin: Color = (0.60, 0.36, 0.255)
    blush: Color = (1.06, 0.72, 0.68)
    blush_amount: float = 0.5
    lip_color: Color = (0.36, 0.11, 0.10)
    lip_amount: float = 0.8
    lip_gloss: float = 0.25
    brow_style: int = 0
    brow_color: Color = (0.022, 0.014, 0.009)
    brow_density: float = 1.0
    stubble: float = 0.0
    freckles: float = 0.0
    oil: float = 0.5
    mottle: float = 0.6
    liner: float = 0.45
    shadow_makeup: Color = (0.20, 0.10, 0.08)
    shadow_amount: float = 0.12
    under_eye: float = 0.25
    hair_color: Color = (0.030, 0.017, 0.010)
    hair_length: float = 1.6
    hair_side: float = 0.6
    hair_line: float = 0.0
    hair_sweep: float = 0.25
    hair_wave: float = 0.3
    long_hair: bool = False
    bald: bool = False
    iris_color: Color = (0.085, 0.045, 0.018)
    sclera_color: Color = (0.78, 0.75, 0.72)
    pupil: float = 0.36
    teeth_color: Color = (0.92, 0.84, 0.74)
    lash_color: Color = (0.01, 0.008, 0.006)
    lash_density: float = 0.85
    cloth_color: Color = (0.05, 0.09, 0.16)
    cloth_pattern: float = 0.0
    fold_depth: float = 0.7
    brow_lift: float = 0.0
    hat: int = 0
    hat_color: Color = (0.1, 0.1, 0.1)
    hat_weave: float = 0.5
    glasses: int = 0
    frame_color: Color = (0.02, 0.02, 0.02)
    lens_color: Color = (0.02, 0.02, 0.02)
    lens_opacity: float = 0.04


@dataclass(frozen=True, slots=True, eq=False)
class Worn:
    """A thing upon the head, in the place where this person wears it.

    Attributes:
        prop: its mesh, in the mesh's space, cm.
        color: of cloth, frame or lens.
        gloss: how much it mirrors, in [0, 1].
        weave: roughness of cloth, from 0.
        opacity: below 1 only for lenses, which cast no shadow.
    """

    prop: Prop = field(repr=False)
    color: Color
    gloss: float = 0.0
    weave: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Scene:
    """One picture's setting.

    Attributes:
        backdrop: (H, W, 3) uint8 RGB as displayed, the picture behind the head.
        worn: things upon the head, the clear ones last.
    """

    camera: Camera
    place: HeadPlace
    lights: Lights
    look: Look
    backdrop: NDArray[np.uint8] = field(repr=False)
    worn: tuple[Worn, ...] = ()
