@tool
extends Node3D
## A head that is made here, point by point, with the ARKit shapes it needs to look alive.
##
## **Convention:** it looks along +Z, +X is its own left, +Y is up, as imported avatars do. Each
## part is a mesh of its own with only the shapes that move it.

const MorphMesh := preload("morph_mesh.gd")

const SKIN := Color("f2c3a0")
const BLUSH := Color("ee9f8a")
const HAIR := Color("4a2f2a")
const HAIR_LIGHT := Color("6b443a")
const LIP := Color("c9605f")
const MOUTH := Color("4a1620")
const TEETH := Color("fbf6ee")
const TONGUE := Color("e0787c")
const IRIS := Color("3f8f8a")
const SWEATER := Color("35618e")

const _RADII := Vector3(0.9, 1.06, 0.92)
const _EYE := Vector2(0.35, 0.1)
const _EYE_RADII := Vector3(0.205, 0.235, 0.13)
const _MOUTH := Vector2(0.0, -0.47)
const _MOUTH_HALF := 0.25
const _JAW_DROP := 0.23
const _NECK := Vector3(0.0, -0.85, -0.1)

## Turns with the person's head.
var head := Node3D.new()
## Turns with the person's left eye.
var left_eye: Node3D
## Turns with the person's right eye.
var right_eye: Node3D


func _init() -> void:
	head.name = "Head"
	head.position = _NECK
	_add(self, head)
	var inside := Node3D.new()  # so that the head turns at the neck
	inside.name = "Parts"
	inside.position = -_NECK
	_add(head, inside)
	_add_skin(inside)
	_add_mouth(inside)
	_add_tongue(inside)
	_add_brows(inside)
	_add_hair(inside)
	for side: float in [1.0, -1.0]:
		_add_ear(inside, side)
		_add_eye(inside, side)
	_add_body()


# --- skin ------------------------------------------------------------------------------------


func _add_skin(parent: Node3D) -> void:
	var shapes: Array[StringName] = [
		&"jawOpen",
		&"jawLeft",
		&"jawRight",
		&"jawForward",
		&"cheekPuff",
		&"cheekSquintLeft",
		&"cheekSquintRight",
		&"mouthSmileLeft",
		&"mouthSmileRight",
		&"noseSneerLeft",
		&"noseSneerRight",
		&"mouthShrugLower",
	]
	_add_part(parent, "Skin", MorphMesh.build(80, 64, shapes, _skin, _skin_color))


func _skin(u: float, v: float, shape: StringName) -> Vector3:
	return _skin_at(_direction(u, v), shape)


## A point of the skin by the direction in which it lies from the middle of the head.
func _skin_at(direction: Vector3, shape: StringName) -> Vector3:
	var point := direction * _RADII
	var down := clampf(-point.y / _RADII.y, 0.0, 1.0)
	point.x *= 1.0 - 0.24 * down * down
	var front := smoothstep(0.0, 0.5, direction.z)
	var flat := Vector2(point.x, point.y)
	point.z += front * _relief(flat)
	point.z -= front * 0.05 * _bump(flat, _MOUTH + Vector2(0.0, -0.02), Vector2(0.16, 0.07))
	for side: float in [1.0, -1.0]:
		var is_left := side > 0.0
		var cheek := _bump(flat, Vector2(side * 0.47, -0.28), Vector2(0.2, 0.18)) * front
		var eye := _bump(flat, Vector2(side * _EYE.x, _EYE.y), Vector2(0.15, 0.15)) * front
		point.x += side * 0.03 * cheek
		point.z -= 0.07 * eye
		var nostril := _bump(flat, Vector2(side * 0.09, -0.2), Vector2(0.07, 0.08)) * front
		point.z += 0.05 * nostril
		match shape:
			&"cheekPuff":
				var low := _bump(flat, Vector2(side * 0.45, -0.45), Vector2(0.2, 0.18)) * front
				point += Vector3(side * 0.09, 0.0, 0.09) * low
			&"cheekSquintLeft", &"cheekSquintRight":
				if is_left == (shape == &"cheekSquintLeft"):
					point += Vector3(0.0, 0.06, 0.04) * cheek
			&"mouthSmileLeft", &"mouthSmileRight":
				if is_left == (shape == &"mouthSmileLeft"):
					point += Vector3(side * 0.02, 0.05, 0.05) * cheek
			&"noseSneerLeft", &"noseSneerRight":
				if is_left == (shape == &"noseSneerLeft"):
					point += Vector3(side * 0.01, 0.05, 0.02) * nostril
	return point + _jaw(point, shape)


## How the jaw takes along what lies below the mouth.
func _jaw(point: Vector3, shape: StringName) -> Vector3:
	var share := smoothstep(-0.4, -0.62, point.y) * smoothstep(-0.1, 0.45, point.z)
	match shape:
		&"jawOpen":
			return Vector3(-0.08 * point.x, -_JAW_DROP, -0.02) * share
		&"jawLeft":
			return Vector3(0.09, 0.0, 0.0) * share
		&"jawRight":
			return Vector3(-0.09, 0.0, 0.0) * share
		&"jawForward":
			return Vector3(0.0, 0.0, 0.09) * share
		&"mouthShrugLower":
			return Vector3(0.0, 0.03, 0.03) * share
	return Vector3.ZERO


func _skin_color(u: float, v: float) -> Color:
	var point := _skin(u, v, &"")
	var flat := Vector2(absf(point.x), point.y)
	var blush := _bump(flat, Vector2(0.48, -0.25), Vector2(0.17, 0.12)) * 0.75
	var nose := _bump(flat, Vector2(0.0, -0.2), Vector2(0.1, 0.09)) * 0.35
	return SKIN.lerp(BLUSH, maxf(blush, nose) if point.z > 0.0 else 0.0)


## Nose, chin and cheeks: how far they stand out.
static func _relief(flat: Vector2) -> float:
	var height := 0.21 * _bump(flat, Vector2(0.0, -0.19), Vector2(0.095, 0.095))
	height += 0.07 * _bump(flat, Vector2(0.0, 0.0), Vector2(0.07, 0.16))
	height += 0.05 * _bump(flat, Vector2(0.0, -0.86), Vector2(0.2, 0.12))
	return height + 0.06 * _bump(_folded(flat), Vector2(0.47, -0.28), Vector2(0.2, 0.18))


## The same place on the left half.
static func _folded(flat: Vector2) -> Vector2:
	return Vector2(absf(flat.x), flat.y)


## How far the face reaches forward at this place, without nose and hollows.
static func _front(x: float, y: float) -> float:
	var down := clampf(-y / _RADII.y, 0.0, 1.0)
	var wide := x / (_RADII.x * (1.0 - 0.24 * down * down))
	return _RADII.z * sqrt(maxf(0.02, 1.0 - wide * wide - y * y / (_RADII.y * _RADII.y)))


# --- mouth -----------------------------------------------------------------------------------


func _add_mouth(parent: Node3D) -> void:
	var shapes: Array[StringName] = [
		&"jawOpen",
		&"jawLeft",
		&"jawRight",
		&"jawForward",
		&"mouthClose",
		&"mouthFunnel",
		&"mouthPucker",
		&"mouthLeft",
		&"mouthRight",
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
	]
	_add_part(parent, "Mouth", MorphMesh.build(48, 48, shapes, _mouth, _mouth_color))


## From the upper lip's upper edge (v 0) over its inner edge, teeth and tongue, to the lower edge
## of the lower lip (v 1). Closed, the inner half has no height.
func _mouth(u: float, v: float, shape: StringName) -> Vector3:
	var across := 1.0 - 2.0 * u  # 1 at the left corner, so that the surface faces forward
	var arch := pow(maxf(0.0, 1.0 - across * across), 0.7)
	var left := pow(maxf(across, 0.0), 1.7)
	var right := pow(maxf(-across, 0.0), 1.7)
	var half := _MOUTH_HALF
	var line := _MOUTH.y + 0.045 * across * across
	var upper := 0.0
	var lower := 0.0
	var thick_upper := 0.045
	var thick_lower := 0.06
	var shift := Vector3.ZERO
	var below := 0.0  # how much of what moves goes with the lower lip alone
	match shape:
		&"jawOpen":
			lower = -_JAW_DROP
			half *= 0.92
		&"mouthClose":
			lower = _JAW_DROP
			half *= 1.06
		&"mouthFunnel":
			half *= 0.62
			upper = 0.05
			lower = -0.07
			shift.z = 0.08
		&"mouthPucker":
			half *= 0.42
			thick_upper *= 1.35
			thick_lower *= 1.25
			shift.z = 0.11
		&"mouthLeft":
			shift.x = 0.1
		&"mouthRight":
			shift.x = -0.1
		&"jawLeft":
			shift.x = 0.09
			below = 1.0
		&"jawRight":
			shift.x = -0.09
			below = 1.0
		&"jawForward":
			shift.z = 0.06
			below = 1.0
		&"mouthSmileLeft":
			shift = Vector3(0.09, 0.1, 0.03) * left
		&"mouthSmileRight":
			shift = Vector3(-0.09, 0.1, 0.03) * right
		&"mouthFrownLeft":
			shift = Vector3(0.02, -0.1, 0.0) * left
		&"mouthFrownRight":
			shift = Vector3(-0.02, -0.1, 0.0) * right
		&"mouthDimpleLeft":
			shift = Vector3(0.05, 0.02, -0.03) * left
		&"mouthDimpleRight":
			shift = Vector3(-0.05, 0.02, -0.03) * right
		&"mouthStretchLeft":
			shift = Vector3(0.1, -0.03, -0.03) * left
		&"mouthStretchRight":
			shift = Vector3(-0.1, -0.03, -0.03) * right
		&"mouthRollUpper":
			thick_upper *= 0.25
			shift.z = -0.005
		&"mouthRollLower":
			thick_lower *= 0.25
			shift.z = -0.005
		&"mouthShrugUpper":
			shift.y = 0.025
		&"mouthShrugLower":
			shift = Vector3(0.0, 0.03, 0.02)
		&"mouthPressLeft":
			thick_upper *= 1.0 - 0.4 * left
			thick_lower *= 1.0 - 0.4 * left
		&"mouthPressRight":
			thick_upper *= 1.0 - 0.4 * right
			thick_lower *= 1.0 - 0.4 * right
		&"mouthUpperUpLeft":
			upper = 0.06 * (0.35 + 0.65 * left) if across > -0.3 else 0.0
		&"mouthUpperUpRight":
			upper = 0.06 * (0.35 + 0.65 * right) if across < 0.3 else 0.0
		&"mouthLowerDownLeft":
			lower = -0.07 * (0.35 + 0.65 * left) if across > -0.3 else 0.0
		&"mouthLowerDownRight":
			lower = -0.07 * (0.35 + 0.65 * right) if across < 0.3 else 0.0
	var upper_inner := line + upper * arch
	var lower_inner := line + lower * arch
	var y := 0.0
	var bulge := 0.0
	var share := 0.0  # 0 at the upper lip, 1 at the lower one
	if v < 0.25:
		var t := v / 0.25
		# The dip in the middle of the upper lip.
		var bow := 1.0 - 0.22 * exp(-across * across * 60.0)
		y = upper_inner + thick_upper * arch * bow * (1.0 - t)
		bulge = sin(PI * t)
	elif v > 0.75:
		var t := (v - 0.75) / 0.25
		y = lower_inner - thick_lower * arch * t
		bulge = sin(PI * t)
		share = 1.0
	else:
		share = (v - 0.25) / 0.5
		y = lerpf(upper_inner, lower_inner, share)
		bulge = -0.5
	var x := half * across
	shift *= lerpf(1.0, share, below)
	x += shift.x
	y += shift.y
	# The lower lip goes with the chin, so it keeps the height of where it came from.
	var from := Vector2(x, y - lower * arch * share)
	var height := _front(from.x, from.y) + _relief(from)
	return Vector3(x, y, height + 0.012 + 0.035 * bulge * arch + shift.z)


func _mouth_color(_u: float, v: float) -> Color:
	if v < 0.24 or v > 0.76:
		return LIP
	var inside := (v - 0.25) / 0.5
	if inside < 0.3:
		return TEETH
	return MOUTH if inside < 0.62 else TONGUE


func _add_tongue(parent: Node3D) -> void:
	var shapes: Array[StringName] = [&"tongueOut"]
	_add_part(
		parent,
		"Tongue",
		MorphMesh.build(16, 12, shapes, _tongue, func(_u: float, _v: float) -> Color: return TONGUE)
	)


func _tongue(u: float, v: float, shape: StringName) -> Vector3:
	var base := Vector3(0.0, _MOUTH.y - 0.02, _front(0.0, _MOUTH.y) - 0.12)
	if shape != &"tongueOut":
		return base
	var ball := _direction(u, v)
	var tip := Vector3(ball.x * 0.11, ball.y * 0.035, ball.z * 0.17)
	tip.y -= 0.5 * pow(maxf(tip.z + 0.08, 0.0), 1.5)
	return base + Vector3(0.0, -0.02, 0.17) + tip


# --- brows, hair, ears -----------------------------------------------------------------------


func _add_brows(parent: Node3D) -> void:
	for side: float in [1.0, -1.0]:
		var mark := "Left" if side > 0.0 else "Right"
		var shapes: Array[StringName] = [
			StringName("browDown" + mark), &"browInnerUp", StringName("browOuterUp" + mark)
		]
		var place := func(u: float, v: float, shape: StringName) -> Vector3:
			return _brow(u, v, shape, side)
		var paint := func(_u: float, _v: float) -> Color: return HAIR
		_add_part(parent, "Brow" + mark, MorphMesh.build(20, 8, shapes, place, paint))


func _brow(u: float, v: float, shape: StringName, side: float) -> Vector3:
	var out := 1.0 - u if side > 0.0 else u  # 0 at the nose, 1 at the temple
	var x := 0.15 + 0.4 * out
	var y := 0.43 + 0.07 * sin(PI * (0.15 + 0.75 * out))
	if shape == &"browInnerUp":
		y += 0.13 * (1.0 - out) * (1.0 - out)
		x += 0.01 * (1.0 - out)
	elif String(shape).begins_with("browDown"):
		y -= 0.11 - 0.05 * out
		x -= 0.03 * (1.0 - out)
	elif String(shape).begins_with("browOuterUp"):
		y += 0.12 * out * sqrt(out) + 0.02
	var roll := PI * v
	var thick := 0.042 * pow(sin(PI * (0.02 + 0.96 * out)), 0.4)
	y += thick * cos(roll)
	return Vector3(side * x, y, _front(x, y) + 0.02 + 0.035 * sin(roll))


func _add_hair(parent: Node3D) -> void:
	_add_part(parent, "Hair", MorphMesh.build(120, 40, [], _hair, _hair_color))


func _hair(u: float, v: float, _shape: StringName) -> Vector3:
	var around := TAU * u - PI  # from behind, where the seam is
	var forward := cos(around)  # 1 in front, -1 behind
	var edge := lerpf(deg_to_rad(118.0), deg_to_rad(52.0), smoothstep(-0.35, 0.75, forward))
	# A parting a little to one side, and strands.
	edge -= 0.13 * exp(-pow(around - 0.35, 2.0) * 14.0)
	edge += 0.025 * sin(around * 17.0)
	var polar := edge * minf(v * 1.04, 1.0)
	var direction := Vector3(sin(polar) * sin(around), cos(polar), sin(polar) * cos(around))
	var thick := 1.1 + 0.007 * sin(around * 30.0 + 5.0 * v) * v
	thick = lerpf(thick, 0.97, smoothstep(0.93, 1.0, v))  # tucked in at the edge
	return direction * _RADII * thick + Vector3(0.0, 0.03, -0.03)


func _hair_color(u: float, v: float) -> Color:
	return HAIR.lerp(HAIR_LIGHT, 0.5 + 0.5 * sin((TAU * u - PI) * 30.0 + 5.0 * v) * v)


func _add_ear(parent: Node3D, side: float) -> void:
	var place := func(u: float, v: float, _shape: StringName) -> Vector3:
		var ball := _direction(u, v) * Vector3(0.09, 0.19, 0.13)
		return ball + Vector3(side * 0.9, -0.06, -0.08)
	var paint := func(_u: float, _v: float) -> Color: return SKIN.lerp(BLUSH, 0.35)
	var mark := "Left" if side > 0.0 else "Right"
	_add_part(parent, "Ear" + mark, MorphMesh.build(20, 16, [], place, paint))


# --- eyes ------------------------------------------------------------------------------------


func _add_eye(parent: Node3D, side: float) -> void:
	var mark := "Left" if side > 0.0 else "Right"
	var socket := Node3D.new()
	socket.name = "Eye" + mark
	socket.position = Vector3(side * _EYE.x, _EYE.y, _front(_EYE.x, _EYE.y) - 0.03)
	socket.scale = _EYE_RADII
	_add(parent, socket)
	var ball := Node3D.new()
	ball.name = "Ball"
	_add(socket, ball)
	_add_part(ball, "White", MorphMesh.build(48, 64, [], _eyeball, _eyeball_color))
	var gleam := _add_part(ball, "Gleam", MorphMesh.build(16, 4, [], _gleam, _gleam_color))
	(gleam.mesh.surface_get_material(0) as StandardMaterial3D).shading_mode = (
		BaseMaterial3D.SHADING_MODE_UNSHADED
	)
	var upper: Array[StringName] = [
		StringName("eyeBlink" + mark),
		StringName("eyeWide" + mark),
		StringName("eyeSquint" + mark),
		StringName("eyeLookDown" + mark),
		StringName("eyeLookUp" + mark),
	]
	var lower: Array[StringName] = [
		StringName("eyeBlink" + mark),
		StringName("eyeSquint" + mark),
		StringName("cheekSquint" + mark),
		StringName("eyeLookDown" + mark),
	]
	_add_part(socket, "UpperLid", MorphMesh.build(32, 24, upper, _upper_lid, _upper_color))
	_add_part(socket, "LowerLid", MorphMesh.build(32, 24, lower, _lower_lid, _lower_color))
	if side > 0.0:
		left_eye = ball
	else:
		right_eye = ball


## A ball around its own +Z, so that the iris has a sharp edge.
func _eyeball(u: float, v: float, _shape: StringName) -> Vector3:
	var polar := PI * v
	var around := -TAU * u
	return Vector3(sin(polar) * cos(around), sin(polar) * sin(around), cos(polar))


func _eyeball_color(_u: float, v: float) -> Color:
	var degrees := 180.0 * v
	if degrees < 16.0:
		return Color("151a1c")
	if degrees < 30.0:
		return IRIS.lerp(IRIS.lightened(0.35), (degrees - 16.0) / 14.0)
	return IRIS.darkened(0.55) if degrees < 34.0 else Color("fdfbf8")


func _gleam(u: float, v: float, _shape: StringName) -> Vector3:
	var around := -TAU * u
	var flat := Vector2(0.16, 0.2) + Vector2(cos(around), sin(around)) * 0.09 * v
	return Vector3(flat.x, flat.y, sqrt(1.0 - flat.length_squared()) * 1.015)


func _gleam_color(_u: float, _v: float) -> Color:
	return Color.WHITE


func _upper_lid(u: float, v: float, shape: StringName) -> Vector3:
	var edge := 38.0
	if String(shape).begins_with("eyeBlink"):
		edge = -30.0
	elif String(shape).begins_with("eyeWide"):
		edge = 62.0
	elif String(shape).begins_with("eyeSquint"):
		edge = 30.0
	elif String(shape).begins_with("eyeLookDown"):
		edge = 22.0
	elif String(shape).begins_with("eyeLookUp"):
		edge = 54.0
	return _lid(u, lerpf(120.0, edge, v), 1.07)


func _lower_lid(u: float, v: float, shape: StringName) -> Vector3:
	var edge := -48.0
	if String(shape).begins_with("eyeBlink"):
		edge = -29.0
	elif String(shape).begins_with("eyeSquint"):
		edge = -28.0
	elif String(shape).begins_with("cheekSquint"):
		edge = -36.0
	elif String(shape).begins_with("eyeLookDown"):
		edge = -54.0
	return _lid(u, lerpf(edge, -120.0, v), 1.05)


## A point of a lid: [param height] is the angle above straight ahead, around the line through the
## corners of the eye.
func _lid(u: float, height: float, radius: float) -> Vector3:
	var along := deg_to_rad(lerpf(-90.0, 90.0, u))
	var angle := deg_to_rad(height)
	var point := Vector3(sin(along), cos(along) * sin(angle), cos(along) * cos(angle))
	# Deeper than the eye: half way to a blink, a lid takes the short cut and must not dive into it.
	point.z *= 1.22
	return point * radius


func _upper_color(_u: float, v: float) -> Color:
	return HAIR if v > 0.94 else SKIN.lerp(BLUSH, 0.3)  # lashes at the edge


func _lower_color(_u: float, _v: float) -> Color:
	return SKIN.lerp(BLUSH, 0.3)


# --- body ------------------------------------------------------------------------------------


func _add_body() -> void:
	_add_part(self, "Body", MorphMesh.build(64, 48, [], _body, _body_color))


func _body(u: float, v: float, _shape: StringName) -> Vector3:
	var y := lerpf(-0.7, -2.4, v)
	var neck := lerpf(0.3, 0.36, clampf((v - 0.2) / 0.2, 0.0, 1.0))
	var shoulder := 1.25 * sqrt(clampf((v - 0.4) / 0.6, 0.0, 1.0))
	var radius := maxf(neck, shoulder)
	if v > 0.31 and v < 0.46:
		radius = maxf(radius, 0.42 - 8.0 * pow(v - 0.385, 2.0))  # the collar
	var around := TAU * u - PI
	return Vector3(sin(around) * radius, y, cos(around) * minf(radius, 0.62) - 0.1)


func _body_color(_u: float, v: float) -> Color:
	if v < 0.31:
		return SKIN.darkened(0.05 + 0.12 * (1.0 - v / 0.31))  # in the chin's shade
	return SWEATER.lightened(0.12) if v < 0.45 else SWEATER


# --- parts -----------------------------------------------------------------------------------


## A direction of the whole sphere; u runs around from the back, v from top to bottom.
static func _direction(u: float, v: float) -> Vector3:
	var around := TAU * u + PI
	var polar := PI * v
	return Vector3(sin(polar) * sin(around), cos(polar), sin(polar) * cos(around))


static func _bump(at: Vector2, centre: Vector2, width: Vector2) -> float:
	var away := (at - centre) / width
	return exp(-0.5 * away.length_squared())


func _add_part(parent: Node3D, part_name: String, mesh: ArrayMesh) -> MeshInstance3D:
	var part := MeshInstance3D.new()
	part.name = part_name
	part.mesh = mesh
	_add(parent, part)
	return part


## Not saved with the scene: it is made anew whenever the scene is opened.
static func _add(parent: Node, child: Node) -> void:
	parent.add_child(child)
