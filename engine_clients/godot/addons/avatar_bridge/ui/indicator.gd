@tool
class_name AvatarBridgeIndicator
extends HBoxContainer
## Shows at a glance whether faces arrive: a coloured dot, rate, latency, losses, face found.
##
## Give it a [AvatarBridgeClient], or call [method show_source] yourself.

const Client := preload("../client.gd")
const Source := preload("../net/source.gd")

const _OFF := Color("8a8f98")
const _WAITING := Color("e0a33e")
const _NO_FACE := Color("5aa2e0")
const _GOOD := Color("59c36a")
const _DOT_PX := 12.0
const _PERIOD_USEC := 200_000  # slow enough to be read

## Whose stream is shown.
@export var client: Client

var _dot := Control.new()
var _text := Label.new()
var _shown_usec := -_PERIOD_USEC


func _init() -> void:
	_dot.custom_minimum_size = Vector2.ONE * _DOT_PX * 2.0
	_dot.draw.connect(func() -> void: _dot.draw_circle(_dot.size / 2.0, _DOT_PX / 2.0, Color.WHITE))
	_text.size_flags_horizontal = SIZE_EXPAND_FILL
	_text.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS
	for part: Control in [_dot, _text]:
		add_child(part, false, INTERNAL_MODE_FRONT)


func _process(_delta: float) -> void:
	if client != null:
		show_source(client.source, Time.get_ticks_usec())


## Shows how a source is doing; null for none.
func show_source(source: Source, now_usec: int) -> void:
	if now_usec - _shown_usec < _PERIOD_USEC:
		return
	_shown_usec = now_usec
	_dot.modulate = color_of(source, now_usec)
	_text.text = text_of(source, now_usec)
	_text.tooltip_text = _text.text


## The dot's colour: grey, amber while connecting, blue without a face, green with one.
static func color_of(source: Source, now_usec: int) -> Color:
	if source == null:
		return _OFF
	if not source.is_receiving(now_usec):
		return _WAITING
	return _GOOD if source.is_face_found(now_usec) else _NO_FACE


## The line beside it.
static func text_of(source: Source, now_usec: int) -> String:
	if source == null:
		return "Not connected"
	if not source.is_connected_to_server():
		var reason := source.socket.error
		return "Connecting…" if reason.is_empty() else "Connecting… (%s)" % reason
	if not source.is_receiving(now_usec):
		return "Connected, nothing arrives"
	var parts := PackedStringArray()
	parts.append("%.0f fps" % source.rate)
	if not is_nan(source.latency_ms):
		parts.append("%.0f ms from the camera" % source.latency_ms)
	elif not is_nan(source.transport_ms):
		parts.append("%.1f ms on the way" % source.transport_ms)
	parts.append("face found" if source.is_face_found(now_usec) else "no face")
	if source.lost > 0:
		parts.append("%d lost" % source.lost)
	if source.malformed > 0:
		parts.append("%d refused: %s" % [source.malformed, source.last_error])
	return " · ".join(parts)
