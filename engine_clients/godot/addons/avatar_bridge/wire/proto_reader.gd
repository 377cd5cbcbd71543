extends RefCounted
## Reads protobuf out of a part of a byte array, without copies and never beyond that part.
##
## [codeblock]
## reader.open(bytes, start, end)
## while reader.next():
##     match reader.tag:
##         SEQ: seq = reader.varint()
##         _: reader.skip()
## [/codeblock]
## What cannot be read sets [member error] and ends every loop. A known field of another wire type
## has another tag, so it is skipped like an unknown one.
## [br][br]
## Specification: [url]https://protobuf.dev/programming-guides/encoding/[/url].

## Wire types; a tag is [code]number << 3 | type[/code].
const VARINT := 0
const I64 := 1
const LEN := 2
const START_GROUP := 3
const END_GROUP := 4
const I32 := 5

const _LARGEST_NUMBER := (1 << 29) - 1
const _DEEPEST_GROUP := 100
# What comes is read within a tick of the game: these are far more than any message has.
const _FIELDS_MOST := 2048
const _VALUES_MOST := 256
const _TEXT_MOST := 4096  # bytes

## Why the bytes cannot be read, in one line; empty while they can.
var error := ""
## The field that [method next] stands before.
var tag := 0
## The bytes that are read. Not to be changed.
var data := PackedByteArray()
## Where the next byte is.
var position := 0
## Where the last [method span] begins.
var span_start := 0
## Where the last [method span] ends.
var span_end := 0

var _end := 0
var _fields := 0


## Begins with the bytes from [param start] to before [param end].
func open(bytes: PackedByteArray, start: int, end: int) -> void:
	data = bytes
	position = start
	_end = mini(end, bytes.size())
	error = ""
	_fields = 0
	if start < 0 or start > _end:
		fail("expected a part of the bytes")


## Goes to the next field; false at the end of the message or after an error.
func next() -> bool:
	if position >= _end or not error.is_empty():
		return false
	tag = varint()
	var number := tag >> 3
	if number < 1 or number > _LARGEST_NUMBER:
		fail("expected a field number, got %d" % number)
	_fields += 1
	if _fields > _FIELDS_MOST:
		fail("expected at most %d fields, got more" % _FIELDS_MOST)
	return error.is_empty()


## Refuses the message.
func fail(reason: String) -> void:
	if error.is_empty():
		error = reason
	position = _end


## A varint as a signed 64-bit integer.
func varint() -> int:
	var value := 0
	var shift := 0
	while position < _end:
		var byte := data[position]
		position += 1
		value |= (byte & 0x7F) << shift
		if byte < 0x80:
			if shift == 63 and byte > 1:
				break
			return value
		if shift == 63:
			break
		shift += 7
	fail("expected a whole varint")
	return 0


## A uint32.
func uint32() -> int:
	return varint() & 0xFFFFFFFF


## An int32 or an enum's number.
func int32() -> int:
	var value := uint32()
	return value - (1 << 32) if value >= 1 << 31 else value


## A bool.
func boolean() -> bool:
	return varint() != 0


## A float.
func float32() -> float:
	if _end - position < 4:
		fail("expected a whole float")
		return 0.0
	var value := data.decode_float(position)
	position += 4
	return value


## Length-delimited bytes, from [member span_start] to before [member span_end].
func span() -> void:
	var size := varint()
	if size < 0 or size > _end - position:
		fail("expected %d bytes, got %d" % [size, _end - position])
		size = 0
	span_start = position
	span_end = position + size
	position = span_end


## Whether the last [method span] has these bytes.
func span_is(bytes: PackedByteArray) -> bool:
	if span_end - span_start != bytes.size():
		return false
	for index in bytes.size():
		if data[span_start + index] != bytes[index]:
			return false
	return true


## The last [method span] on its own.
func span_bytes() -> PackedByteArray:
	return data.slice(span_start, span_end)


## A string.
func text() -> String:
	span()
	return span_text()


## The last [method span] as a string.
func span_text() -> String:
	if span_end - span_start > _TEXT_MOST:
		fail("expected a text of at most %d bytes, got more" % _TEXT_MOST)
		return ""
	if not _is_utf8(span_start, span_end):
		fail("expected UTF-8")
		return ""
	return span_bytes().get_string_from_utf8()


## Goes into a message within this one; give the result to [method leave].
func enter() -> int:
	var outer := _end
	span()
	position = span_start
	_end = span_end
	return outer


## Comes back from [method enter].
func leave(outer: int) -> void:
	position = _end
	_end = outer


## Repeated floats behind the first [param count] of [param into], packed or one alone; returns
## the new count. The array only ever grows here, so that a frame like the last one costs nothing.
func floats(into: PackedFloat32Array, count: int) -> int:
	var more := 1
	if tag & 7 == LEN:
		span()
		more = (span_end - span_start) >> 2
		if (span_end - span_start) & 3:
			fail("expected whole floats")
			return count
		position = span_start
	if count + more > _VALUES_MOST:
		fail("expected at most %d floats, got more" % _VALUES_MOST)
		return count
	if count + more > into.size():
		into.resize(count + more)
	for index in range(count, count + more):
		into[index] = float32()
	return count + more


## Repeated enum numbers, packed or one alone, appended to [param into].
func enums(into: PackedInt32Array) -> void:
	if tag & 7 != LEN:
		into.append(int32())
		return
	var outer := enter()
	while position < _end and error.is_empty():
		into.append(int32())
		if into.size() > _VALUES_MOST:
			fail("expected at most %d numbers, got more" % _VALUES_MOST)
	leave(outer)


## Passes over the field.
func skip() -> void:
	match tag & 7:
		VARINT:
			varint()
		I64:
			_jump(8)
		LEN:
			span()
		I32:
			_jump(4)
		START_GROUP:
			_skip_group()
		_:
			fail("expected a wire type, got %d" % (tag & 7))


func _jump(count: int) -> void:
	if _end - position < count:
		fail("expected %d bytes, got %d" % [count, _end - position])
	else:
		position += count


func _skip_group() -> void:
	# Not recursive: how deep it goes is the sender's choice.
	var open_groups := PackedInt32Array([tag >> 3])
	while not open_groups.is_empty() and next():
		match tag & 7:
			START_GROUP:
				open_groups.append(tag >> 3)
				if open_groups.size() > _DEEPEST_GROUP:
					fail("expected groups at most %d deep" % _DEEPEST_GROUP)
			END_GROUP:
				if open_groups[-1] != tag >> 3:
					fail("expected the end of group %d" % open_groups[-1])
				open_groups.remove_at(open_groups.size() - 1)
			_:
				skip()
	if not open_groups.is_empty():
		fail("expected the end of a group")


## Whether these bytes are UTF-8 (RFC 3629). The engine's decoder reports bad ones loudly.
func _is_utf8(start: int, end: int) -> bool:
	var index := start
	while index < end:
		var lead := data[index]
		index += 1
		if lead < 0x80:
			continue
		var more := 1 if lead < 0xE0 else 2 if lead < 0xF0 else 3
		if lead < 0xC2 or lead > 0xF4 or index + more > end:
			return false
		var second := data[index]
		# Overlong forms, surrogates and what lies beyond U+10FFFF.
		if (
			(lead == 0xE0 and second < 0xA0)
			or (lead == 0xED and second > 0x9F)
			or (lead == 0xF0 and second < 0x90)
			or (lead == 0xF4 and second > 0x8F)
		):
			return false
		for offset in more:
			if data[index + offset] & 0xC0 != 0x80:
				return false
		index += more
	return true
