class_name AvatarBridgeFaceFrame
extends RefCounted
## One face at one frame, as the server sent it.
##
## Left and right are the subject's. Weights are in the order of
## [member AvatarBridgeStreamMeta.blendshape_names], which is that of Live Link Face.
## The source uses its frames again: what you read is good until its next poll.

const Reader := preload("proto_reader.gd")

## The schema that this client reads.
const SCHEMA_VERSION := 1
## How many blendshapes a frame has.
const BLENDSHAPES := 52

const _VERSION := 1 << 3 | Reader.VARINT
const _STREAM_ID := 2 << 3 | Reader.LEN
const _SEQ := 3 << 3 | Reader.VARINT
const _CAPTURED := 4 << 3 | Reader.VARINT
const _PUBLISHED := 5 << 3 | Reader.VARINT
const _FRAME_INDEX := 6 << 3 | Reader.VARINT
const _FACE_ID := 7 << 3 | Reader.VARINT
const _TRACKED := 8 << 3 | Reader.VARINT
const _CONFIDENCE := 9 << 3 | Reader.I32
const _SHAPES := 10 << 3 | Reader.LEN
const _SHAPE := 10 << 3 | Reader.I32
const _UNITS := 11 << 3 | Reader.LEN
const _UNIT := 11 << 3 | Reader.I32
const _EMOTIONS := 12 << 3 | Reader.LEN
const _EMOTION := 12 << 3 | Reader.I32
const _VALENCE := 13 << 3 | Reader.I32
const _AROUSAL := 14 << 3 | Reader.I32
const _HEAD := 15 << 3 | Reader.LEN
const _GAZE := 16 << 3 | Reader.LEN
const _WIDTH := 17 << 3 | Reader.VARINT
const _HEIGHT := 18 << 3 | Reader.VARINT
const _BOX := 19 << 3 | Reader.LEN

const _UNIT_TOLERANCE := 1e-3

## Changes whenever a server starts.
var stream_id := ""
## Counts face messages from 0; a gap means lost ones.
var seq := 0
## When the picture was taken, in nanoseconds of the server's clock.
var captured_ns := 0
## When the message was sent, in nanoseconds of the server's clock.
var published_ns := 0
## Position of the picture in the source.
var frame_index := 0
## Stable while a face is followed; 0 before any was seen.
var face_id := 0
## False while the face is lost.
var tracked := false
## How surely this is a face, in [0, 1].
var confidence := 0.0
## 52 weights in [0, 1].
var blendshapes := PackedFloat32Array()
## FACS intensities in [0, 1].
var action_units := PackedFloat32Array()
## Probabilities in [0, 1].
var emotions := PackedFloat32Array()
## From unpleasant, -1, to pleasant, 1.
var valence := 0.0
## From calm, -1, to excited, 1.
var arousal := 0.0
## The point between the eyes in metres: +x to the right of the image, +y up, +z to the viewer.
var head_position := Vector3.ZERO
## Turns head axes (+x the subject's left, +y up, +z out of the face) into camera axes.
var head_rotation := Quaternion.IDENTITY
## Yaw and pitch of the left eye relative to the head in radians; to the subject's left and up.
var left_gaze := Vector2.ZERO
## The same for the right eye.
var right_gaze := Vector2.ZERO
## Width of the picture in pixels.
var image_width := 0
## Height of the picture in pixels.
var image_height := 0
## The face in the picture in pixels: upper left x and y, then lower right x and y.
var box := Vector4.ZERO

var _stream_bytes := PackedByteArray()


func _init() -> void:
	blendshapes.resize(BLENDSHAPES)


## Takes over a message; after an error, which it returns, the frame's content means nothing.
func read(reader: Reader) -> String:
	seq = 0
	captured_ns = 0
	published_ns = 0
	frame_index = 0
	face_id = 0
	tracked = false
	confidence = 0.0
	valence = 0.0
	arousal = 0.0
	image_width = 0
	image_height = 0
	head_position = Vector3.ZERO
	head_rotation = Quaternion(0, 0, 0, 0)
	left_gaze = Vector2.ZERO
	right_gaze = Vector2.ZERO
	box = Vector4.ZERO
	var version := 0
	var has_stream := false
	var shape_count := 0
	var unit_count := 0
	var emotion_count := 0
	while reader.next():
		match reader.tag:
			_VERSION:
				version = reader.uint32()
			_STREAM_ID:
				has_stream = true
				_read_stream_id(reader)
			_SEQ:
				seq = reader.varint()
			_CAPTURED:
				captured_ns = reader.varint()
			_PUBLISHED:
				published_ns = reader.varint()
			_FRAME_INDEX:
				frame_index = reader.varint()
			_FACE_ID:
				face_id = reader.uint32()
			_TRACKED:
				tracked = reader.boolean()
			_CONFIDENCE:
				confidence = reader.float32()
			_SHAPES, _SHAPE:
				shape_count = reader.floats(blendshapes, shape_count)
			_UNITS, _UNIT:
				unit_count = reader.floats(action_units, unit_count)
			_EMOTIONS, _EMOTION:
				emotion_count = reader.floats(emotions, emotion_count)
			_VALENCE:
				valence = reader.float32()
			_AROUSAL:
				arousal = reader.float32()
			_HEAD:
				_read_head(reader)
			_GAZE:
				_read_gaze(reader)
			_WIDTH:
				image_width = reader.uint32()
			_HEIGHT:
				image_height = reader.uint32()
			_BOX:
				_read_box(reader)
			_:
				reader.skip()
	if not has_stream:
		stream_id = ""
		_stream_bytes.clear()
	_fit(blendshapes, shape_count)
	_fit(action_units, unit_count)
	_fit(emotions, emotion_count)
	return reader.error if not reader.error.is_empty() else _judge(version)


## Takes over another frame's values.
func copy_from(other: AvatarBridgeFaceFrame) -> void:
	stream_id = other.stream_id
	_stream_bytes = other._stream_bytes.duplicate()
	seq = other.seq
	captured_ns = other.captured_ns
	published_ns = other.published_ns
	frame_index = other.frame_index
	face_id = other.face_id
	tracked = other.tracked
	confidence = other.confidence
	blendshapes = other.blendshapes.duplicate()
	action_units = other.action_units.duplicate()
	emotions = other.emotions.duplicate()
	valence = other.valence
	arousal = other.arousal
	head_position = other.head_position
	head_rotation = other.head_rotation
	left_gaze = other.left_gaze
	right_gaze = other.right_gaze
	image_width = other.image_width
	image_height = other.image_height
	box = other.box


func _read_stream_id(reader: Reader) -> void:
	reader.span()
	if not reader.span_is(_stream_bytes):  # the same in every frame of a run
		stream_id = reader.span_text()
		# Of what is no text nothing is kept, so that it is refused again.
		_stream_bytes = reader.span_bytes() if reader.error.is_empty() else PackedByteArray()


func _read_head(reader: Reader) -> void:
	var outer := reader.enter()
	while reader.next():
		var number := reader.tag >> 3
		if reader.tag & 7 != Reader.I32 or number > 7:
			reader.skip()
		elif number <= 3:
			head_position[number - 1] = reader.float32()
		else:
			_set_turn(number - 4, reader.float32())
	reader.leave(outer)


func _set_turn(index: int, value: float) -> void:
	match index:
		0:
			head_rotation.x = value
		1:
			head_rotation.y = value
		2:
			head_rotation.z = value
		_:
			head_rotation.w = value


func _read_gaze(reader: Reader) -> void:
	var outer := reader.enter()
	while reader.next():
		var number := reader.tag >> 3
		if reader.tag & 7 != Reader.I32 or number > 4:
			reader.skip()
		elif number <= 2:
			left_gaze[number - 1] = reader.float32()
		else:
			right_gaze[number - 3] = reader.float32()
	reader.leave(outer)


func _read_box(reader: Reader) -> void:
	var outer := reader.enter()
	while reader.next():
		var number := reader.tag >> 3
		if reader.tag & 7 != Reader.I32 or number > 4:
			reader.skip()
		else:
			box[number - 1] = reader.float32()
	reader.leave(outer)


## What makes the values unusable; empty if nothing does.
func _judge(version: int) -> String:
	if version != SCHEMA_VERSION:
		return "expected schema version %d, got %d" % [SCHEMA_VERSION, version]
	if blendshapes.size() != BLENDSHAPES:
		return "expected %d blendshapes, got %d" % [BLENDSHAPES, blendshapes.size()]
	if not (_all_in_unit(blendshapes) and _all_in_unit(action_units) and _all_in_unit(emotions)):
		return "expected weights of 0 to 1, got others"
	var is_sane := (
		_in_range(confidence, 0.0)
		and _in_range(valence, -1.0)
		and _in_range(arousal, -1.0)
		and head_position.is_finite()
		and left_gaze.is_finite()
		and right_gaze.is_finite()
		and box.is_finite()
	)
	if not is_sane:
		return "expected finite numbers within their ranges, got others"
	if not absf(head_rotation.length() - 1.0) <= _UNIT_TOLERANCE:
		return "expected a unit quaternion, got length %f" % head_rotation.length()
	return ""


static func _fit(array: PackedFloat32Array, count: int) -> void:
	if array.size() != count:
		array.resize(count)


static func _all_in_unit(array: PackedFloat32Array) -> bool:
	for value in array:
		if not _in_range(value, 0.0):
			return false
	return true


## Written so that NaN is in no range.
static func _in_range(value: float, least: float) -> bool:
	return value >= least and value <= 1.0
