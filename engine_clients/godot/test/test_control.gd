extends RefCounted
## Control requests and answers against their golden packets.

const Checks := preload("checks.gd")
const Reader := preload("../addons/avatar_bridge/wire/proto_reader.gd")
const Reply := preload("../addons/avatar_bridge/wire/control_reply.gd")
const Request := preload("../addons/avatar_bridge/wire/control_request.gd")
const Wire := preload("test_wire.gd")


func test_golden_requests(checks: Checks) -> void:
	for kind: String in ["ping", "get_meta", "list_profiles", "set_profile", "calibrate", "map"]:
		var packet := "control_%s_request" % kind
		var said: Dictionary = Wire.load_twin(checks, packet)["message"]
		var id := String(said["request_id"]).to_int()
		var body: Dictionary = said[kind]
		var made := PackedByteArray()
		match kind:
			"ping":
				made = Request.ping(id, String(body["client_ns"]).to_int())
			"get_meta":
				made = Request.get_meta_of_stream(id)
			"list_profiles":
				made = Request.list_profiles(id)
			"set_profile":
				made = Request.set_profile(id, body["name"])
			"calibrate":
				made = Request.calibrate(id, body["name"])
			"map":
				made = Request.map(id, body["action_units"], body["emotions"])
		checks.equal(made.hex_encode(), Wire.load_packet(checks, packet).hex_encode(), kind)


func test_golden_answers(checks: Checks) -> void:
	var replies := {}
	for kind: String in [
		"ping", "get_meta", "list_profiles", "set_profile", "calibrate", "map", "error"
	]:
		var packet := "control_%s_response" % kind
		var said: Dictionary = Wire.load_twin(checks, packet)["message"]
		var reply := _read(Wire.load_packet(checks, packet))
		checks.equal(reply.kind, Reply.Kind[kind.to_upper()], kind)
		checks.equal(reply.request_id, String(said["request_id"]).to_int(), kind)
		replies[kind] = [reply, said[kind]]
	var ping: Reply = replies["ping"][0]
	checks.equal(ping.client_ns, String(replies["ping"][1]["client_ns"]).to_int())
	checks.equal(ping.server_ns, String(replies["ping"][1]["server_ns"]).to_int())
	checks.equal(ping.stream_id, replies["ping"][1]["stream_id"])
	var meta: Reply = replies["get_meta"][0]
	checks.equal(meta.meta.model, replies["get_meta"][1]["meta"]["model"])
	checks.equal(meta.meta.blendshape_names.size(), 52)
	var profiles: Reply = replies["list_profiles"][0]
	checks.equal(profiles.names, PackedStringArray(replies["list_profiles"][1]["names"]))
	checks.equal(profiles.current, replies["list_profiles"][1]["current"])
	checks.equal((replies["calibrate"][0] as Reply).current, replies["calibrate"][1]["name"])
	var weights := PackedFloat32Array(replies["map"][1]["blendshapes"])
	checks.equal((replies["map"][0] as Reply).blendshapes, weights)
	var error: Reply = replies["error"][0]
	checks.equal("ERROR_CODE_" + str(Reply.Code.find_key(error.code)), replies["error"][1]["code"])
	checks.equal(error.error, replies["error"][1]["message"])


func test_an_error_is_of_one_line(checks: Checks) -> void:
	# Schema 1; an error of code 1 and the text "a\nb".
	var reply := _read("08011a0708011203610a62".hex_decode())
	checks.equal(reply.error, "ab")


func test_noise(checks: Checks) -> void:
	var random := RandomNumberGenerator.new()
	random.seed = 5
	for packet: String in ["map", "get_meta", "list_profiles", "error"]:
		var clean := Wire.load_packet(checks, "control_%s_response" % packet)
		for round_index in 500:
			var bytes := clean.duplicate()
			for change in random.randi_range(1, 5):
				bytes[random.randi() % bytes.size()] = random.randi() & 0xFF
			_read(bytes)
	checks.is_true(true, "came through")


static func _read(bytes: PackedByteArray) -> Reply:
	var reader := Reader.new()
	reader.open(bytes, 0, bytes.size())
	var reply := Reply.new()
	reply.read(reader)
	return reply
