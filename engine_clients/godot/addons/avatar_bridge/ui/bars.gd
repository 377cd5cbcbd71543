@tool
class_name AvatarBridgeBars
extends Control
## The 52 weights as live bars, in two columns.

const Arkit := preload("../avatar/arkit.gd")
const FaceFrame := preload("../wire/face_frame.gd")
const Meta := preload("../wire/stream_meta.gd")

const _ROWS := 26
const _ROW_PX := 15.0
const _NAME_SHARE := 0.74
const _FONT_PX := 11
const _TRACK := Color(0.5, 0.5, 0.5, 0.18)
const _BAR := Color("fc7f7f")
const _BAR_DERIVED := Color("e0a33e")
const _FAINT := 0.4

var _weights := PackedFloat32Array()
var _capabilities := PackedInt32Array()


func _init() -> void:
	custom_minimum_size = Vector2(260.0, _ROWS * _ROW_PX)
	tooltip_text = "Red: read off the face. Amber: inferred. Faint: never moves in this stream."


## Shows a frame; null for none. With [param meta] the colours say how each weight came about.
func show_face(frame: FaceFrame, meta: Meta = null) -> void:
	if frame == null:
		_weights.fill(0.0)
	else:
		_weights = frame.blendshapes.duplicate()
	if meta != null:
		_capabilities = meta.capabilities
	queue_redraw()


func _draw() -> void:
	var font := get_theme_default_font()
	var color := get_theme_color(&"font_color", &"Label")
	var column_px := size.x / 2.0
	for index in Arkit.NAMES.size():
		var at := Vector2(int(index / _ROWS) * column_px, index % _ROWS * _ROW_PX)
		var capability := Meta.Capability.MEASURED as int
		if index < _capabilities.size():
			capability = _capabilities[index]
		var shown := color
		if capability == Meta.Capability.UNSUPPORTED:
			shown.a = _FAINT
		var name_px := column_px * _NAME_SHARE
		draw_string(
			font,
			at + Vector2(2.0, _ROW_PX - 4.0),
			Arkit.NAMES[index],
			HORIZONTAL_ALIGNMENT_LEFT,
			name_px - 4.0,
			_FONT_PX,
			shown
		)
		var track := Rect2(
			at + Vector2(name_px, 3.0), Vector2(column_px - name_px - 6.0, _ROW_PX - 6.0)
		)
		draw_rect(track, _TRACK)
		if index < _weights.size():
			track.size.x *= clampf(_weights[index], 0.0, 1.0)
			draw_rect(track, _BAR_DERIVED if capability == Meta.Capability.DERIVED else _BAR)
