extends RefCounted
## Turns a bone or a node away from how it rests, by a rotation in the avatar's own axes.

var _node: Node3D
var _skeleton: Skeleton3D
var _bone := -1
var _rest := Quaternion.IDENTITY
var _before := Quaternion.IDENTITY
var _parent := Quaternion.IDENTITY
var _is_turned := false


## Turns a bone; null if the skeleton has none of this name.
static func of_bone(skeleton: Skeleton3D, bone_name: String) -> RefCounted:
	var bone := skeleton.find_bone(bone_name) if skeleton != null else -1
	if bone < 0:
		return null
	var turner := new()
	turner._skeleton = skeleton
	turner._bone = bone
	turner._rest = skeleton.get_bone_rest(bone).basis.get_rotation_quaternion()
	var parent := skeleton.get_bone_parent(bone)
	if parent >= 0:
		turner._parent = skeleton.get_bone_global_rest(parent).basis.get_rotation_quaternion()
	return turner


## Turns a node, whose parent's axes are taken for the avatar's.
static func of_node(node: Node3D) -> RefCounted:
	if node == null:
		return null
	var turner := new()
	turner._node = node
	return turner


## Turns it from its rest.
func turn(rotation: Quaternion) -> void:
	if not _is_turned:
		_is_turned = true
		_find_before()
	_apply(_parent.inverse() * rotation * _parent * _rest)


## Puts it back to where it was found, if it was turned; else somebody else may have moved it.
func restore() -> void:
	if _is_turned:
		_is_turned = false
		_apply(_before)


func _find_before() -> void:
	if is_instance_valid(_node):
		_rest = _node.quaternion
		_before = _rest
	elif is_instance_valid(_skeleton):
		_before = _skeleton.get_bone_pose_rotation(_bone)


func _apply(rotation: Quaternion) -> void:
	if is_instance_valid(_node):
		_node.quaternion = rotation.normalized()
	elif is_instance_valid(_skeleton):
		_skeleton.set_bone_pose_rotation(_bone, rotation.normalized())
