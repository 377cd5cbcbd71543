extends RefCounted
## The 52 ARKit blendshapes in the order of the stream, which is that of Live Link Face.
##
## Left and right are the subject's.

## Names by index.
const NAMES: Array[StringName] = [
	&"eyeBlinkLeft",
	&"eyeLookDownLeft",
	&"eyeLookInLeft",
	&"eyeLookOutLeft",
	&"eyeLookUpLeft",
	&"eyeSquintLeft",
	&"eyeWideLeft",
	&"eyeBlinkRight",
	&"eyeLookDownRight",
	&"eyeLookInRight",
	&"eyeLookOutRight",
	&"eyeLookUpRight",
	&"eyeSquintRight",
	&"eyeWideRight",
	&"jawForward",
	&"jawRight",
	&"jawLeft",
	&"jawOpen",
	&"mouthClose",
	&"mouthFunnel",
	&"mouthPucker",
	&"mouthRight",
	&"mouthLeft",
	&"mouthSmileLeft",
	&"mouthSmileRight",
	&"mouthFrownLeft",
	&"mouthFrownRight",
	&"mouthDimpleLeft",
	&"mouthDimpleRight",
	&"mouthStretchLeft",
	&"mouthStretchRight",
	&"mouthRollLower",
	&"mouthRollUpper",
	&"mouthShrugLower",
	&"mouthShrugUpper",
	&"mouthPressLeft",
	&"mouthPressRight",
	&"mouthLowerDownLeft",
	&"mouthLowerDownRight",
	&"mouthUpperUpLeft",
	&"mouthUpperUpRight",
	&"browDownLeft",
	&"browDownRight",
	&"browInnerUp",
	&"browOuterUpLeft",
	&"browOuterUpRight",
	&"cheekPuff",
	&"cheekSquintLeft",
	&"cheekSquintRight",
	&"noseSneerLeft",
	&"noseSneerRight",
	&"tongueOut",
]

const EYE_BLINK_LEFT := 0
const EYE_LOOK_DOWN_LEFT := 1
const EYE_LOOK_IN_LEFT := 2
const EYE_LOOK_OUT_LEFT := 3
const EYE_LOOK_UP_LEFT := 4
const EYE_WIDE_LEFT := 6
const EYE_BLINK_RIGHT := 7
const EYE_LOOK_DOWN_RIGHT := 8
const EYE_LOOK_IN_RIGHT := 9
const EYE_LOOK_OUT_RIGHT := 10
const EYE_LOOK_UP_RIGHT := 11
const EYE_WIDE_RIGHT := 13
const JAW_OPEN := 17
const MOUTH_CLOSE := 18
const MOUTH_FUNNEL := 19
const MOUTH_PUCKER := 20
const MOUTH_SMILE_LEFT := 23
const MOUTH_SMILE_RIGHT := 24
const MOUTH_FROWN_LEFT := 25
const MOUTH_FROWN_RIGHT := 26
const MOUTH_STRETCH_LEFT := 29
const MOUTH_STRETCH_RIGHT := 30
const BROW_DOWN_LEFT := 41
const BROW_DOWN_RIGHT := 42
const BROW_INNER_UP := 43
const BROW_OUTER_UP_LEFT := 44
const BROW_OUTER_UP_RIGHT := 45


## Whether a shape belongs to the eyes: lids and gaze.
static func is_eye(index: int) -> bool:
	return index <= EYE_WIDE_RIGHT


## For each shape the one that a mirror shows in its place.
static func mirrored() -> PackedInt32Array:
	var indices := PackedInt32Array()
	for name: String in NAMES:
		var other := name
		if name.ends_with("Left"):
			other = name.trim_suffix("Left") + "Right"
		elif name.ends_with("Right"):
			other = name.trim_suffix("Right") + "Left"
		indices.append(NAMES.find(StringName(other)))
	return indices
