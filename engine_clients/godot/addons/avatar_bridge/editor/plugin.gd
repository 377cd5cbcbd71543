@tool
extends EditorPlugin
## Adds live bars and the avatar check to the inspector of the Avatar Bridge nodes.

const Check := preload("avatar_check.gd")
const Inspector := preload("inspector.gd")

const _TOOL := "Avatar Bridge: Check My Avatar…"

var _inspector := Inspector.new()


func _enter_tree() -> void:
	add_inspector_plugin(_inspector)
	add_tool_menu_item(_TOOL, _check_selection)


func _exit_tree() -> void:
	remove_tool_menu_item(_TOOL)
	remove_inspector_plugin(_inspector)


## Checks the selected node, or the whole scene where none is selected.
func _check_selection() -> void:
	var selected := EditorInterface.get_selection().get_selected_nodes()
	var root := EditorInterface.get_edited_scene_root()
	var dialog := AcceptDialog.new()
	dialog.title = "Check my avatar"
	var check := Check.new()
	check.custom_minimum_size = Vector2(640.0, 480.0)
	dialog.add_child(check)
	check.show_avatar(selected[0] if not selected.is_empty() else root)
	dialog.visibility_changed.connect(
		func() -> void:
			if not dialog.visible:
				dialog.queue_free()
	)
	EditorInterface.popup_dialog_centered(dialog)
