extends RefCounted
## Sessions of broken servers, as tests/engine_clients/broken_sessions.py writes them: the client
## takes each without a complaint of the engine, every request ends, and nothing piles up.

const Avatars := preload("avatars.gd")
const Checks := preload("checks.gd")
const Client := preload("../addons/avatar_bridge/client.gd")
const Codec := preload("../addons/avatar_bridge/net/zmtp_codec.gd")
const ControlService := preload("../addons/avatar_bridge/net/control.gd")
const Face := preload("../addons/avatar_bridge/face_3d.gd")
const Source := preload("../addons/avatar_bridge/net/source.gd")
const Socket := preload("../addons/avatar_bridge/net/zmtp_socket.gd")

const CONTROL := 1
const CHUNK := 700  # bytes that come at once, at most
const TICK_USEC := 16_667

var _client := Client.new()
var _source := Source.new()
var _face := Face.new()
var _avatar := Avatars.avatar([["jawOpen", "mouthSmileLeft", "aa"]])
var _now_usec := 1_000_000_000
var _sessions := 0
var _refused := 0
var _answered := 0
var _worst_usec := 0


## Tries all of a file, and prints what became of them.
func run(checks: Checks, path: String) -> void:
	checks.running = "fuzz"
	_stage(checks)
	var file := FileAccess.open(path, FileAccess.READ)
	var before := 0
	while file.get_position() < file.get_length():
		if before == 0 and file.get_position() >= file.get_length() / 4:
			before = OS.get_static_memory_usage()
		var is_control := file.get_8() == CONTROL
		var bytes := file.get_buffer(file.get_32())
		var start_usec := Time.get_ticks_usec()
		if is_control:
			_ask(checks, bytes)
		else:
			_listen(checks, bytes)
		_worst_usec = maxi(_worst_usec, Time.get_ticks_usec() - start_usec)
		_sessions += 1
	var grown := OS.get_static_memory_usage() - before
	print(
		(
			JSON
			. stringify(
				{
					"sessions": _sessions,
					"refused": _refused,
					"faces": _source.received,
					"bad": _source.malformed,
					"answered": _answered,
					"worst_ms": _worst_usec * 1e-3,
					"grown_kb": grown / 1024,
				}
			)
		)
	)
	_avatar.free()
	_client.source = null
	_client.free()


func _stage(checks: Checks) -> void:
	_client.autoconnect = false
	_client.source = _source
	_client.set_process(false)
	_face.client = _client
	_face.playout_delay = 0.01
	_face.head_node = Node3D.new()
	_avatar.add_child(_face)
	_avatar.add_child(_face.head_node)
	checks.tree.root.add_child(_client)
	checks.tree.root.add_child(_avatar)
	_face.set_process(false)


func _listen(checks: Checks, bytes: PackedByteArray) -> void:
	var socket := _source.socket
	socket.codec = Codec.new("SUB", Socket.DEFAULT_MAX_FRAME_BYTES)
	_feed(checks, socket.codec, bytes, func() -> void: _client.poll(_now_usec))
	checks.is_true(not "\n" in _source.last_error, "one line: " + _source.last_error)
	_face.advance(TICK_USEC * 1e-6, _now_usec)
	checks.is_true((_face.head_node as Node3D).basis.is_finite(), "the head is somewhere")
	for weight in _face.get_weights():
		if not (weight >= 0.0 and weight <= 1.0):
			checks.is_true(false, "expected a weight of 0 to 1, got %f" % weight)


func _ask(checks: Checks, bytes: PackedByteArray) -> void:
	var control := ControlService.new()
	control.socket.codec = Codec.new("DEALER", Socket.DEFAULT_MAX_FRAME_BYTES)
	var replies := [
		control.calibrate(),
		control.list_profiles(),  # to which an error comes
		control.get_stream_meta(),
		control.list_profiles(),
		control.map({}),
		control.ping(),
	]
	_feed(checks, control.socket.codec, bytes, func() -> void: control.poll(0))
	for reply: ControlService.Reply in replies:
		_answered += 1 if reply.is_done else 0
	control.close()
	for reply: ControlService.Reply in replies:
		checks.is_true(reply.is_done, "ends")
		checks.is_true(not "\n" in reply.error, "one line: " + reply.error)


func _feed(checks: Checks, codec: Codec, bytes: PackedByteArray, poll: Callable) -> void:
	var step := 1 + _sessions % CHUNK
	for at in range(0, bytes.size(), step):
		codec.feed(bytes.slice(at, at + step))
		_now_usec += TICK_USEC
		poll.call()
	if codec.state == Codec.State.FAILED:
		_refused += 1
		checks.is_true(not "\n" in codec.error, "one line: " + codec.error)
