"""Make `avatar_bridge/retarget/reference.npz`: how a head moves when it shows each of the 52.

    python scripts/make_reference.py DATA/ict_facekit/ict_facekit.npz

The head is that of ICT-FaceKit (MIT licence, see `avatar_bridge/assets/CREDITS.md`); what is kept
of it are 52 coarse fields of movement, not its shape. It has no tongueOut, whose field is empty.
"""

import sys
from pathlib import Path

import numpy as np

from avatar_bridge.avatar.face import Morphs
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.retarget.descriptors import describe, frame_of
from avatar_bridge.training.synthetic.names import rig_matrix

OUT = Path(__file__).resolve().parents[1] / "avatar_bridge" / "retarget" / "reference.npz"
_EVERY = 2  # of the moving points in front of the ears: enough for so coarse a grid


def main() -> int:
    """Write the file."""
    with np.load(sys.argv[1]) as kit:
        rig = rig_matrix(tuple(str(name) for name in kit["expression_names"]))  # (57, 52)
        points = kit["vertices"]
        moves = np.einsum("ks,kvc->svc", rig, kit["expressions"].astype(np.float32))
    front = np.flatnonzero((points[:, 2] > 0) & (np.abs(moves).max((0, 2)) > 0))[::_EVERY]
    morphs = Morphs(BLENDSHAPES, points[front], moves[:, front])
    found = describe(morphs, frame_of(morphs))
    np.savez_compressed(OUT, forms=found.forms.astype(np.float16), centres=found.centres)
    sys.stdout.write(f"{OUT.name}: {OUT.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
