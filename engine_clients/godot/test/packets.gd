extends RefCounted
## Packets that tests are built of.

const Writer := preload("../addons/avatar_bridge/wire/proto_writer.gd")


## A face message without its topic. [param weights] is index to weight.
static func face(fields := {}, weights := {}) -> PackedByteArray:
	var out := Writer.new()
	out.integer(1, fields.get("version", 1))
	out.text(2, fields.get("stream_id", "run"))
	out.integer(3, fields.get("seq", 0))
	out.integer(4, fields.get("captured_ns", 1_000_000_000))
	out.integer(5, fields.get("published_ns", 1_000_000_000))
	out.integer(6, fields.get("frame_index", fields.get("seq", 0)))
	out.integer(7, fields.get("face_id", 1))
	out.integer(8, 1 if fields.get("tracked", true) else 0)
	out.float32(9, 0.9)
	var shapes := PackedFloat32Array()
	shapes.resize(52)
	for index: int in weights:
		shapes[index] = weights[index]
	out.message(10, shapes.to_byte_array())
	var rotation: Quaternion = fields.get("head", Quaternion.IDENTITY)
	var head := Writer.new()
	for index in 4:
		head.float32(4 + index, [rotation.x, rotation.y, rotation.z, rotation.w][index])
	out.message(15, head.bytes)
	var gaze: Array = fields.get("gaze", [0.0, 0.0, 0.0, 0.0])
	var eyes := Writer.new()
	for index in 4:
		eyes.float32(1 + index, gaze[index])
	out.message(16, eyes.bytes)
	return out.bytes


## A message as it is published.
static func published(topic: String, payload: PackedByteArray) -> PackedByteArray:
	var bytes := topic.to_ascii_buffer()
	bytes.append(0)
	bytes.append_array(payload)
	return bytes


## A ZMTP frame around a body.
static func frame(body: PackedByteArray, flags := 0) -> PackedByteArray:
	var bytes := PackedByteArray()
	if body.size() < 256:
		bytes.append_array([flags, body.size()])
	else:
		bytes.append(flags | 2)
		for shift in range(56, -8, -8):
			bytes.append(body.size() >> shift & 0xFF)
	bytes.append_array(body)
	return bytes


## A ZMTP command.
static func command(name: String, arguments: PackedByteArray) -> PackedByteArray:
	var body := PackedByteArray([name.length()])
	body.append_array(name.to_ascii_buffer())
	body.append_array(arguments)
	return frame(body, 4)


## What a publisher, or a peer of another type, says before its first message.
static func handshake(socket_type := "PUB", minor := 1) -> PackedByteArray:
	var bytes := PackedByteArray()
	bytes.resize(64)
	bytes[0] = 0xFF
	bytes[9] = 0x7F
	bytes[10] = 3
	bytes[11] = minor
	for index in 4:
		bytes[12 + index] = "NULL".unicode_at(index)
	var property := PackedByteArray([11])
	property.append_array("Socket-Type".to_ascii_buffer())
	property.append_array([0, 0, 0, socket_type.length()])
	property.append_array(socket_type.to_ascii_buffer())
	bytes.append_array(command("READY", property))
	return bytes
