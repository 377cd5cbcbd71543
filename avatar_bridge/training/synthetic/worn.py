"""What a person wears upon the head: the look says which, this puts it in its place."""

from collections.abc import Iterator

from avatar_bridge.training.synthetic.glasses import STYLES as GLASSES
from avatar_bridge.training.synthetic.glasses import glasses
from avatar_bridge.training.synthetic.hats import STYLES as HATS
from avatar_bridge.training.synthetic.hats import hat
from avatar_bridge.training.synthetic.mesh import FaceMesh
from avatar_bridge.training.synthetic.scene import Look, Worn
from avatar_bridge.types import Float32


def dress(mesh: FaceMesh, neutral: Float32, look: Look) -> tuple[Worn, ...]:
    """The glasses and the hat of a look on a person, (V, 3) at rest; what is clear comes last."""
    return tuple(_worn(mesh, neutral, look))


def _worn(mesh: FaceMesh, neutral: Float32, look: Look) -> Iterator[Worn]:
    landmarks = neutral[mesh.landmarks]
    if look.hat:
        prop = hat(neutral, landmarks, HATS[look.hat - 1])
        yield Worn(prop, look.hat_color, gloss=0.0, weave=look.hat_weave)
    if look.glasses:
        frame, lenses = glasses(landmarks, GLASSES[look.glasses - 1])
        yield Worn(frame, look.frame_color, gloss=0.6)
        yield Worn(lenses, look.lens_color, gloss=1.0, opacity=look.lens_opacity)
