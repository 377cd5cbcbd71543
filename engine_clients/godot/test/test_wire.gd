extends RefCounted
## Messages: the golden packets, and what becomes of bad ones.

const Checks := preload("checks.gd")
const FaceFrame := preload("../addons/avatar_bridge/wire/face_frame.gd")
const Meta := preload("../addons/avatar_bridge/wire/stream_meta.gd")
const Packets := preload("packets.gd")
const Reader := preload("../addons/avatar_bridge/wire/proto_reader.gd")
const Status := preload("../addons/avatar_bridge/wire/stream_status.gd")
const Writer := preload("../addons/avatar_bridge/wire/proto_writer.gd")

const FACES := ["normal", "face_lost", "all_zero", "extreme", "future_fields"]
const FUZZ_ROUNDS := 20_000


func test_golden_faces(checks: Checks) -> void:
	var frame := FaceFrame.new()  # one for all: nothing of the last may remain
	for packet: String in FACES:
		var bytes := load_packet(checks, packet)
		var twin := load_twin(checks, packet)
		checks.equal(twin["topic"], "face")
		checks.equal(_read(frame, bytes, 5), "", packet)
		_compare_face(checks, packet, frame, twin["message"])


func test_golden_meta(checks: Checks) -> void:
	var said: Dictionary = load_twin(checks, "meta")["message"]
	var meta := Meta.new()
	checks.equal(_read(meta, load_packet(checks, "meta"), 5), "")
	for key: String in ["stream_id", "source", "profile", "calibration", "model"]:
		checks.equal(meta.get(key), said[key], key)
	checks.equal(meta.target_fps, float(said["target_fps"]))
	for key: String in [
		"blendshape_names", "action_unit_names", "measured_action_units", "emotion_names"
	]:
		checks.equal(meta.get(key), PackedStringArray(said[key]), key)
	checks.equal(meta.capabilities.size(), 52)
	for index in meta.capabilities.size():
		var name := "CAPABILITY_" + str(Meta.Capability.find_key(meta.capabilities[index]))
		checks.equal(name, said["capabilities"][index])


func test_golden_status(checks: Checks) -> void:
	var said: Dictionary = load_twin(checks, "status")["message"]
	var status := Status.new()
	checks.equal(_read(status, load_packet(checks, "status"), 7), "")
	for key: String in ["stream_id", "source_state"]:
		checks.equal(status.get(key), said[key], key)
	for key: String in ["published_ns", "captured", "dropped"]:
		checks.equal(status.get(key), String(said[key]).to_int(), key)
	checks.equal(status.fps, float(said["fps"]))
	checks.equal(status.tracked_faces, int(said["tracked_faces"]))
	checks.equal(status.stage_names.size(), said["stages"].size())
	for index in status.stage_names.size():
		var stage: Dictionary = said["stages"][index]
		checks.equal(status.stage_names[index], stage["name"])
		checks.equal(
			status.stage_times[index], Vector3(stage["p50_ms"], stage["p95_ms"], stage["worst_ms"])
		)


func test_unpacked_floats(checks: Checks) -> void:
	var bytes := Packets.face()
	var split := Writer.new()
	split.bytes = bytes
	for value: float in [0.25, 0.5]:
		split.float32(11, value)  # a field that is packed elsewhere, one by one
	split.message(11, PackedFloat32Array([0.75, 1.0]).to_byte_array())
	var frame := FaceFrame.new()
	checks.equal(_read(frame, split.bytes, 0), "")
	checks.equal(frame.action_units, PackedFloat32Array([0.25, 0.5, 0.75, 1.0]))


func test_what_is_refused(checks: Checks) -> void:
	var good := Packets.face()
	var cases := {
		Packets.face({"version": 2}): "schema version 1, got 2",
		Packets.face({"version": 0}): "schema version 1, got 0",
		Packets.face({}, {3: NAN}): "weights of 0 to 1",
		Packets.face({}, {3: 1.5}): "weights of 0 to 1",
		Packets.face({"head": Quaternion(0, 0, 0, 2)}): "unit quaternion",
		Packets.face({"head": Quaternion(0, 0, 0, NAN)}): "unit quaternion",
		Packets.face({"gaze": [INF, 0.0, 0.0, 0.0]}): "finite numbers",
		good.slice(0, good.size() - 1): "expected",
		_with(good, "00"): "field number",
		_with(good, "0e"): "wire type",
		_with(good, "18" + "80".repeat(10) + "00"): "varint",
		_with(good, "18" + "ff".repeat(9) + "02"): "varint",
		_with(good, "5206aabbccddeeff"): "whole floats",
		_with(good, "5204aabb"): "bytes",
		_with(good, "52ffffffffffffffffff01"): "bytes",
		_with(good, "1202c328"): "UTF-8",
		_with(good, "1203eda080"): "UTF-8",
		_with(good, "c301" + "0801"): "end of a group",
		_with(good, "c301" + "cc01"): "end of group",
		_with(good, "55" + "0000803f"): "52 blendshapes, got 53",
	}
	for bytes: PackedByteArray in cases:
		var problem := _read(FaceFrame.new(), bytes, 0)
		checks.is_true(
			not problem.is_empty() and cases[bytes] in problem,
			"expected '%s', got '%s'" % [cases[bytes], problem]
		)


func test_the_same_bad_text_is_refused_again(checks: Checks) -> void:
	var frame := FaceFrame.new()
	var bad := _with(Packets.face({"stream_id": ""}), "1202c328")
	for again in 2:
		checks.is_true("UTF-8" in _read(frame, bad, 0), "refused")
	checks.equal(_read(frame, Packets.face(), 0), "")
	checks.equal(frame.stream_id, "run")


func test_groups_deep_and_long(checks: Checks) -> void:
	var deep := _with(Packets.face(), "c301".repeat(5000) + "c401".repeat(5000))
	checks.is_true("deep" in _read(FaceFrame.new(), deep, 0), "a deep group")
	var fine := _with(Packets.face(), "c301".repeat(50) + "0801" + "c401".repeat(50))
	checks.equal(_read(FaceFrame.new(), fine, 0), "")


func test_more_than_a_tick_can_read_is_refused(checks: Checks) -> void:
	var frame := FaceFrame.new()
	for more: Array in [
		["at most 2048 fields", "f82800".repeat(2049)],
		["at most 4096 bytes", "12a820" + "61".repeat(4136)],
		["at most 256 floats", "5a8408" + "00000000".repeat(257)],
		["at most 256 floats", "5d00000000".repeat(257)],
	]:
		var problem := _read(frame, _with(Packets.face(), more[1]), 0)
		checks.is_true(more[0] in problem, "expected '%s', got '%s'" % [more[0], problem])
		checks.is_true(frame.action_units.size() <= 256, "keeps little")
	var meta := _read(Meta.new(), ("0801" + "5a8102" + "01".repeat(257)).hex_decode(), 0)
	checks.is_true("at most 256 numbers" in meta, meta)


func test_varints(checks: Checks) -> void:
	for value: int in [0, 1, 127, 128, 300, 1 << 53, 9223372036854775807, -1, -9223372036854775808]:
		var out := Writer.new()
		out.integer(3, value)
		var reader := Reader.new()
		reader.open(out.bytes, 0, out.bytes.size())
		var got := 0
		while reader.next():
			got = reader.varint()
		checks.equal(got, value)
		checks.equal(reader.error, "")


func test_noise(checks: Checks) -> void:
	var random := RandomNumberGenerator.new()
	random.seed = 7
	var clean: Array[PackedByteArray] = []
	for packet: String in ["normal", "extreme", "future_fields", "meta", "status"]:
		clean.append(load_packet(checks, packet))
	var frame := FaceFrame.new()
	var refused := 0
	for round_index in FUZZ_ROUNDS:
		var bytes := clean[round_index % clean.size()].duplicate()
		for change in random.randi_range(1, 6):
			bytes[random.randi() % bytes.size()] = random.randi() & 0xFF
		if random.randi() % 4 == 0:
			bytes = bytes.slice(0, random.randi() % bytes.size())
		var problem := ""
		match round_index % clean.size():
			3:
				problem = _read(Meta.new(), bytes, 5)
			4:
				problem = _read(Status.new(), bytes, 7)
			_:
				problem = _read(frame, bytes, 5)
		if not problem.is_empty():
			refused += 1
			if "\n" in problem:
				checks.is_true(false, "an error of several lines")
	checks.is_true(refused > FUZZ_ROUNDS / 4, "only %d were refused" % refused)
	checks.equal(_read(frame, clean[0], 5), "", "a clean packet after all that")


func test_reading_again_makes_nothing_new(checks: Checks) -> void:
	var bytes := load_packet(checks, "normal")
	var frame := FaceFrame.new()
	var reader := Reader.new()
	for warm_up in 50:
		reader.open(bytes, 5, bytes.size())
		frame.read(reader)
	var objects := Performance.get_monitor(Performance.OBJECT_COUNT)
	var memory := OS.get_static_memory_usage()
	for again in 500:
		reader.open(bytes, 5, bytes.size())
		frame.read(reader)
	checks.equal(Performance.get_monitor(Performance.OBJECT_COUNT), objects, "objects")
	checks.is_true(
		OS.get_static_memory_usage() - memory < 1024,
		"memory grew by %d" % (OS.get_static_memory_usage() - memory)
	)


## The bytes of a golden packet.
static func load_packet(checks: Checks, name: String) -> PackedByteArray:
	var path := checks.golden.path_join(name + ".bin")
	var bytes := FileAccess.get_file_as_bytes(path)
	checks.is_true(not bytes.is_empty(), "cannot read %s" % path)
	return bytes


## What a golden packet says.
static func load_twin(checks: Checks, name: String) -> Dictionary:
	var path := checks.golden.path_join(name + ".json")
	var said: Variant = JSON.parse_string(FileAccess.get_file_as_string(path))
	checks.is_true(said is Dictionary, "cannot read %s" % path)
	return said if said is Dictionary else {}


static func _read(message: Object, bytes: PackedByteArray, start: int) -> String:
	var reader := Reader.new()
	reader.open(bytes, mini(start, bytes.size()), bytes.size())
	return message.call("read", reader)


static func _with(bytes: PackedByteArray, more: String) -> PackedByteArray:
	var all := bytes.duplicate()
	all.append_array(more.hex_decode())
	return all


static func _compare_face(
	checks: Checks, packet: String, frame: FaceFrame, said: Dictionary
) -> void:
	checks.equal(frame.stream_id, said["stream_id"], packet)
	for key: String in ["seq", "captured_ns", "published_ns", "frame_index"]:
		checks.equal(frame.get(key), String(said[key]).to_int(), "%s %s" % [packet, key])
	for key: String in ["face_id", "image_width", "image_height"]:
		checks.equal(frame.get(key), int(said[key]), "%s %s" % [packet, key])
	checks.equal(frame.tracked, said["tracked"], packet)
	for key: String in ["confidence", "valence", "arousal"]:
		checks.equal(frame.get(key), _float32(said[key]), "%s %s" % [packet, key])
	for key: String in ["blendshapes", "action_units", "emotions"]:
		checks.equal(frame.get(key), PackedFloat32Array(said[key]), "%s %s" % [packet, key])
	var head: Dictionary = said["head_pose"]
	checks.equal(frame.head_position, Vector3(head["x"], head["y"], head["z"]), packet)
	checks.equal(
		frame.head_rotation, Quaternion(head["qx"], head["qy"], head["qz"], head["qw"]), packet
	)
	var gaze: Dictionary = said["gaze"]
	checks.equal(frame.left_gaze, Vector2(gaze["left_yaw"], gaze["left_pitch"]), packet)
	checks.equal(frame.right_gaze, Vector2(gaze["right_yaw"], gaze["right_pitch"]), packet)
	var box: Dictionary = said["box"]
	checks.equal(frame.box, Vector4(box["x0"], box["y0"], box["x1"], box["y1"]), packet)


static func _float32(value: float) -> float:
	return PackedFloat32Array([value])[0]
