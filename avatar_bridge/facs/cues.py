"""Cues: what landmarks tell that no action unit names.

FACS has no unit for a mouth pulled to one side; ARKit has `mouthLeft` and `mouthRight`, and a net
may read them as the nodes `MouthL` and `MouthR`. Where it does not, a cue tells. It is a number in
[0, 1] that a retarget profile can use like a unit. Left and right are the subject's.

mouthShiftLeft, mouthShiftRight: how far the mouth's corners lie to that side of the face's middle,
in distances between the eyes.
"""

CUES: tuple[str, ...] = ("mouthShiftLeft", "mouthShiftRight")
