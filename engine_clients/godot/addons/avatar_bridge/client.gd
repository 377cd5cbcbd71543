@tool
@icon("icon.svg")
class_name AvatarBridgeClient
extends Node
## Receives faces from an avatar-bridge server.
##
## Add one to the scene, then an [AvatarBridgeFace3D] for each avatar. It connects by itself, comes
## back by itself when the server does, and uses no thread.
## [br][br]
## Requests are awaited: [code]var reply := await client.set_profile("arkit")[/code]; then
## [method AvatarBridgeReply.is_ok] says whether it was done, else [member AvatarBridgeReply.error]
## why not.

## The connection to the publisher changed.
signal connection_changed(state: ConnectionState)
## A server began to speak: a new run, or another one.
signal stream_started(stream_id: String)
## The stream said what it carries, or that this changed.
signal meta_changed(meta: Source.Meta)
## The server said how it is doing, about once a second.
signal status_received(status: Source.Status)
## A face is seen.
signal face_found
## No face is seen any more, or the stream stopped.
signal face_lost

## Where the connection to the publisher is.
enum ConnectionState { DISCONNECTED, CONNECTING, CONNECTED }

const Reply := preload("wire/control_reply.gd")
const Socket := preload("net/zmtp_socket.gd")
const Source := preload("net/source.gd")

## Nodes find the client in this group.
const GROUP := &"avatar_bridge_clients"

## Where the server publishes.
@export var endpoint := Source.DEFAULT_ENDPOINT:
	set(value):
		endpoint = value
		_changed()
## Where the server takes requests; empty for none, and then no latency either.
@export var control_endpoint := Source.DEFAULT_CONTROL_ENDPOINT:
	set(value):
		control_endpoint = value
		_changed()
## Connect when the node enters the tree.
@export var autoconnect := true
## Receive in the editor as well, so that avatars move in the viewport. Scenes are saved at rest.
@export var preview_in_editor := false:
	set(value):
		preview_in_editor = value
		_changed()
## The largest message that is taken, in bytes.
@export_range(4096, 16777216, 1, "exp") var max_frame_bytes := Socket.DEFAULT_MAX_FRAME_BYTES

## The stream itself; null while not connecting.
var source: Source
## Where the connection to the publisher is.
var connection_state := ConnectionState.DISCONNECTED

var _seen_face := false
var _seen_restarts := 0
var _seen_meta := 0
var _seen_status: Source.Status


func _enter_tree() -> void:
	add_to_group(GROUP)
	if not Engine.is_editor_hint():
		# Before the avatars, so that they move with what came this tick.
		process_priority = -100
	if autoconnect and _may_run():
		connect_to_server()


func _exit_tree() -> void:
	disconnect_from_server()


func _process(_delta: float) -> void:
	if source != null:
		poll(Time.get_ticks_usec())


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := PackedStringArray()
	if Socket.parse_endpoint(endpoint).is_empty():
		warnings.append("Endpoint: expected an address like %s." % Source.DEFAULT_ENDPOINT)
	if not control_endpoint.is_empty() and Socket.parse_endpoint(control_endpoint).is_empty():
		warnings.append(
			"Control endpoint: expected an address like %s." % Source.DEFAULT_CONTROL_ENDPOINT
		)
	if not control_endpoint.is_empty() and control_endpoint == endpoint:
		warnings.append("The control endpoint has a port of its own: 5571 unless set otherwise.")
	return warnings


## Connects, and again whenever the connection is lost, until [method disconnect_from_server].
func connect_to_server() -> void:
	disconnect_from_server()
	source = Source.new(max_frame_bytes)
	_seen_restarts = 0
	_seen_meta = 0
	var problem := source.open(endpoint, control_endpoint)
	if problem.is_empty():
		_tell_connection(ConnectionState.CONNECTING)
	else:
		push_error("AvatarBridgeClient: %s" % problem)
		disconnect_from_server()


## Disconnects at once; requests that wait are given up.
func disconnect_from_server() -> void:
	if source != null:
		var ended := source
		source = null  # first: whoever hears that a request was given up may connect again
		ended.close()
	_tell_face(false)
	if source == null:
		_tell_connection(ConnectionState.DISCONNECTED)


## Reads what has come and tells what changed; the node does this itself once a tick.
func poll(now_usec: int) -> void:
	source.poll(now_usec)
	if source == null:  # an answer made its receiver disconnect
		return
	var is_up := source.is_connected_to_server()
	_tell_connection(ConnectionState.CONNECTED if is_up else ConnectionState.CONNECTING)
	# A receiver of any of these may disconnect.
	if source != null and source.restarts != _seen_restarts:
		_seen_restarts = source.restarts
		stream_started.emit(source.newest_face().stream_id if source.newest_face() else "")
	if source != null and source.meta_changes != _seen_meta:
		_seen_meta = source.meta_changes
		meta_changed.emit(source.meta)
	if source != null and source.status != _seen_status:
		_seen_status = source.status
		if _seen_status != null:
			status_received.emit(_seen_status)
	if source != null:
		_tell_face(source.is_face_found(now_usec))


## The newest frame of a face, or for 0 of the one that is seen; null if there is none.
func get_face(face_id := 0) -> Source.FaceFrame:
	return source.newest_face(face_id) if source != null else null


## Measures the round trip and compares the clocks.
func ping() -> Reply:
	return await _answer(func() -> Reply: return source.control.ping())


## Asks what the stream carries; [member AvatarBridgeReply.meta].
func fetch_meta() -> Reply:
	return await _answer(func() -> Reply: return source.control.get_stream_meta())


## Asks which profiles there are; [member AvatarBridgeReply.names].
func list_profiles() -> Reply:
	return await _answer(func() -> Reply: return source.control.list_profiles())


## Changes the retarget profile from one of the next frames on.
func set_profile(profile: String) -> Reply:
	return await _answer(func() -> Reply: return source.control.set_profile(profile))


## Takes the face as it is now for the face at rest; with a name, the server keeps it.
func calibrate(calibration := "") -> Reply:
	return await _answer(func() -> Reply: return source.control.calibrate(calibration))


## Asks for the weights of action units ([code]{"AU12": 0.8}[/code]) and emotions, each in [0, 1];
## [member AvatarBridgeReply.blendshapes].
func map(action_units: Dictionary, emotions := {}) -> Reply:
	return await _answer(func() -> Reply: return source.control.map(action_units, emotions))


func _answer(ask: Callable) -> Reply:
	if source == null:
		var refused := Reply.new()
		refused.code = Reply.Code.NO_ANSWER
		refused.error = "not connected"
		refused.is_done = true
		return refused
	var reply: Reply = ask.call()
	if not reply.is_done:
		await reply.done
	return reply


func _tell_connection(state: ConnectionState) -> void:
	if state != connection_state:
		connection_state = state
		connection_changed.emit(state)


func _tell_face(found: bool) -> void:
	if found == _seen_face:
		return
	_seen_face = found
	if found:
		face_found.emit()
	else:
		face_lost.emit()


func _may_run() -> bool:
	return preview_in_editor or not Engine.is_editor_hint()


func _changed() -> void:
	update_configuration_warnings()
	if Engine.is_editor_hint() and is_inside_tree():
		disconnect_from_server()
		if preview_in_editor:
			connect_to_server()
