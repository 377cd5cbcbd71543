extends RefCounted
## One end of a ZMTP 3.1 connection (NULL mechanism) without its socket: bytes in, messages out.
##
## Give what arrived to [method feed], in pieces of any size, call [method next_message] until it
## is false, and send what [method take_output] returns. No time, no node and no socket are needed.
## [br][br]
## Specification: ZeroMQ RFC 37, [url]https://rfc.zeromq.org/spec/37/[/url].

## How far the connection is.
enum State { GREETING, HANDSHAKE, READY, FAILED }

## Length of a greeting in bytes.
const GREETING_BYTES := 64

const _MORE := 0x01
const _LONG := 0x02
const _COMMAND := 0x04
const _SHORT_MOST := 255
const _PING_CONTEXT_MOST := 16
# Of what comes at once, which is read within a tick of the game. The stream has under 10 a tick.
const _FRAMES_MOST := 2048
const _READY := "READY"
const _PARTNERS := {"SUB": ["PUB", "XPUB"], "DEALER": ["ROUTER", "DEALER", "REP"]}

## How far the connection is. [constant State.FAILED] is final: [member error] says why.
var state := State.GREETING
## One line for people; empty while all is well.
var error := ""
## The bytes that hold the message found by [method next_message]. Not to be changed.
var data := PackedByteArray()
## Where in [member data] the message begins.
var message_start := 0
## Where in [member data] the message ends; the byte there is no longer part of it.
var message_end := 0
## Messages of several frames. This stream has none, so they are passed over whole.
var ignored_messages := 0
## Minor version of ZMTP that the peer speaks; from 1 on it answers pings.
var peer_minor := 0

var _socket_type: String
var _max_frame_bytes: int
var _position := 0
var _frames := 0  # since the last feed
var _flags := 0
var _in_multipart := false
var _output := PackedByteArray()
var _after_ready := PackedByteArray()


## [param socket_type] is "SUB" or "DEALER". A peer that announces a frame of more than
## [param max_frame_bytes] fails before that frame takes memory.
func _init(socket_type: String, max_frame_bytes: int) -> void:
	_socket_type = socket_type
	_max_frame_bytes = max_frame_bytes
	_output = _greeting()


## Takes bytes from the peer. What [method next_message] found before is no longer valid.
func feed(bytes: PackedByteArray) -> void:
	if state == State.FAILED:
		return
	if _position >= data.size():
		data = bytes.duplicate()
	else:
		if _position > 0:
			data = data.slice(_position)
		data.append_array(bytes)
	_position = 0
	_frames = 0


## Goes to the next whole message: true if there is one, between [member message_start] and
## [member message_end]. Commands on the way are obeyed, pings answered.
func next_message() -> bool:
	while state != State.FAILED:
		if state == State.GREETING:
			if not _read_greeting():
				return false
		elif not _read_frame():
			return false
		elif _frames > _FRAMES_MOST:
			_fail("expected at most %d frames at once, got more" % _FRAMES_MOST)
		elif _flags & _COMMAND:
			_obey()
		elif state != State.READY:
			_fail("expected the peer to introduce itself, got a message")
		elif _is_single_message():
			return true
	return false


## Bytes for the peer since the last call.
func take_output() -> PackedByteArray:
	var bytes := _output
	_output = PackedByteArray()
	return bytes


## Whether [method take_output] has something.
func has_output() -> bool:
	return not _output.is_empty()


## Asks a publisher for all messages that begin with [param topic].
func subscribe(topic: PackedByteArray) -> void:
	# The message form: peers of ZMTP 3.0 and 3.1 both take it.
	var body := PackedByteArray([1])
	body.append_array(topic)
	send(body)


## Sends one message of one frame; what is sent before the handshake ends waits for its end.
func send(body: PackedByteArray) -> void:
	if state == State.READY:
		_append_frame(_output, 0, body)
	else:
		_append_frame(_after_ready, 0, body)


## Asks the peer for a sign of life, where it knows how to give one; returns whether it does.
func ping() -> bool:
	if state != State.READY or peer_minor < 1:
		return false
	_append_command("PING", PackedByteArray([0, 0]))
	return true


func _read_greeting() -> bool:
	# Each byte is judged as soon as it is here: a peer of another protocol may send no more.
	var here := data.size() - _position
	if here >= 1 and data[_position] != 0xFF or here >= 10 and data[_position + 9] != 0x7F:
		_fail("expected a ZeroMQ greeting, got other bytes: is this the right port?")
	elif here >= 11 and data[_position + 10] < 3:
		_fail("expected ZMTP 3, got version %d" % data[_position + 10])
	elif here >= 32 and not _is_null_mechanism(_position + 12):
		_fail("expected the mechanism NULL, got %s" % _printable(_position + 12, _position + 32))
	if state == State.FAILED or here < GREETING_BYTES:
		return false
	peer_minor = data[_position + 11]
	_position += GREETING_BYTES
	state = State.HANDSHAKE
	var property := PackedByteArray()
	_append_short_text(property, "Socket-Type")
	var value := _socket_type.to_ascii_buffer()
	property.append_array(PackedByteArray([0, 0, 0, value.size()]))
	property.append_array(value)
	_append_command(_READY, property)
	return true


## Goes behind the next frame, if it is whole; its body is then the message.
func _read_frame() -> bool:
	var here := data.size() - _position
	if here < 2:
		return false
	_flags = data[_position]
	if _flags & ~(_MORE | _LONG | _COMMAND) or _flags & _COMMAND and _flags & _MORE:
		_fail("expected a ZMTP frame, got flags 0x%02x" % _flags)
		return false
	var head := 2
	var size := data[_position + 1]
	if _flags & _LONG:
		head = 9
		if here < head:
			return false
		size = 0
		for index in range(_position + 1, _position + head):
			size = size << 8 | data[index]
	if size < 0 or size > _max_frame_bytes:
		_fail("expected a frame of at most %d bytes, got one of %d" % [_max_frame_bytes, size])
		return false
	if here < head + size:
		return false
	_frames += 1
	message_start = _position + head
	message_end = message_start + size
	_position = message_end
	return true


func _is_single_message() -> bool:
	var is_last := not (_flags & _MORE)
	var is_single := is_last and not _in_multipart
	if is_last and _in_multipart:
		ignored_messages += 1
	_in_multipart = not is_last
	return is_single


func _obey() -> void:
	var body := message_start + 1
	if message_start == message_end or body + data[message_start] > message_end:
		_fail("expected a ZMTP command, got one without a name")
		return
	var arguments := body + data[message_start]
	match _printable(body, arguments):
		_READY:
			_meet(arguments)
		"ERROR":
			_fail("the peer refused: %s" % _printable(arguments + 1, message_end))
		"PING":
			_pong(arguments)


func _meet(start: int) -> void:
	if state == State.READY:
		return
	var peer := _property(start, "socket-type")
	if state == State.FAILED:
		return
	if peer not in _PARTNERS[_socket_type]:
		var wanted: String = _PARTNERS[_socket_type][0]
		_fail("expected a %s socket, got %s: is this the right port?" % [wanted, peer])
		return
	state = State.READY
	_output.append_array(_after_ready)
	_after_ready = PackedByteArray()


func _pong(start: int) -> void:
	var context := start + 2  # behind the peer's time-out
	if state != State.READY or context > message_end:
		_fail("expected a whole PING after the handshake")
	elif message_end - context > _PING_CONTEXT_MOST:
		_fail("expected a PING of at most %d bytes of context" % _PING_CONTEXT_MOST)
	else:
		_append_command("PONG", data.slice(context, message_end))


## Value of one property of a READY command; names are compared in lower case.
func _property(start: int, wanted: String) -> String:
	var position := start
	while position < message_end:
		var name_end := position + 1 + data[position]
		if name_end + 4 > message_end:
			break
		var size := 0
		for index in range(name_end, name_end + 4):
			size = size << 8 | data[index]
		var value_end := name_end + 4 + size
		if value_end > message_end:
			break
		if _printable(position + 1, name_end).to_lower() == wanted:
			return _printable(name_end + 4, value_end)
		position = value_end
	if position != message_end:
		_fail("expected whole properties in READY")
	return "nothing"


func _is_null_mechanism(start: int) -> bool:
	if _printable(start, start + 4) != "NULL":
		return false
	for index in range(start + 4, start + 20):
		if data[index] != 0:
			return false
	return true


## Bytes as text for people, whatever they are; the engine's own decoders report odd bytes loudly.
func _printable(start: int, end: int) -> String:
	var text := ""
	for index in range(start, mini(end, start + 80)):
		var byte := data[index]
		if byte != 0:
			text += char(byte) if byte >= 0x20 and byte < 0x7F else "?"
	return text


func _fail(reason: String) -> void:
	state = State.FAILED
	error = reason


func _append_command(command: String, arguments: PackedByteArray) -> void:
	var body := PackedByteArray()
	_append_short_text(body, command)
	body.append_array(arguments)
	_append_frame(_output, _COMMAND, body)


static func _append_frame(target: PackedByteArray, flags: int, body: PackedByteArray) -> void:
	var size := body.size()
	if size <= _SHORT_MOST:
		target.append(flags)
		target.append(size)
	else:
		target.append(flags | _LONG)
		for shift in range(56, -8, -8):
			target.append(size >> shift & 0xFF)
	target.append_array(body)


static func _append_short_text(target: PackedByteArray, text: String) -> void:
	target.append(text.length())
	target.append_array(text.to_ascii_buffer())


static func _greeting() -> PackedByteArray:
	var bytes := PackedByteArray()
	bytes.resize(GREETING_BYTES)
	bytes[0] = 0xFF
	bytes[8] = 0x01
	bytes[9] = 0x7F
	bytes[10] = 3
	bytes[11] = 1
	var mechanism := "NULL".to_ascii_buffer()
	for index in mechanism.size():
		bytes[12 + index] = mechanism[index]
	return bytes
