@tool
@icon("icon.svg")
class_name AvatarBridgeFace3D
extends Node
## Moves an avatar with a face that an [AvatarBridgeClient] receives.
##
## Add it below the avatar, or set [member target]. All meshes there are driven by the names of
## their blend shapes, in whatever spelling; [AvatarBridgeAvatarMap] says what was found. Head and
## eyes turn bones, nodes or both.
## [br][br]
## Frames are shown [member playout_delay] late and mixed by when they were taken, so that the face
## moves evenly at any frame rate. Where no face is seen, or nothing comes, the last expression
## holds, then eases to neutral.

const Arkit := preload("avatar/arkit.gd")
const AvatarMap := preload("avatar/avatar_map.gd")
const Client := preload("client.gd")
const Expressions := preload("avatar/expressions.gd")
const FacePose := preload("avatar/face_pose.gd")
const Fade := preload("avatar/fade.gd")
const ShapeNames := preload("avatar/shape_names.gd")
const Timeline := preload("avatar/timeline.gd")
const Turner := preload("avatar/turner.gd")
const XrFace := preload("avatar/xr_face.gd")

# Frames come at least this often while the stream runs, also without a face.
const _STREAM_GAP_USEC := 250_000
const _SAME := 1e-5
const _HEAD_BONES: PackedStringArray = ["Head", "head", "J_Bip_C_Head"]
const _LEFT_EYE_BONES: PackedStringArray = ["LeftEye", "eye.L", "Eye_L", "J_Adj_L_FaceEye"]
const _RIGHT_EYE_BONES: PackedStringArray = ["RightEye", "eye.R", "Eye_R", "J_Adj_R_FaceEye"]

## Where faces come from; the first client of the scene if empty.
@export var client: Client:
	set(value):
		client = value
		update_configuration_warnings()
## The avatar; the parent if empty.
@export var target: Node:
	set(value):
		target = value
		_rebuild_if_ready()
## Whose face: 0 for the one that is seen, else the id of one of several.
@export_range(0, 1000) var face_id := 0

@export_group("Channels")
## Move mouth, jaw, cheeks, nose and brows.
@export var drive_face := true:
	set(value):
		drive_face = value
		_rebuild_if_ready()
## Move lids and eyes.
@export var drive_eyes := true:
	set(value):
		drive_eyes = value
		_rebuild_if_ready()
## Turn the head.
@export var drive_head := true:
	set(value):
		drive_head = value
		_rebuild_if_ready()
## Move as a mirror does: the left side of the person moves the right side of the avatar.
@export var mirror := false

@export_group("Strength")
## Of all shapes; 1 as they come.
@export_range(0.0, 3.0, 0.01) var gain := 1.0:
	set(value):
		gain = value
		_fill_gains()
## Of single shapes besides: name, of the 52 or of an expression such as [code]aa[/code], to a
## factor.
@export var shape_gains := {}:
	set(value):
		shape_gains = value
		_fill_gains()
		update_configuration_warnings()
## Of the head's rotation.
@export_range(0.0, 2.0, 0.01) var head_gain := 1.0
## Of the eyes' rotation.
@export_range(0.0, 2.0, 0.01) var eye_gain := 1.0

@export_group("Head and eyes")
## Skeleton with the bones below; found under the target if empty.
@export var skeleton: Skeleton3D:
	set(value):
		skeleton = value
		_rebuild_if_ready()
## The head's bone; usual names are tried if empty.
@export var head_bone := "":
	set(value):
		head_bone = value
		_rebuild_if_ready()
## The left eye's bone; usual names are tried if empty.
@export var left_eye_bone := "":
	set(value):
		left_eye_bone = value
		_rebuild_if_ready()
## The right eye's bone; usual names are tried if empty.
@export var right_eye_bone := "":
	set(value):
		right_eye_bone = value
		_rebuild_if_ready()
## A node to turn as the head, without or beside a bone.
@export var head_node: Node3D:
	set(value):
		head_node = value
		_rebuild_if_ready()
## A node to turn as the left eye.
@export var left_eye_node: Node3D:
	set(value):
		left_eye_node = value
		_rebuild_if_ready()
## A node to turn as the right eye.
@export var right_eye_node: Node3D:
	set(value):
		right_eye_node = value
		_rebuild_if_ready()
## The avatar looks along -Z instead of +Z, where imported models look.
@export var faces_minus_z := false

@export_group("Timing")
## Seconds that frames wait to be mixed with the next one; about one and a half frames of the
## stream. 0 shows the newest at once.
@export_range(0.0, 0.5, 0.001, "suffix:s") var playout_delay := 0.05
## Seconds for which a lost face holds.
@export_range(0.0, 5.0, 0.01, "suffix:s") var hold_seconds := 0.3
## Seconds in which it then eases to neutral.
@export_range(0.01, 5.0, 0.01, "suffix:s") var decay_seconds := 0.7

@export_group("XR face tracker")
## Publish the weights as an [XRFaceTracker] besides.
@export var publish_xr := false:
	set(value):
		publish_xr = value
		_rebuild_if_ready()
## Under which name.
@export var xr_path := &"/user/face_tracker":
	set(value):
		xr_path = value
		_rebuild_if_ready()

var _map: AvatarMap
var _pose := FacePose.new()
var _sampled := FacePose.new()
var _fade := Fade.new()
var _xr := XrFace.new()
var _weights := PackedFloat32Array()  # the 52, then the expressions
var _gains := PackedFloat32Array()
var _mirrored := Arkit.mirrored()
var _rest := PackedFloat32Array()  # of each driven shape, as found
var _applied := PackedFloat32Array()  # NAN where nothing was changed
var _heads: Array[Turner] = []
var _left_eyes: Array[Turner] = []
var _right_eyes: Array[Turner] = []
var _centre := Quaternion.IDENTITY


func _init() -> void:
	_weights.resize(Arkit.NAMES.size() + Expressions.NAMES.size())
	_fill_gains()


func _ready() -> void:
	rebuild()


func _enter_tree() -> void:
	if is_node_ready():
		rebuild()


func _exit_tree() -> void:
	rest()
	_xr.stop()


func _process(delta: float) -> void:
	advance(delta, Time.get_ticks_usec())


func _notification(what: int) -> void:
	# A preview in the editor is not what is to be saved.
	if what == NOTIFICATION_EDITOR_PRE_SAVE:
		rest()


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := PackedStringArray()
	if is_inside_tree() and _client() == null:
		warnings.append("Add an AvatarBridgeClient to the scene: faces come from there.")
	if _map != null and _map.inputs.is_empty() and _heads.is_empty():
		warnings.append(
			(
				"Nothing to drive: no mesh under the target has a blend shape of a known name, "
				+ "and no head bone or node is set."
			)
		)
	for bone: String in [head_bone, left_eye_bone, right_eye_bone]:
		var bones := _skeleton()
		if not bone.is_empty() and (bones == null or bones.find_bone(bone) < 0):
			warnings.append("The skeleton has no bone %s." % bone)
	for shape: Variant in shape_gains:
		var key := StringName(str(shape))
		if key not in Arkit.NAMES and key not in Expressions.NAMES:
			warnings.append("Shape gains: there is no shape %s." % key)
	return warnings


## Finds the avatar's shapes, bones and nodes anew; call it after changing meshes at run time.
func rebuild() -> void:
	rest()
	_map = AvatarMap.of(_target())
	_rest.resize(_map.inputs.size())
	_applied.resize(_map.inputs.size())
	_applied.fill(NAN)
	_find_turners()
	_xr.stop()
	if publish_xr and not Engine.is_editor_hint() and not _xr.start(xr_path):
		push_warning("AvatarBridgeFace3D: there is a tracker %s already" % xr_path)
	update_configuration_warnings()


## Puts everything that was moved back to how it was found.
func rest() -> void:
	_fade.reset()
	if _map != null:
		for index in _map.inputs.size():
			if is_nan(_applied[index]):
				continue  # not moved, but perhaps edited since
			var mesh: Variant = _map.meshes[_map.mesh_indices[index]]
			var shape := _map.shape_indices[index]
			# A mesh put in another's place takes over its weights, as far as it has shapes.
			if is_instance_valid(mesh) and shape < mesh.get_blend_shape_count():
				mesh.set_blend_shape_value(shape, _rest[index])
	_applied.fill(NAN)
	for turners: Array[Turner] in [_heads, _left_eyes, _right_eyes]:
		for turner in turners:
			turner.restore()


## Takes the way the head is turned now for straight ahead.
func recenter_head() -> void:
	_centre = _pose.head_rotation.inverse()


## Goes on by [param delta] seconds; the node does this itself once a tick.
func advance(delta: float, now_usec: int) -> void:
	if _map == null:  # not in a scene yet
		return
	var is_seen := _sample(now_usec)
	if is_seen:
		var before := _pose
		_pose = _sampled
		_sampled = before
	elif _fade.strength == 0.0:
		return  # nobody was there, and nothing is left to fade
	_fade.advance(delta, is_seen, hold_seconds, decay_seconds)
	_fill_weights()
	_move_shapes()
	_turn()
	_xr.publish(_weights)


## The weights that drive the avatar now: the 52, then the expressions.
func get_weights() -> PackedFloat32Array:
	return _weights


## How much of the face is left, 1 while it is seen.
func get_strength() -> float:
	return _fade.strength


## Which blend shapes are driven by what.
func get_map() -> AvatarMap:
	return _map


func _sample(now_usec: int) -> bool:
	var from := _client()
	if from == null or from.source == null:
		return false
	var timeline: Timeline = from.source.timeline(face_id)
	if timeline == null or now_usec - timeline.received_usec > _STREAM_GAP_USEC:
		return false
	return timeline.sample(now_usec, roundi(playout_delay * 1e6), _sampled) and _sampled.tracked


func _fill_weights() -> void:
	for index in _pose.weights.size():
		var from := _mirrored[index] if mirror else index
		_weights[index] = _pose.weights[from] * _fade.strength
	Expressions.compose(_weights)
	for index in _weights.size():
		_weights[index] = clampf(_weights[index] * _gains[index], 0.0, 1.0)


func _move_shapes() -> void:
	for index in _map.inputs.size():
		var input := _map.inputs[index]
		if not (drive_eyes if _is_eye(input) else drive_face):
			continue
		var weight := _weights[input]
		if absf(weight - _applied[index]) < _SAME:
			continue
		var mesh := _mesh_of(index)
		if mesh == null:
			continue
		if is_nan(_applied[index]):
			_rest[index] = mesh.get_blend_shape_value(_map.shape_indices[index])
		mesh.set_blend_shape_value(_map.shape_indices[index], weight)
		_applied[index] = weight


## Where a driven shape is; null if that was freed or shows another mesh by now.
func _mesh_of(index: int) -> MeshInstance3D:
	var at := _map.mesh_indices[index]
	# Not typed: a freed one has no type.
	var mesh: Variant = _map.meshes[at]
	return mesh if is_instance_valid(mesh) and mesh.mesh == _map.resources[at] else null


func _turn() -> void:
	if drive_head:
		var head := _in_avatar_axes(_centre * _pose.head_rotation)
		_turn_all(_heads, _share_of(head, _fade.strength * head_gain))
	if drive_eyes:
		var left := _pose.right_gaze if mirror else _pose.left_gaze
		var right := _pose.left_gaze if mirror else _pose.right_gaze
		_turn_all(_left_eyes, _eye_rotation(left))
		_turn_all(_right_eyes, _eye_rotation(right))


func _eye_rotation(gaze: Vector2) -> Quaternion:
	var angles := gaze * _fade.strength * eye_gain
	if not angles.is_finite():  # finite as sent, but beyond all measure
		return Quaternion.IDENTITY
	var rotation := Quaternion(Vector3.UP, angles.x) * Quaternion(Vector3.RIGHT, -angles.y)
	return _in_avatar_axes(rotation)


## A rotation by a share of the angle, which may be more than all of it.
static func _share_of(rotation: Quaternion, share: float) -> Quaternion:
	var shortest := rotation if rotation.w >= 0.0 else -rotation
	var angle := shortest.get_angle()
	if angle < 1e-5:
		return Quaternion.IDENTITY
	return Quaternion(shortest.get_axis().normalized(), angle * share)


## From head axes, +X the subject's left and +Z out of the face, to those of the avatar.
func _in_avatar_axes(rotation: Quaternion) -> Quaternion:
	var turned := rotation
	if mirror:
		turned = Quaternion(turned.x, -turned.y, -turned.z, turned.w)
	if faces_minus_z:
		turned = Quaternion(-turned.x, turned.y, -turned.z, turned.w)
	return turned


static func _turn_all(turners: Array[Turner], rotation: Quaternion) -> void:
	for turner in turners:
		turner.turn(rotation)


func _find_turners() -> void:
	var bones := _skeleton()
	_heads = _turners(bones, head_bone, _HEAD_BONES, head_node)
	_left_eyes = _turners(bones, left_eye_bone, _LEFT_EYE_BONES, left_eye_node)
	_right_eyes = _turners(bones, right_eye_bone, _RIGHT_EYE_BONES, right_eye_node)


static func _turners(
	bones: Skeleton3D, bone: String, usual: PackedStringArray, node: Variant
) -> Array[Turner]:
	var found: Array[Turner] = []
	for bone_name in usual if bone.is_empty() else PackedStringArray([bone]):
		var turner := Turner.of_bone(bones, bone_name)
		if turner != null:
			found.append(turner)
			break
	if is_instance_valid(node):  # not typed: a freed one has no type
		found.append(Turner.of_node(node))
	return found


func _target() -> Node:
	return target if target != null else get_parent()


func _skeleton() -> Skeleton3D:
	if skeleton != null or _target() == null:
		return skeleton
	if _target() is Skeleton3D:
		return _target() as Skeleton3D
	var found := _target().find_children("*", "Skeleton3D", true, false)
	return found[0] as Skeleton3D if not found.is_empty() else null


func _client() -> Client:
	if client != null:
		return client
	return get_tree().get_first_node_in_group(Client.GROUP) as Client if is_inside_tree() else null


func _fill_gains() -> void:
	_gains.resize(_weights.size())
	for index in _gains.size():
		var name := ShapeNames.name_of(index)
		var own: Variant = shape_gains.get(String(name), shape_gains.get(name))
		# The inspector adds entries without a value.
		_gains[index] = gain * (float(own) if own is float or own is int else 1.0)


func _rebuild_if_ready() -> void:
	if is_node_ready() and is_inside_tree():
		rebuild()


static func _is_eye(input: int) -> bool:
	var expression := input - Arkit.NAMES.size()
	if expression < 0:
		return Arkit.is_eye(input)
	return expression >= Expressions.BLINK and expression <= Expressions.LOOK_RIGHT
