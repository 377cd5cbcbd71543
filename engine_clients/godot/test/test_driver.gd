extends RefCounted
## The node that moves an avatar, and the XR face tracker.

const Arkit := preload("../addons/avatar_bridge/avatar/arkit.gd")
const Avatars := preload("avatars.gd")
const Checks := preload("checks.gd")
const Client := preload("../addons/avatar_bridge/client.gd")
const Face := preload("../addons/avatar_bridge/face_3d.gd")
const Source := preload("../addons/avatar_bridge/net/source.gd")
const Timeline := preload("../addons/avatar_bridge/avatar/timeline.gd")
const XrFace := preload("../addons/avatar_bridge/avatar/xr_face.gd")

# Fixed times, so that nothing depends on how fast the machine is.
const START_USEC := 1_000_000
const XR_INDICES := {
	"eyeLookOutRight": [0],
	"eyeLookInRight": [1],
	"eyeLookUpRight": [2],
	"eyeLookDownRight": [3],
	"eyeLookOutLeft": [4],
	"eyeLookInLeft": [5],
	"eyeLookUpLeft": [6],
	"eyeLookDownLeft": [7],
	"eyeBlinkRight": [8],
	"eyeBlinkLeft": [9],
	"eyeSquintRight": [10],
	"eyeSquintLeft": [11],
	"eyeWideRight": [12],
	"eyeWideLeft": [13],
	"browInnerUp": [22, 23, 110, 111, 112],
	"browOuterUpRight": [24],
	"browOuterUpLeft": [25],
	"noseSneerRight": [26],
	"noseSneerLeft": [27],
	"cheekSquintRight": [32],
	"cheekSquintLeft": [33],
	"jawOpen": [38],
	"mouthClose": [39],
	"jawRight": [40],
	"jawLeft": [41],
	"jawForward": [42],
	"mouthUpperUpRight": [60],
	"mouthUpperUpLeft": [61],
	"mouthLowerDownRight": [62],
	"mouthLowerDownLeft": [63],
	"mouthFrownRight": [74],
	"mouthFrownLeft": [75],
	"mouthStretchRight": [76],
	"mouthStretchLeft": [77],
	"mouthDimpleRight": [78],
	"mouthDimpleLeft": [79],
	"mouthShrugUpper": [80],
	"mouthShrugLower": [81],
	"mouthPressRight": [82],
	"mouthPressLeft": [83],
	"tongueOut": [86],
	"browDownRight": [107],
	"browDownLeft": [108],
	"cheekPuff": [116],
	"mouthRollUpper": [119],
	"mouthRollLower": [120],
	"mouthFunnel": [124],
	"mouthPucker": [127],
	"mouthRight": [131],
	"mouthLeft": [132],
	"mouthSmileRight": [133],
	"mouthSmileLeft": [134],
}

var _seq := 0


func test_shapes_follow(checks: Checks) -> void:
	var stage := Stage.new(checks, [["jawOpen", "mouthSmile_L"], ["JawOpen", "Hair"]])
	stage.face.shape_gains = {"mouthSmileLeft": 0.5}
	stage.show({"jawOpen": 0.6, "mouthSmileLeft": 0.8})
	checks.near(stage.value(0, 0), 0.6, 1e-6, "jawOpen")
	checks.near(stage.value(1, 0), 0.6, 1e-6, "JawOpen of the other mesh")
	checks.near(stage.value(0, 1), 0.4, 1e-6, "half of the smile")
	checks.near(stage.value(1, 1), 0.0, 1e-6, "what has no meaning")
	stage.face.gain = 2.0
	stage.show({"jawOpen": 0.6, "mouthSmileLeft": 0.8})
	checks.near(stage.value(0, 0), 1.0, 1e-6, "no more than all")
	checks.near(stage.value(0, 1), 0.8, 1e-6, "gains multiply")
	stage.face.mirror = true
	stage.show({"mouthSmileRight": 0.3})
	checks.near(stage.value(0, 1), 0.3, 1e-6, "mirrored")
	stage.end()


func test_channels(checks: Checks) -> void:
	var stage := Stage.new(checks, [["jawOpen", "eyeBlinkLeft"]])
	stage.show({"jawOpen": 0.5, "eyeBlinkLeft": 0.5})
	stage.face.drive_eyes = false
	stage.show({"jawOpen": 0.7, "eyeBlinkLeft": 0.7})
	checks.near(stage.value(0, 0), 0.7, 1e-6, "face")
	checks.near(stage.value(0, 1), 0.0, 1e-6, "eyes are left alone")
	stage.face.drive_face = false
	stage.face.drive_eyes = true
	stage.show({"jawOpen": 0.7, "eyeBlinkLeft": 0.7})
	checks.near(stage.value(0, 0), 0.0, 1e-6, "face is left alone")
	checks.near(stage.value(0, 1), 0.7, 1e-6, "eyes")
	stage.end()


func test_vrm_avatar(checks: Checks) -> void:
	var stage := Stage.new(checks, [["A", "O", "Blink_L"]])
	stage.show({"jawOpen": 0.5, "eyeBlinkLeft": 1.0})
	checks.near(stage.value(0, 0), 0.5, 1e-6, "A")
	checks.near(stage.value(0, 1), 0.0, 1e-6, "O")
	checks.near(stage.value(0, 2), 1.0, 1e-6, "Blink_L")
	stage.end()


func test_loss_holds_then_decays(checks: Checks) -> void:
	for stream_lost: bool in [false, true]:
		var stage := Stage.new(checks, [["jawOpen"]])
		stage.show({"jawOpen": 0.8})
		var values := PackedFloat32Array()
		for step in 20:
			if not stream_lost:
				stage.push({}, {"tracked": false})
			stage.step(0.1)
			values.append(stage.value(0, 0))
		checks.near(values[0], 0.8, 1e-6, "held")
		checks.near(values[19], 0.0, 1e-6, "neutral in the end")
		for index in range(1, values.size()):
			checks.is_true(values[index] <= values[index - 1] + 1e-6, "never up")
			checks.is_true(values[index - 1] - values[index] < 0.3, "no jump")
		stage.push({"jawOpen": 0.8})
		stage.step(0.05)
		checks.is_true(stage.value(0, 0) > 0.05 and stage.value(0, 0) < 0.5, "comes back gently")
		stage.end()


func test_rest_and_removal(checks: Checks) -> void:
	var stage := Stage.new(checks, [["jawOpen"]])
	stage.show({"jawOpen": 0.8})
	stage.face.rest()
	checks.near(stage.value(0, 0), 0.0, 1e-6, "at rest")
	stage.show({"jawOpen": 0.8})
	stage.avatar.get_child(0).free()
	stage.show({"jawOpen": 0.4})
	checks.is_true(stage.face.get_weights()[Arkit.JAW_OPEN] > 0.3, "a mesh may go at any time")
	stage.face.rebuild()
	stage.end()


func test_what_was_not_moved_is_left_alone(checks: Checks) -> void:
	var stage := Stage.new(checks, [["jawOpen"]])
	var mesh := stage.avatar.get_child(0) as MeshInstance3D
	var head := Node3D.new()
	stage.avatar.add_child(head)
	stage.face.head_node = head
	# Edited behind the driver's back, then saved.
	mesh.set_blend_shape_value(0, 0.25)
	head.rotation.x = 0.3
	stage.face.notification(Node.NOTIFICATION_EDITOR_PRE_SAVE)
	checks.near(stage.value(0, 0), 0.25, 1e-6, "an edited shape is saved as it is")
	checks.near(head.rotation.x, 0.3, 1e-5, "an edited node is saved as it is")
	stage.show({"jawOpen": 0.8}, {"head": Quaternion(Vector3.UP, 0.4)})
	checks.near(stage.value(0, 0), 0.8, 1e-6, "moved")
	stage.face.notification(Node.NOTIFICATION_EDITOR_PRE_SAVE)
	checks.near(stage.value(0, 0), 0.25, 1e-6, "a previewed shape is saved as it was")
	checks.near(head.rotation.x, 0.3, 1e-5, "a previewed node is saved as it was")
	checks.near(head.rotation.y, 0.0, 1e-5, "a previewed node is saved as it was")
	stage.end()


func test_parts_may_go_or_change(checks: Checks) -> void:
	var stage := Stage.new(checks, [["mouthPucker", "jawOpen"]])
	var mesh := stage.avatar.get_child(0) as MeshInstance3D
	var head := Node3D.new()
	stage.avatar.add_child(head)
	stage.face.head_node = head
	stage.show({"jawOpen": 0.8, "mouthPucker": 0.5})
	var other := Avatars.mesh(["jawOpen"])
	mesh.mesh = other.mesh
	head.free()
	stage.show({"jawOpen": 0.6, "mouthPucker": 0.9})
	checks.near(stage.value(0, 0), 0.5, 1e-6, "another mesh is not driven by the old map")
	stage.face.rebuild()
	checks.near(stage.value(0, 0), 0.0, 1e-6, "at rest again")
	stage.show({"jawOpen": 0.6})
	checks.near(stage.value(0, 0), 0.6, 1e-6, "but by the new one")
	other.free()
	stage.end()


func test_gains_without_a_value(checks: Checks) -> void:
	var stage := Stage.new(checks, [["jawOpen"]])
	stage.face.shape_gains = {"jawOpen": null}
	stage.show({"jawOpen": 0.5})
	checks.near(stage.value(0, 0), 0.5, 1e-6, "as it comes")
	stage.face.shape_gains = {"jawOpen": 2}
	stage.show({"jawOpen": 0.25})
	checks.near(stage.value(0, 0), 0.5, 1e-6, "a whole number")
	stage.end()


func test_head_and_eye_nodes(checks: Checks) -> void:
	var stage := Stage.new(checks, [])
	var head := Node3D.new()
	var eye := Node3D.new()
	stage.avatar.add_child(head)
	stage.avatar.add_child(eye)
	head.rotation.z = 0.2
	stage.face.head_node = head
	stage.face.left_eye_node = eye
	var fields := {"head": Quaternion(Vector3.UP, 0.4), "gaze": [0.3, 0.0, -0.1, 0.0]}
	stage.show({}, fields)
	var nose := (head.quaternion * Quaternion(Vector3.BACK, -0.2)) * Vector3.BACK
	checks.near(nose.x, sin(0.4), 1e-5, "turned to the subject's left, +X")
	checks.near((eye.quaternion * Vector3.BACK).x, sin(0.3), 1e-5, "eye to the left")
	stage.show({}, {"gaze": [0.0, 0.25, 0.0, 0.0]})
	checks.near((eye.quaternion * Vector3.BACK).y, sin(0.25), 1e-5, "eye up")
	stage.face.eye_gain = 2.0
	stage.show({}, {"gaze": [3e38, -3e38, 3e38, 3e38]})
	checks.is_true(eye.quaternion.is_finite(), "whatever is sent")
	stage.face.eye_gain = 1.0
	stage.face.mirror = true
	stage.show({}, fields)
	checks.near((eye.quaternion * Vector3.BACK).x, sin(0.1), 1e-5, "the other eye, mirrored")
	nose = (head.quaternion * Quaternion(Vector3.BACK, -0.2)) * Vector3.BACK
	checks.near(nose.x, -sin(0.4), 1e-5, "head mirrored")
	stage.face.mirror = false
	stage.face.faces_minus_z = true
	stage.show({}, fields)
	var forward := (head.quaternion * Quaternion(Vector3.BACK, -0.2)) * Vector3.FORWARD
	checks.near(forward.x, -sin(0.4), 1e-5, "the left of who looks along -Z is -X")
	stage.face.faces_minus_z = false
	stage.face.head_gain = 0.5
	stage.show({}, fields)
	nose = (head.quaternion * Quaternion(Vector3.BACK, -0.2)) * Vector3.BACK
	checks.near(nose.x, sin(0.2), 1e-5, "half")
	stage.face.head_gain = 1.0
	stage.show({}, fields)
	stage.face.recenter_head()
	stage.show({}, fields)
	checks.near(head.rotation.z, 0.2, 1e-5, "straight ahead")
	stage.face.drive_head = false
	stage.show({}, {"head": Quaternion(Vector3.UP, -0.4)})
	checks.near(head.rotation.y, 0.0, 1e-5, "left alone")
	stage.end()


func test_bones(checks: Checks) -> void:
	var stage := Stage.new(checks, [])
	var skeleton := Skeleton3D.new()
	skeleton.add_bone("Neck")
	skeleton.add_bone("Head")
	skeleton.add_bone("LeftEye")
	skeleton.set_bone_parent(1, 0)
	skeleton.set_bone_parent(2, 1)
	# Bones whose own axes are not the avatar's.
	var tilted := Transform3D(Basis(Vector3(1, 2, 3).normalized(), 1.1), Vector3(0, 1, 0))
	for bone in 3:
		skeleton.set_bone_rest(bone, tilted)
	skeleton.reset_bone_poses()
	stage.avatar.add_child(skeleton)
	stage.face.rebuild()
	var before := skeleton.get_bone_global_pose(1).basis
	stage.show({}, {"head": Quaternion(Vector3.UP, 0.4)})
	var turned := skeleton.get_bone_global_pose(1).basis * before.inverse()
	checks.near(turned.get_rotation_quaternion().angle_to(Quaternion(Vector3.UP, 0.4)), 0.0, 1e-3)
	stage.show({}, {"gaze": [0.3, 0.0, 0.0, 0.0]})
	var eye_rest := skeleton.get_bone_global_rest(2).basis
	var eye := skeleton.get_bone_global_pose(2).basis * eye_rest.inverse()
	checks.near(eye.get_rotation_quaternion().angle_to(Quaternion(Vector3.UP, 0.3)), 0.0, 1e-3)
	stage.end()


func test_xr_indices(checks: Checks) -> void:
	checks.equal(XrFace.ENTRIES.size(), 52)
	for name in Arkit.NAMES:
		var entries: Array = XrFace.ENTRIES[name].duplicate()
		entries.sort()
		checks.equal(entries, XR_INDICES[String(name)], String(name))


func test_xr_tracker(checks: Checks) -> void:
	var stage := Stage.new(checks, [])
	var path := &"/user/face_tracker"
	stage.face.publish_xr = true
	var tracker := XRServer.get_tracker(path) as XRFaceTracker
	checks.is_true(tracker != null, "registered")
	stage.show({"browInnerUp": 0.5, "mouthSmileLeft": 0.75})
	for entry: int in [22, 23, 110, 111, 112]:
		checks.near(tracker.blend_shapes[entry], 0.5, 1e-6, "browInnerUp")
	checks.near(tracker.blend_shapes[134], 0.75, 1e-6, "mouthSmileLeft")
	stage.face.publish_xr = false
	checks.is_true(XRServer.get_tracker(path) == null, "switched off")
	stage.face.publish_xr = true
	stage.face.get_parent().remove_child(stage.face)
	checks.is_true(XRServer.get_tracker(path) == null, "removed on exit")
	stage.avatar.add_child(stage.face)
	var other := XRFaceTracker.new()
	other.name = path
	XRServer.add_tracker(other)
	stage.end()
	checks.is_true(XRServer.get_tracker(path) == other, "another's tracker stays")
	XRServer.remove_tracker(other)


func test_warnings(checks: Checks) -> void:
	var stage := Stage.new(checks, [["Hair"]])
	stage.face.shape_gains = {"jawWide": 2.0}
	stage.face.head_bone = "Skull"
	var warnings := "\n".join(stage.face._get_configuration_warnings())
	for part: String in ["jawWide", "Skull"]:
		checks.is_true(part in warnings, "%s in %s" % [part, warnings])
	stage.client.endpoint = "udp://nowhere"
	checks.equal(stage.client._get_configuration_warnings().size(), 1)
	stage.client.endpoint = Source.DEFAULT_CONTROL_ENDPOINT
	checks.equal(stage.client._get_configuration_warnings().size(), 1)
	stage.end()


func test_moving_makes_nothing_new(checks: Checks) -> void:
	var stage := Stage.new(checks, [Arkit.NAMES])
	for warm_up in 60:
		stage.show({"jawOpen": warm_up % 10 * 0.1})
	var objects := Performance.get_monitor(Performance.OBJECT_COUNT)
	for again in 200:
		stage.push({"jawOpen": again % 10 * 0.1})
		stage.step(0.016)
	checks.equal(Performance.get_monitor(Performance.OBJECT_COUNT), objects, "objects")
	stage.end()


## An avatar with a face node and a client whose stream is made up here.
class Stage:
	var checks: Checks
	var client := Client.new()
	var face := Face.new()
	var avatar: Node3D
	var now_usec := START_USEC

	var _timeline := Timeline.new()
	var _frame := 0

	func _init(given: Checks, meshes: Array) -> void:
		checks = given
		avatar = Avatars.avatar(meshes)
		client.autoconnect = false
		client.source = Source.new()
		client.source._timelines[1] = _timeline
		client.source._primary = 1
		client.set_process(false)
		face.client = client
		face.playout_delay = 0.0
		avatar.add_child(face)
		given.tree.root.add_child(client)
		given.tree.root.add_child(avatar)
		face.set_process(false)

	## One more frame of the stream.
	func push(weights: Dictionary, fields := {}) -> void:
		_frame += 1
		var frame := _timeline.slot()
		frame.captured_ns = now_usec * 1000
		frame.tracked = fields.get("tracked", true)
		frame.blendshapes.fill(0.0)
		for name: String in weights:
			frame.blendshapes[Arkit.NAMES.find(StringName(name))] = weights[name]
		frame.head_rotation = fields.get("head", Quaternion.IDENTITY)
		var gaze: Array = fields.get("gaze", [0.0, 0.0, 0.0, 0.0])
		frame.left_gaze = Vector2(gaze[0], gaze[1])
		frame.right_gaze = Vector2(gaze[2], gaze[3])
		_timeline.commit(now_usec)

	## A tick of the game.
	func step(seconds: float) -> void:
		face.advance(seconds, now_usec)
		now_usec += roundi(seconds * 1e6)

	## Frames until the face is here whole.
	func show(weights: Dictionary, fields := {}) -> void:
		for tick in 3:
			push(weights, fields)
			step(0.1)

	func value(mesh: int, shape: int) -> float:
		return (avatar.get_child(mesh) as MeshInstance3D).get_blend_shape_value(shape)

	func end() -> void:
		avatar.free()
		client.source = null
		client.free()
