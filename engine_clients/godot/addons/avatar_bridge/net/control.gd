extends RefCounted
## Asks the control service: one request, one [AvatarBridgeReply], over a DEALER socket.
##
## Every request ends: answered, refused, or given up after [member timeout_usec].

const Reader := preload("../wire/proto_reader.gd")
const Reply := preload("../wire/control_reply.gd")
const Request := preload("../wire/control_request.gd")
const Socket := preload("zmtp_socket.gd")

## How long a request waits for its answer, in microseconds.
var timeout_usec := 2_000_000
## The connection.
var socket := Socket.new("DEALER")

var _last_id := 0
var _waiting := {}  # request id → Reply
var _asked_usec := {}  # request id → when
var _reader := Reader.new()


## Connects; false if the address is not one.
func open(endpoint: String) -> bool:
	return socket.open(endpoint)


## Disconnects and gives up what waits.
func close() -> void:
	socket.close()
	_give_up(Reply.Code.NO_ANSWER, "the connection was closed")


## Reads what has come and gives up what took too long.
func poll(now_usec: int) -> void:
	var was_ready := socket.is_ready()
	socket.poll(now_usec)
	while socket.next_message():
		_take(now_usec)
	socket.flush()
	if was_ready and not socket.is_ready():
		_give_up(Reply.Code.NO_ANSWER, socket.error)
	for request_id: int in _waiting.keys():
		# Whoever hears of one may close this and so end the others.
		if _waiting.has(request_id) and now_usec - _asked_usec[request_id] > timeout_usec:
			_finish(request_id).fail(Reply.Code.NO_ANSWER, "the server did not answer in time")


## Asks for the server's clock.
func ping() -> Reply:
	var now_usec := Time.get_ticks_usec()
	return _ask(Reply.Kind.PING, Request.ping(_next_id(), now_usec * 1000))


## Asks what the stream carries.
func get_stream_meta() -> Reply:
	return _ask(Reply.Kind.GET_META, Request.get_meta_of_stream(_next_id()))


## Asks which profiles there are.
func list_profiles() -> Reply:
	return _ask(Reply.Kind.LIST_PROFILES, Request.list_profiles(_next_id()))


## Asks for another profile.
func set_profile(name: String) -> Reply:
	return _ask(Reply.Kind.SET_PROFILE, Request.set_profile(_next_id(), name))


## Asks to take the face as it is now for the face at rest.
func calibrate(name := "") -> Reply:
	return _ask(Reply.Kind.CALIBRATE, Request.calibrate(_next_id(), name))


## Asks for the weights of action units and emotions, by name, each in [0, 1].
func map(action_units: Dictionary, emotions := {}) -> Reply:
	return _ask(Reply.Kind.MAP, Request.map(_next_id(), action_units, emotions))


func _next_id() -> int:
	_last_id += 1
	return _last_id


func _ask(kind: Reply.Kind, bytes: PackedByteArray) -> Reply:
	var reply := Reply.new()
	reply.kind = kind
	reply.request_id = _last_id
	if socket.send(bytes):
		_waiting[_last_id] = reply
		_asked_usec[_last_id] = Time.get_ticks_usec()
	else:
		var reason := "not connected" if socket.error.is_empty() else socket.error
		# Told after the caller has had time to wait for it.
		reply.fail.call_deferred(Reply.Code.NO_ANSWER, reason)
	return reply


func _take(now_usec: int) -> void:
	var codec := socket.codec
	var answer := Reply.new()
	_reader.open(codec.data, codec.message_start, codec.message_end)
	var understood := answer.read(_reader)
	if not _waiting.has(answer.request_id):
		return  # the late answer to a request that was given up
	var asked_usec: int = _asked_usec[answer.request_id]
	var reply := _finish(answer.request_id)
	if not understood:
		reply.fail(Reply.Code.BAD_ANSWER, answer.error)
	elif answer.kind == Reply.Kind.ERROR:
		reply.fail(answer.code if answer.code else Reply.Code.INTERNAL, answer.error)
	elif answer.kind != reply.kind:
		reply.fail(Reply.Code.BAD_ANSWER, "expected another kind of answer")
	else:
		reply.client_ns = answer.client_ns
		reply.server_ns = answer.server_ns
		reply.round_trip_ms = (now_usec - asked_usec) * 1e-3
		reply.stream_id = answer.stream_id
		reply.meta = answer.meta
		reply.names = answer.names
		reply.current = answer.current
		reply.blendshapes = answer.blendshapes
		reply.finish()


func _finish(request_id: int) -> Reply:
	var reply: Reply = _waiting[request_id]
	_waiting.erase(request_id)
	_asked_usec.erase(request_id)
	return reply


func _give_up(code: Reply.Code, reason: String) -> void:
	for request_id: int in _waiting.keys():
		if _waiting.has(request_id):
			_finish(request_id).fail(code, reason)
