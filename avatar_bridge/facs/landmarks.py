"""The 70 face points: iBUG's 68 and two iris centres.

**Convention:** iBUG order, which names sides from the viewer: points 0 to 7 lie on the image's
left, so 36 to 41 are the *subject's right* eye. Points 68 and 69 are the centres of the
subject's right and left iris.
"""

POINTS = 70
JAW = slice(0, 17)
BROW_RIGHT = slice(17, 22)
BROW_LEFT = slice(22, 27)
NOSE_BRIDGE = slice(27, 31)
NOSE_BASE = slice(31, 36)
EYE_RIGHT = slice(36, 42)
EYE_LEFT = slice(42, 48)
LIPS_OUTER = slice(48, 60)
LIPS_INNER = slice(60, 68)
IRIS_RIGHT = 68
IRIS_LEFT = 69

# MIRROR[i] is the point that takes place i when the image is flipped left to right.
MIRROR: tuple[int, ...] = (
    *range(16, -1, -1),
    *range(26, 16, -1),
    *range(27, 31),
    *range(35, 30, -1),
    45, 44, 43, 42, 47, 46,
    39, 38, 37, 36, 41, 40,
    *range(54, 47, -1),
    *range(59, 54, -1),
    *range(64, 59, -1),
    *range(67, 64, -1),
    69, 68,
)  # fmt: skip
