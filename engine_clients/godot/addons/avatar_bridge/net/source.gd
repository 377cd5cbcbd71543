class_name AvatarBridgeSource
extends RefCounted
## A stream of faces without a scene: connection, newest frames, rate, latency and losses.
##
## Call [method poll] once a tick. Of everything that came since the last call, only the newest
## message of each topic, and of each face, is decoded. Nothing runs in a thread.
## [codeblock]
## var source := AvatarBridgeSource.new()
## source.open("tcp://127.0.0.1:5570", "tcp://127.0.0.1:5571")
## source.poll(Time.get_ticks_usec())  # every tick
## var face := source.newest_face()
## [/codeblock]

const ControlService := preload("control.gd")
const FaceFrame := preload("../wire/face_frame.gd")
const Meta := preload("../wire/stream_meta.gd")
const Reader := preload("../wire/proto_reader.gd")
const Reply := preload("../wire/control_reply.gd")
const ServerClock := preload("server_clock.gd")
const Socket := preload("zmtp_socket.gd")
const Status := preload("../wire/stream_status.gd")
const Timeline := preload("../avatar/timeline.gd")

## Where a default server publishes.
const DEFAULT_ENDPOINT := "tcp://127.0.0.1:5570"
## Where a default server takes requests.
const DEFAULT_CONTROL_ENDPOINT := "tcp://127.0.0.1:5571"
## A stream that gives nothing for so long has stopped.
const STALE_USEC := 500_000

const _PING_USEC := 1_000_000
const _RATE_USEC := 500_000
const _FORGET_USEC := 3_000_000
# A server follows at most four faces; more ids than this at once are somebody else's stream.
const _FACES_MOST := 16
# Older than this and the stamps are no clock's, as those of a file that is read at leisure.
const _OLDEST_MS := 10_000.0

const _VERSION := 1 << 3 | Reader.VARINT
const _STREAM_ID := 2 << 3 | Reader.LEN
const _SEQ := 3 << 3 | Reader.VARINT
const _FRAME_INDEX := 6 << 3 | Reader.VARINT
const _FACE_ID := 7 << 3 | Reader.VARINT

## The connection to the publisher.
var socket: Socket
## Requests to the server; closed where the server has no control service.
var control := ControlService.new()
## What the stream carries; null until the server said so.
var meta: Meta
## How the server is doing; null until it said so.
var status: Status
## Counts changes of [member meta].
var meta_changes := 0
## Pictures a second that came, over the last second.
var rate := 0.0
## Milliseconds from a picture's capture to its arrival here; NAN where unknown.
var latency_ms := NAN
## Milliseconds from sending to arrival here; NAN where unknown.
var transport_ms := NAN
## Face messages that came.
var received := 0
## Face messages that were sent but never came.
var lost := 0
## Messages that were refused; [member last_error] says why.
var malformed := 0
## What was wrong with the newest message that was refused.
var last_error := ""
## Counts the server's runs that were met.
var restarts := 0
## How the two clocks stand.
var clock := ServerClock.new()

var _reader := Reader.new()
var _timelines := {}  # face id → Timeline
var _spare: Array[Timeline] = []
var _stream_bytes := PackedByteArray()
var _next_seq := -1
var _last_index := -1
var _primary := 0
var _pinged: Reply
var _ping_usec := -_PING_USEC
var _rate_usec := -1
var _rate_before_usec := 0
var _pictures := PackedInt32Array([0, 0])
var _received_usec := -1

# The newest message of each face within this tick: parallel, used again every tick.
var _pending := 0
var _pending_ids := PackedInt64Array()
var _pending_starts := PackedInt64Array()
var _pending_ends := PackedInt64Array()


func _init(max_frame_bytes := 0) -> void:
	var topics: Array[PackedByteArray] = []
	for topic: String in ["face", "meta", "status"]:
		var bytes := topic.to_ascii_buffer()
		bytes.append(0)
		topics.append(bytes)
	socket = Socket.new("SUB", topics, max_frame_bytes)
	for array: PackedInt64Array in [_pending_ids, _pending_starts, _pending_ends]:
		array.resize(_FACES_MOST)


## Connects and stays connected until [method close]. Without [param control_endpoint] there are
## no requests and no latency. Returns an error in one line, or nothing.
func open(endpoint := DEFAULT_ENDPOINT, control_endpoint := DEFAULT_CONTROL_ENDPOINT) -> String:
	close()
	if not socket.open(endpoint):
		return socket.error
	if not control_endpoint.is_empty() and not control.open(control_endpoint):
		socket.close()
		return control.socket.error
	return ""


## Disconnects and forgets the stream.
func close() -> void:
	socket.close()
	control.close()
	_forget_stream()
	meta = null
	status = null
	_stream_bytes.clear()
	rate = 0.0
	_rate_usec = -1
	_rate_before_usec = 0
	_pictures.fill(0)
	_received_usec = -1


## Reads what has come. [param now_usec] is [method Time.get_ticks_usec].
func poll(now_usec: int) -> void:
	socket.poll(now_usec)
	_pending = 0
	var meta_start := -1
	var meta_end := 0
	var status_start := -1
	var status_end := 0
	while socket.next_message():
		var start := socket.codec.message_start
		var end := socket.codec.message_end
		match _topic(start, end):
			"face":
				_note_face(start + 5, end, now_usec)
			"meta":
				meta_start = start + 5
				meta_end = end
			"status":
				status_start = start + 7
				status_end = end
	for index in _pending:
		_take_face(index, now_usec)
	if meta_start >= 0:
		_take_meta(meta_start, meta_end)
	if status_start >= 0:
		_take_status(status_start, status_end, now_usec)
	socket.flush()
	_poll_control(now_usec)
	_count_rate(now_usec)


## Whether the publisher is connected.
func is_connected_to_server() -> bool:
	return socket.is_ready()


## Whether frames come, with or without a face in them.
func is_receiving(now_usec: int) -> bool:
	return _received_usec >= 0 and now_usec - _received_usec < STALE_USEC


## Whether a face is seen now.
func is_face_found(now_usec: int) -> bool:
	var face := newest_face()
	return is_receiving(now_usec) and face != null and face.tracked


## Ids of the faces that are remembered, in no order; whether one is seen, its newest frame says.
func face_ids() -> Array:
	return _timelines.keys()


## The newest frame of a face, or of the first one that is seen for 0; null if there is none.
func newest_face(face_id := 0) -> FaceFrame:
	var frames := timeline(face_id)
	return frames.newest() if frames != null else null


## The last frames of a face, or for 0 of the one that is seen; null if there is none.
func timeline(face_id := 0) -> Timeline:
	if face_id == 0:
		face_id = _primary
	return _timelines.get(face_id)


func _topic(start: int, end: int) -> String:
	# By length and first letter: no text is made of every message.
	var data := socket.codec.data
	var topic := "face"
	if start < end and data[start] == 0x6D:
		topic = "meta"
	elif start < end and data[start] == 0x73:
		topic = "status"
	var length := topic.length()
	if end - start <= length or data[start + length] != 0:
		return ""
	for index in length:
		if data[start + index] != topic.unicode_at(index):
			return ""
	return topic


## Looks at a face message just far enough to know whose it is and whether any are missing.
func _note_face(start: int, end: int, now_usec: int) -> void:
	_reader.open(socket.codec.data, start, end)
	var version := 0
	var seq := 0
	var face_id := 0
	var frame_index := 0
	var stream_start := start
	var stream_end := start
	while _reader.next():
		match _reader.tag:
			_VERSION:
				version = _reader.uint32()
			_STREAM_ID:
				_reader.span()
				stream_start = _reader.span_start
				stream_end = _reader.span_end
			_SEQ:
				seq = _reader.varint()
			_FRAME_INDEX:
				frame_index = _reader.varint()
			_FACE_ID:
				face_id = _reader.uint32()
			_:
				_reader.skip()
	if version != FaceFrame.SCHEMA_VERSION:
		_reader.fail("expected schema version %d, got %d" % [FaceFrame.SCHEMA_VERSION, version])
	if not _reader.error.is_empty():
		_refuse("face", _reader.error)
		return
	_reader.span_start = stream_start
	_reader.span_end = stream_end
	if _stream_bytes.is_empty() or not _reader.span_is(_stream_bytes):
		_forget_stream()
		_stream_bytes = _reader.span_bytes()
		restarts += 1
	received += 1
	if _next_seq >= 0 and seq > _next_seq:
		lost += seq - _next_seq
	_next_seq = seq + 1
	if frame_index != _last_index:
		_last_index = frame_index
		_pictures[0] += 1
	_received_usec = now_usec
	_remember(face_id, start, end)


func _remember(face_id: int, start: int, end: int) -> void:
	var index := 0
	while index < _pending and _pending_ids[index] != face_id:
		index += 1
	if index == _FACES_MOST:
		return
	_pending_ids[index] = face_id
	_pending_starts[index] = start
	_pending_ends[index] = end
	_pending = maxi(_pending, index + 1)


func _take_face(index: int, now_usec: int) -> void:
	var face_id := _pending_ids[index]
	var frames: Timeline = _timelines.get(face_id)
	if frames == null:
		frames = _spare.pop_back() if not _spare.is_empty() else Timeline.new()
		frames.reset()
	_reader.open(socket.codec.data, _pending_starts[index], _pending_ends[index])
	var frame := frames.slot()
	var problem := frame.read(_reader)
	if not problem.is_empty():
		_refuse("face", problem)
		if not _timelines.has(face_id):
			_spare.append(frames)
		return
	if not _timelines.has(face_id):
		_make_room(now_usec)
		_timelines[face_id] = frames
	frames.commit(now_usec)
	clock.add_message(now_usec, frame.published_ns)
	transport_ms = _plausible(clock.age_ms(now_usec, frame.published_ns))
	latency_ms = _plausible(clock.age_ms(now_usec, frame.captured_ns))
	_choose_primary(now_usec)


## Forgets faces that left, so that ids of a long run do not pile up.
func _make_room(now_usec: int) -> void:
	for face_id: int in _timelines.keys():
		var frames: Timeline = _timelines[face_id]
		if now_usec - frames.received_usec > _FORGET_USEC or _timelines.size() >= _FACES_MOST:
			_timelines.erase(face_id)
			_spare.append(frames)


## Stays with a face while it is seen; else the lowest id that is, else the one heard of last.
func _choose_primary(now_usec: int) -> void:
	if _is_seen(_primary, now_usec):
		return
	var best := -1
	for face_id: int in _timelines:
		if _is_seen(face_id, now_usec) and (best < 0 or face_id < best):
			best = face_id
	if best < 0:
		for face_id: int in _timelines:
			var frames: Timeline = _timelines[face_id]
			if best < 0 or frames.received_usec > (_timelines[best] as Timeline).received_usec:
				best = face_id
	_primary = maxi(best, 0)


func _is_seen(face_id: int, now_usec: int) -> bool:
	var frames: Timeline = _timelines.get(face_id)
	if frames == null or now_usec - frames.received_usec > STALE_USEC:
		return false
	var newest := frames.newest()
	return newest != null and newest.tracked


func _take_meta(start: int, end: int) -> void:
	_reader.open(socket.codec.data, start, end)
	var read := Meta.new()
	var problem := read.read(_reader)
	if not problem.is_empty():
		_refuse("meta", problem)
		return
	var is_change := (
		meta == null
		or meta.stream_id != read.stream_id
		or meta.source != read.source
		or meta.profile != read.profile
		or meta.calibration != read.calibration
		or meta.model != read.model
		or meta.capabilities != read.capabilities
	)
	meta = read
	if is_change:
		meta_changes += 1


func _take_status(start: int, end: int, now_usec: int) -> void:
	_reader.open(socket.codec.data, start, end)
	var read := Status.new()
	var problem := read.read(_reader)
	if not problem.is_empty():
		_refuse("status", problem)
		return
	status = read
	clock.add_message(now_usec, read.published_ns)


func _refuse(topic: String, problem: String) -> void:
	malformed += 1
	last_error = "%s: %s" % [topic, problem]


## A server that starts again counts anew, on a clock that may be another machine's.
func _forget_stream() -> void:
	for face_id: int in _timelines:
		_spare.append(_timelines[face_id])
	_timelines.clear()
	_pending = 0
	_primary = 0
	_next_seq = -1
	_last_index = -1
	_pinged = null
	clock.reset()
	latency_ms = NAN
	transport_ms = NAN


func _poll_control(now_usec: int) -> void:
	if control.socket.state == Socket.State.CLOSED:
		return
	control.poll(now_usec)
	if _pinged != null and _pinged.is_ok():
		# An answer of a run that has ended would set the clock of the one that follows.
		if _pinged.stream_id.to_utf8_buffer() == _stream_bytes:
			var heard_usec := _pinged.client_ns / 1000 + roundi(_pinged.round_trip_ms * 1e3)
			clock.add_ping(_pinged.client_ns / 1000, heard_usec, _pinged.server_ns)
		_pinged = null
	if control.socket.is_ready() and now_usec - _ping_usec >= _PING_USEC:
		_ping_usec = now_usec
		_pinged = control.ping()


func _count_rate(now_usec: int) -> void:
	if _rate_usec < 0:
		_rate_usec = now_usec
	var elapsed_usec := now_usec - _rate_usec
	if elapsed_usec < _RATE_USEC:
		return
	# Over two spans of half a second or a little more: steady, and never much older than a second.
	rate = (_pictures[0] + _pictures[1]) * 1e6 / (elapsed_usec + _rate_before_usec)
	_rate_before_usec = elapsed_usec
	_pictures[1] = _pictures[0]
	_pictures[0] = 0
	_rate_usec = now_usec


static func _plausible(age: float) -> float:
	return age if age > -1.0 and age < _OLDEST_MS else NAN
