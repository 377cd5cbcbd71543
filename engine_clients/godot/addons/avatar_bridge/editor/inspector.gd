@tool
extends EditorInspectorPlugin
## What the inspector shows above the properties of the Avatar Bridge nodes.

const AvatarCheck := preload("avatar_check.gd")
const Client := preload("../client.gd")
const Face := preload("../face_3d.gd")
const LiveView := preload("live_view.gd")


func _can_handle(object: Object) -> bool:
	return object is Client or object is Face


func _parse_begin(object: Object) -> void:
	if object is Client:
		var view := LiveView.new()
		view.client = object as Client
		add_custom_control(view)
		return
	var box := VBoxContainer.new()
	var button := Button.new()
	button.text = "Check My Avatar"
	button.tooltip_text = "Which of the 52 shapes this avatar has, and what stands in for the rest"
	box.add_child(button)
	var check := AvatarCheck.new()
	check.visible = false
	check.fit_content = true
	box.add_child(check)
	var face := object as Face
	button.pressed.connect(
		func() -> void:
			check.visible = true
			check.show_avatar(face.target if face.target != null else face.get_parent())
	)
	add_custom_control(box)
