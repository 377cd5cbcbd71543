class_name AvatarBridgeStreamStatus
extends RefCounted
## How a stream is doing, once a second.

const Reader := preload("proto_reader.gd")

## The schema that this client reads.
const SCHEMA_VERSION := 1

const _VERSION := 1 << 3 | Reader.VARINT
const _STREAM_ID := 2 << 3 | Reader.LEN
const _PUBLISHED := 3 << 3 | Reader.VARINT
const _FPS := 4 << 3 | Reader.I32
const _STAGES := 5 << 3 | Reader.LEN
const _CAPTURED := 6 << 3 | Reader.VARINT
const _DROPPED := 7 << 3 | Reader.VARINT
const _STATE := 8 << 3 | Reader.LEN
const _FACES := 9 << 3 | Reader.VARINT
const _STAGE_NAME := 1 << 3 | Reader.LEN

## Changes whenever a server starts.
var stream_id := ""
## When it was sent, in nanoseconds of the server's clock.
var published_ns := 0
## Frames published a second; 0 while none come.
var fps := 0.0
## Names of the server's stages, in the order in which they first ran.
var stage_names := PackedStringArray()
## Median, 95th percentile and worst time of each stage, in milliseconds.
var stage_times := PackedVector3Array()
## Frames taken from the source since the start.
var captured := 0
## Frames that a newer one replaced before they were looked at.
var dropped := 0
## One or two words on the source's health.
var source_state := ""
## Faces tracked in the newest frame.
var tracked_faces := 0


## Reads a message into this new value; returns an error or nothing.
func read(reader: Reader) -> String:
	var version := 0
	while reader.next():
		match reader.tag:
			_VERSION:
				version = reader.uint32()
			_STREAM_ID:
				stream_id = reader.text()
			_PUBLISHED:
				published_ns = reader.varint()
			_FPS:
				fps = reader.float32()
			_STAGES:
				_read_stage(reader)
			_CAPTURED:
				captured = reader.varint()
			_DROPPED:
				dropped = reader.varint()
			_STATE:
				source_state = reader.text()
			_FACES:
				tracked_faces = reader.uint32()
			_:
				reader.skip()
	if not reader.error.is_empty():
		return reader.error
	if version != SCHEMA_VERSION:
		return "expected schema version %d, got %d" % [SCHEMA_VERSION, version]
	if not is_finite(fps):
		return "expected a finite rate, got %f" % fps
	return ""


func _read_stage(reader: Reader) -> void:
	var stage := ""
	var times := Vector3.ZERO
	var outer := reader.enter()
	while reader.next():
		var number := reader.tag >> 3
		if reader.tag == _STAGE_NAME:
			stage = reader.text()
		elif reader.tag & 7 == Reader.I32 and number >= 2 and number <= 4:
			times[number - 2] = reader.float32()
		else:
			reader.skip()
	reader.leave(outer)
	if not times.is_finite():
		reader.fail("expected finite times, got others")
	stage_names.append(stage)
	stage_times.append(times)
