"""Which vertices of MediaPipe's face mesh are the 70 points of `facs.landmarks`.

**Convention:** iBUG order, sides from the viewer: `IBUG68[36]` is the outer corner of the
*subject's right* eye. MediaPipe's mesh has 468 vertices and, with the irises, 478 points:
468 is the centre of the subject's right iris, 473 that of the left; the four points after
each lie on the iris' edge.

The table is the one the stored labels were made with: on every frame of a clip each point
equals its vertex to the last bit, and the next nearest vertex is at least a pixel away.
"""

MESH_POINTS = 478

IBUG68: tuple[int, ...] = (
    162, 234, 93, 58, 172, 136, 149, 148,  # jaw, from the image's left ...
    152,  # ... over the chin ...
    377, 378, 365, 397, 288, 323, 454, 389,  # ... to its right
    70, 63, 105, 66, 107,  # subject's right brow, outer end first
    336, 296, 334, 293, 300,  # left brow, inner end first
    168, 197, 5, 4,  # bridge of the nose, down to the tip
    75, 97, 2, 326, 305,  # base of the nose
    33, 160, 158, 133, 153, 144,  # right eye: outer corner, upper lid, inner corner, lower lid
    362, 385, 387, 263, 373, 380,  # left eye: inner corner, upper lid, outer corner, lower lid
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181,  # outer edge of the lips
    78, 82, 13, 312, 308, 317, 14, 87,  # inner edge of the lips
)  # fmt: skip
IRIS_RIGHT = 468
IRIS_LEFT = 473

# In the order of `facs.landmarks`: mesh[..., POINTS_OF_MESH, :] are the 70 points.
POINTS_OF_MESH: tuple[int, ...] = (*IBUG68, IRIS_RIGHT, IRIS_LEFT)
