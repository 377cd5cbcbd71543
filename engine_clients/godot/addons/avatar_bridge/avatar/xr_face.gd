extends RefCounted
## Publishes the 52 as an [XRFaceTracker], for [code]XRFaceModifier3D[/code] and whatever else
## reads face trackers.

const Arkit := preload("arkit.gd")

## Entries of [enum XRFaceTracker.BlendShapeEntry] for each of the 52.
const ENTRIES := {
	&"eyeBlinkLeft": [XRFaceTracker.FT_EYE_CLOSED_LEFT],
	&"eyeLookDownLeft": [XRFaceTracker.FT_EYE_LOOK_DOWN_LEFT],
	&"eyeLookInLeft": [XRFaceTracker.FT_EYE_LOOK_IN_LEFT],
	&"eyeLookOutLeft": [XRFaceTracker.FT_EYE_LOOK_OUT_LEFT],
	&"eyeLookUpLeft": [XRFaceTracker.FT_EYE_LOOK_UP_LEFT],
	&"eyeSquintLeft": [XRFaceTracker.FT_EYE_SQUINT_LEFT],
	&"eyeWideLeft": [XRFaceTracker.FT_EYE_WIDE_LEFT],
	&"eyeBlinkRight": [XRFaceTracker.FT_EYE_CLOSED_RIGHT],
	&"eyeLookDownRight": [XRFaceTracker.FT_EYE_LOOK_DOWN_RIGHT],
	&"eyeLookInRight": [XRFaceTracker.FT_EYE_LOOK_IN_RIGHT],
	&"eyeLookOutRight": [XRFaceTracker.FT_EYE_LOOK_OUT_RIGHT],
	&"eyeLookUpRight": [XRFaceTracker.FT_EYE_LOOK_UP_RIGHT],
	&"eyeSquintRight": [XRFaceTracker.FT_EYE_SQUINT_RIGHT],
	&"eyeWideRight": [XRFaceTracker.FT_EYE_WIDE_RIGHT],
	&"jawForward": [XRFaceTracker.FT_JAW_FORWARD],
	&"jawRight": [XRFaceTracker.FT_JAW_RIGHT],
	&"jawLeft": [XRFaceTracker.FT_JAW_LEFT],
	&"jawOpen": [XRFaceTracker.FT_JAW_OPEN],
	&"mouthClose": [XRFaceTracker.FT_MOUTH_CLOSED],
	&"mouthFunnel": [XRFaceTracker.FT_LIP_FUNNEL],
	&"mouthPucker": [XRFaceTracker.FT_LIP_PUCKER],
	&"mouthRight": [XRFaceTracker.FT_MOUTH_RIGHT],
	&"mouthLeft": [XRFaceTracker.FT_MOUTH_LEFT],
	&"mouthSmileLeft": [XRFaceTracker.FT_MOUTH_SMILE_LEFT],
	&"mouthSmileRight": [XRFaceTracker.FT_MOUTH_SMILE_RIGHT],
	&"mouthFrownLeft": [XRFaceTracker.FT_MOUTH_FROWN_LEFT],
	&"mouthFrownRight": [XRFaceTracker.FT_MOUTH_FROWN_RIGHT],
	&"mouthDimpleLeft": [XRFaceTracker.FT_MOUTH_DIMPLE_LEFT],
	&"mouthDimpleRight": [XRFaceTracker.FT_MOUTH_DIMPLE_RIGHT],
	&"mouthStretchLeft": [XRFaceTracker.FT_MOUTH_STRETCH_LEFT],
	&"mouthStretchRight": [XRFaceTracker.FT_MOUTH_STRETCH_RIGHT],
	&"mouthRollLower": [XRFaceTracker.FT_LIP_SUCK_LOWER],
	&"mouthRollUpper": [XRFaceTracker.FT_LIP_SUCK_UPPER],
	&"mouthShrugLower": [XRFaceTracker.FT_MOUTH_RAISER_LOWER],
	&"mouthShrugUpper": [XRFaceTracker.FT_MOUTH_RAISER_UPPER],
	&"mouthPressLeft": [XRFaceTracker.FT_MOUTH_PRESS_LEFT],
	&"mouthPressRight": [XRFaceTracker.FT_MOUTH_PRESS_RIGHT],
	&"mouthLowerDownLeft": [XRFaceTracker.FT_MOUTH_LOWER_DOWN_LEFT],
	&"mouthLowerDownRight": [XRFaceTracker.FT_MOUTH_LOWER_DOWN_RIGHT],
	&"mouthUpperUpLeft": [XRFaceTracker.FT_MOUTH_UPPER_UP_LEFT],
	&"mouthUpperUpRight": [XRFaceTracker.FT_MOUTH_UPPER_UP_RIGHT],
	&"browDownLeft": [XRFaceTracker.FT_BROW_DOWN_LEFT],
	&"browDownRight": [XRFaceTracker.FT_BROW_DOWN_RIGHT],
	# The engine's own modifier looks for brows raised as a whole, never for the inner ends.
	&"browInnerUp":
	[
		XRFaceTracker.FT_BROW_INNER_UP_RIGHT,
		XRFaceTracker.FT_BROW_INNER_UP_LEFT,
		XRFaceTracker.FT_BROW_UP_RIGHT,
		XRFaceTracker.FT_BROW_UP_LEFT,
		XRFaceTracker.FT_BROW_UP,
	],
	&"browOuterUpLeft": [XRFaceTracker.FT_BROW_OUTER_UP_LEFT],
	&"browOuterUpRight": [XRFaceTracker.FT_BROW_OUTER_UP_RIGHT],
	&"cheekPuff": [XRFaceTracker.FT_CHEEK_PUFF],
	&"cheekSquintLeft": [XRFaceTracker.FT_CHEEK_SQUINT_LEFT],
	&"cheekSquintRight": [XRFaceTracker.FT_CHEEK_SQUINT_RIGHT],
	&"noseSneerLeft": [XRFaceTracker.FT_NOSE_SNEER_LEFT],
	&"noseSneerRight": [XRFaceTracker.FT_NOSE_SNEER_RIGHT],
	&"tongueOut": [XRFaceTracker.FT_TONGUE_OUT],
}

var _tracker: XRFaceTracker
var _weights := PackedFloat32Array()
var _targets: Array[PackedInt32Array] = []


## Registers the tracker; false if another one has this name.
func start(path: StringName) -> bool:
	stop()
	if XRServer.get_tracker(path) != null:
		return false
	_weights.resize(XRFaceTracker.FT_MAX)
	_targets.clear()
	for name in Arkit.NAMES:
		_targets.append(PackedInt32Array(ENTRIES[name]))
	_tracker = XRFaceTracker.new()
	_tracker.name = path
	_tracker.description = "avatar-bridge"
	XRServer.add_tracker(_tracker)
	return true


## Takes the tracker away.
func stop() -> void:
	# The engine removes by name, and another may have taken the place since.
	if _tracker != null and XRServer.get_tracker(_tracker.name) == _tracker:
		XRServer.remove_tracker(_tracker)
	_tracker = null


## Hands out the first 52 of [param weights].
func publish(weights: PackedFloat32Array) -> void:
	if _tracker == null:
		return
	for index in _targets.size():
		for entry in _targets[index]:
			_weights[entry] = weights[index]
	_tracker.blend_shapes = _weights
