extends RefCounted
## Writes protobuf. As in proto3, numbers of 0 and empty texts are left out.

const _VARINT := 0
const _LEN := 2
const _I32 := 5

## What was written.
var bytes := PackedByteArray()


## An integer of any kind.
func integer(number: int, value: int) -> void:
	if value != 0:
		_varint(number << 3 | _VARINT)
		_varint(value)


## A string.
func text(number: int, value: String) -> void:
	if not value.is_empty():
		message(number, value.to_utf8_buffer())


## A message, also an empty one: its presence says something.
func message(number: int, body: PackedByteArray) -> void:
	_varint(number << 3 | _LEN)
	_varint(body.size())
	bytes.append_array(body)


## A float.
func float32(number: int, value: float) -> void:
	if value != 0.0:
		_varint(number << 3 | _I32)
		var at := bytes.size()
		bytes.resize(at + 4)
		bytes.encode_float(at, value)


func _varint(value: int) -> void:
	var rest := value
	while rest < 0 or rest > 0x7F:
		bytes.append(rest & 0x7F | 0x80)
		rest = rest >> 7 & (1 << 57) - 1  # a shift without sign
	bytes.append(rest)
