class_name AvatarBridgeStreamMeta
extends RefCounted
## What a stream carries.

## How a stream comes by one blendshape.
enum Capability {
	UNSPECIFIED,
	## The net reads this very movement off the face.
	MEASURED,
	## Inferred from other movements.
	DERIVED,
	## Always 0 in this stream.
	UNSUPPORTED,
}

const Reader := preload("proto_reader.gd")

## The schema that this client reads.
const SCHEMA_VERSION := 1

const _VERSION := 1 << 3 | Reader.VARINT
const _STREAM_ID := 2 << 3 | Reader.LEN
const _SOURCE := 3 << 3 | Reader.LEN
const _PROFILE := 4 << 3 | Reader.LEN
const _CALIBRATION := 5 << 3 | Reader.LEN
const _MODEL := 6 << 3 | Reader.LEN
const _TARGET_FPS := 7 << 3 | Reader.I32
const _SHAPES := 10 << 3 | Reader.LEN
const _CAPABILITIES := 11 << 3 | Reader.LEN
const _CAPABILITY := 11 << 3 | Reader.VARINT
const _UNITS := 12 << 3 | Reader.LEN
const _MEASURED := 13 << 3 | Reader.LEN
const _EMOTIONS := 14 << 3 | Reader.LEN

## Changes whenever a server starts.
var stream_id := ""
## The source's name for people.
var source := ""
## Name of the retarget profile in use.
var profile := ""
## Name of the calibration in use; empty for none.
var calibration := ""
## Name of the face net.
var model := ""
## Frames a second that the source aims at; 0 where unknown.
var target_fps := 0.0
## The 52 ARKit names in the order of the weights.
var blendshape_names := PackedStringArray()
## One [enum Capability] per blendshape.
var capabilities := PackedInt32Array()
## Names and order of [member AvatarBridgeFaceFrame.action_units].
var action_unit_names := PackedStringArray()
## Those that the net reads; the others are always 0.
var measured_action_units := PackedStringArray()
## Names and order of [member AvatarBridgeFaceFrame.emotions].
var emotion_names := PackedStringArray()


## Reads a message into this new value; returns an error or nothing.
func read(reader: Reader) -> String:
	var version := 0
	while reader.next():
		match reader.tag:
			_VERSION:
				version = reader.uint32()
			_STREAM_ID:
				stream_id = reader.text()
			_SOURCE:
				source = reader.text()
			_PROFILE:
				profile = reader.text()
			_CALIBRATION:
				calibration = reader.text()
			_MODEL:
				model = reader.text()
			_TARGET_FPS:
				target_fps = reader.float32()
			_SHAPES:
				blendshape_names.append(reader.text())
			_CAPABILITIES, _CAPABILITY:
				reader.enums(capabilities)
			_UNITS:
				action_unit_names.append(reader.text())
			_MEASURED:
				measured_action_units.append(reader.text())
			_EMOTIONS:
				emotion_names.append(reader.text())
			_:
				reader.skip()
	if not reader.error.is_empty():
		return reader.error
	if version != SCHEMA_VERSION:
		return "expected schema version %d, got %d" % [SCHEMA_VERSION, version]
	if not (is_finite(target_fps) and target_fps >= 0.0):
		return "expected a target_fps of 0 or more, got %f" % target_fps
	return ""
