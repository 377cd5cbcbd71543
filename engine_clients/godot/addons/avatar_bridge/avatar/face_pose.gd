extends RefCounted
## A face at one moment between frames.

const FaceFrame := preload("../wire/face_frame.gd")

## 52 weights in the order of Live Link Face.
var weights := PackedFloat32Array()
## Head axes to camera axes.
var head_rotation := Quaternion.IDENTITY
## Yaw and pitch in radians, to the subject's left and up.
var left_gaze := Vector2.ZERO
## The same of the right eye.
var right_gaze := Vector2.ZERO
## Whether the face was seen then.
var tracked := false


func _init() -> void:
	weights.resize(FaceFrame.BLENDSHAPES)


## Becomes the mix of two frames: all [param from] at 0, all [param to] at 1.
func mix(from: FaceFrame, to: FaceFrame, share: float) -> void:
	tracked = from.tracked
	var before := from.blendshapes
	var after := to.blendshapes
	for index in weights.size():
		weights[index] = before[index] + (after[index] - before[index]) * share
	head_rotation = (
		from.head_rotation.normalized().slerp(to.head_rotation.normalized(), share).normalized()
	)
	left_gaze = from.left_gaze.lerp(to.left_gaze, share)
	right_gaze = from.right_gaze.lerp(to.right_gaze, share)
