extends Node3D
## The demo: a head that does what the person in front of the server's camera does.

const Client := preload("../addons/avatar_bridge/client.gd")
const Face := preload("../addons/avatar_bridge/face_3d.gd")
const Bars := preload("../addons/avatar_bridge/ui/bars.gd")
const Head := preload("demo_head.gd")

const _HINT := "M mirror   ·   R look straight ahead now   ·   B bars"

@onready var _client := $Client as Client
@onready var _face := $Head/Face as Face
@onready var _head := $Head as Head
@onready var _bars := %Bars as Bars
@onready var _bars_panel := %BarsPanel as Control
@onready var _stream := %Stream as Label
@onready var _hint := %Hint as Label


func _ready() -> void:
	_face.head_node = _head.head
	_face.left_eye_node = _head.left_eye
	_face.right_eye_node = _head.right_eye
	_hint.text = _HINT


func _process(_delta: float) -> void:
	var source := _client.source
	if source == null or not source.is_connected_to_server():
		_stream.text = "Waiting for a server: run  avatar-bridge demo"
		_bars.show_face(null)
		return
	if source.meta != null:
		_stream.text = "%s  ·  profile %s" % [source.meta.source, source.meta.profile]
	_bars.show_face(source.newest_face(), source.meta)


func _unhandled_key_input(event: InputEvent) -> void:
	if not event.is_pressed() or event.is_echo():
		return
	match (event as InputEventKey).keycode:
		KEY_M:
			_face.mirror = not _face.mirror
		KEY_R:
			_face.recenter_head()
		KEY_B:
			_bars_panel.visible = not _bars_panel.visible
