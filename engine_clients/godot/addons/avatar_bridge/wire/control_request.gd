extends RefCounted
## Writes control requests: protobuf bytes, one function for each kind.

const Reply := preload("control_reply.gd")
const Writer := preload("proto_writer.gd")


## Asks for the server's clock.
static func ping(request_id: int, client_ns: int) -> PackedByteArray:
	var body := Writer.new()
	body.integer(1, client_ns)
	return _request(request_id, Reply.Kind.PING, body)


## Asks what the stream carries.
static func get_meta_of_stream(request_id: int) -> PackedByteArray:
	return _request(request_id, Reply.Kind.GET_META, Writer.new())


## Asks for the names of the profiles.
static func list_profiles(request_id: int) -> PackedByteArray:
	return _request(request_id, Reply.Kind.LIST_PROFILES, Writer.new())


## Asks for another profile.
static func set_profile(request_id: int, name: String) -> PackedByteArray:
	var body := Writer.new()
	body.text(1, name)
	return _request(request_id, Reply.Kind.SET_PROFILE, body)


## Asks to take the face as it is now for the face at rest.
static func calibrate(request_id: int, name: String) -> PackedByteArray:
	var body := Writer.new()
	body.text(1, name)
	return _request(request_id, Reply.Kind.CALIBRATE, body)


## Asks for the mapping alone; both dictionaries are name to float.
static func map(request_id: int, action_units: Dictionary, emotions: Dictionary) -> PackedByteArray:
	var body := Writer.new()
	_entries(body, 1, action_units)
	_entries(body, 2, emotions)
	return _request(request_id, Reply.Kind.MAP, body)


static func _request(request_id: int, kind: Reply.Kind, body: Writer) -> PackedByteArray:
	var request := Writer.new()
	request.integer(1, Reply.SCHEMA_VERSION)
	request.integer(2, request_id)
	request.message(kind, body.bytes)
	return request.bytes


static func _entries(body: Writer, number: int, values: Dictionary) -> void:
	var keys := values.keys()
	keys.sort()
	for key: String in keys:
		var entry := Writer.new()
		entry.text(1, key)
		entry.float32(2, values[key])
		body.message(number, entry.bytes)
