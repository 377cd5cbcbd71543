class_name AvatarBridgeReply
extends RefCounted
## A control request and, once [member is_done], what the server answered.
##
## Which of the values is filled depends on what was asked.

## Emitted once, when the answer is here or will not come.
signal done

## What is asked; the numbers are those of the fields in ControlRequest and ControlResponse.
enum Kind {
	NONE = 0,
	ERROR = 3,
	PING = 10,
	GET_META = 11,
	LIST_PROFILES = 12,
	SET_PROFILE = 13,
	CALIBRATE = 14,
	MAP = 15,
}

## Codes of the server, and [constant NO_ANSWER] of this client.
enum Code {
	OK = 0,
	MALFORMED = 1,
	UNKNOWN_REQUEST = 2,
	UNSUPPORTED = 3,
	INVALID_ARGUMENT = 4,
	NOT_FOUND = 5,
	INTERNAL = 6,
	BUSY = 7,
	## The server could not be reached or did not answer in time.
	NO_ANSWER = 1000,
	## The answer could not be understood.
	BAD_ANSWER = 1001,
}

const Meta := preload("stream_meta.gd")
const Reader := preload("proto_reader.gd")

## The schema that this client speaks.
const SCHEMA_VERSION := 1

const _VERSION := 1 << 3 | Reader.VARINT
const _REQUEST_ID := 2 << 3 | Reader.VARINT
const _TEXT_1 := 1 << 3 | Reader.LEN
const _TEXT_2 := 2 << 3 | Reader.LEN
const _TEXT_3 := 3 << 3 | Reader.LEN
const _INT_1 := 1 << 3 | Reader.VARINT
const _INT_2 := 2 << 3 | Reader.VARINT
const _FLOAT_1 := 1 << 3 | Reader.I32

## What was asked.
var kind := Kind.NONE
## The client's number of the request.
var request_id := 0
## Whether the answer is here or given up.
var is_done := false
## [constant Code.OK], or what went wrong.
var code := Code.OK
## One line for people; empty if nothing went wrong.
var error := ""
## ping: the client's clock when it asked, in nanoseconds.
var client_ns := 0
## ping: the server's clock when it answered, in nanoseconds.
var server_ns := 0
## ping: from asking to reading the answer, in milliseconds; a tick of the game included.
var round_trip_ms := 0.0
## ping: the server's run.
var stream_id := ""
## get_meta: what the stream carries.
var meta: Meta
## list_profiles: names that set_profile takes.
var names := PackedStringArray()
## list_profiles: the profile in use. calibrate: the calibration's name.
var current := ""
## map: 52 weights.
var blendshapes := PackedFloat32Array()


## Whether the server did what was asked.
func is_ok() -> bool:
	return is_done and code == Code.OK


## Reads the server's answer into this value; false if it is not one.
func read(reader: Reader) -> bool:
	var version := 0
	kind = Kind.NONE
	while reader.next():
		match reader.tag:
			_VERSION:
				version = reader.uint32()
			_REQUEST_ID:
				request_id = reader.varint()
			_:
				_read_field(reader)
	if reader.error.is_empty() and version != SCHEMA_VERSION:
		reader.fail("expected schema version %d, got %d" % [SCHEMA_VERSION, version])
	if reader.error.is_empty():
		return true
	code = Code.BAD_ANSWER
	error = reader.error
	return false


func _read_field(reader: Reader) -> void:
	var number := reader.tag >> 3
	var is_body := number == Kind.ERROR or number >= Kind.PING and number <= Kind.MAP
	if reader.tag & 7 != Reader.LEN or not is_body:
		reader.skip()
		return
	kind = number as Kind
	var outer := reader.enter()
	while reader.next():
		match kind:
			Kind.ERROR:
				_read_error(reader)
			Kind.PING:
				_read_ping(reader)
			Kind.GET_META:
				_read_meta(reader)
			Kind.LIST_PROFILES, Kind.CALIBRATE:
				_read_names(reader)
			Kind.MAP:
				_read_map(reader)
			_:
				reader.skip()
	reader.leave(outer)


func _read_error(reader: Reader) -> void:
	match reader.tag:
		_INT_1:
			code = reader.int32() as Code
		_TEXT_2:
			error = reader.text().strip_escapes()  # of one line, whatever the server says
		_:
			reader.skip()


func _read_ping(reader: Reader) -> void:
	match reader.tag:
		_INT_1:
			client_ns = reader.varint()
		_INT_2:
			server_ns = reader.varint()
		_TEXT_3:
			stream_id = reader.text()
		_:
			reader.skip()


func _read_meta(reader: Reader) -> void:
	if reader.tag != _TEXT_1:
		reader.skip()
		return
	var outer := reader.enter()
	meta = Meta.new()
	var problem := meta.read(reader)
	if not problem.is_empty():
		reader.fail(problem)
	reader.leave(outer)


func _read_names(reader: Reader) -> void:
	if reader.tag == _TEXT_1 and kind == Kind.LIST_PROFILES:
		names.append(reader.text())
	elif reader.tag == (_TEXT_1 if kind == Kind.CALIBRATE else _TEXT_2):
		current = reader.text()
	else:
		reader.skip()


func _read_map(reader: Reader) -> void:
	if reader.tag in [_TEXT_1, _FLOAT_1]:
		reader.floats(blendshapes, blendshapes.size())
	else:
		reader.skip()


## Marks it as done and tells who waits.
func finish() -> void:
	is_done = true
	done.emit()


## Marks it as failed and tells who waits.
func fail(failure: Code, reason: String) -> void:
	code = failure
	error = reason
	finish()
