@tool
extends VBoxContainer
## Receiving indicator and bars of a client in the inspector, from a subscription of its own: a
## publisher serves any number, so the game may run at the same time.

const Bars := preload("../ui/bars.gd")
const Client := preload("../client.gd")
const Indicator := preload("../ui/indicator.gd")
const Source := preload("../net/source.gd")

## Whose addresses are used.
var client: Client

var _button := CheckButton.new()
var _indicator := Indicator.new()
var _bars := Bars.new()
var _source: Source


func _init() -> void:
	_button.text = "Show live"
	_button.tooltip_text = "Receive here in the editor, whether the game runs or not"
	_button.toggled.connect(_on_toggled)
	add_child(_button)
	add_child(_indicator)
	add_child(_bars)
	_bars.hide()
	_indicator.hide()


func _exit_tree() -> void:
	_on_toggled(false)


func _process(_delta: float) -> void:
	if _source == null:
		return
	var now_usec := Time.get_ticks_usec()
	_source.poll(now_usec)
	_indicator.show_source(_source, now_usec)
	_bars.show_face(_source.newest_face() if _source.is_receiving(now_usec) else null, _source.meta)


func _on_toggled(on: bool) -> void:
	if _source != null:
		_source.close()
		_source = null
	_bars.visible = on
	_indicator.visible = on
	if not on or not is_instance_valid(client):
		return
	_source = Source.new(client.max_frame_bytes)
	var problem := _source.open(client.endpoint, client.control_endpoint)
	if not problem.is_empty():
		_source = null
		_button.tooltip_text = problem
		_button.set_pressed_no_signal(false)
