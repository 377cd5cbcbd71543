@tool
extends RichTextLabel
## The report on an avatar's shapes, with colours.

const Arkit := preload("../avatar/arkit.gd")
const AvatarMap := preload("../avatar/avatar_map.gd")

const _GOOD := "59c36a"
const _OTHER := "5aa2e0"
const _WARN := "e0a33e"
const _BAD := "e06c6c"


func _init() -> void:
	bbcode_enabled = true
	selection_enabled = true
	size_flags_horizontal = SIZE_EXPAND_FILL
	size_flags_vertical = SIZE_EXPAND_FILL


## Looks at the meshes at and below a node; null for no scene.
func show_avatar(root: Node) -> void:
	clear()
	if root == null:
		append_text("Open a scene with an avatar first.")
		return
	var map := AvatarMap.of(root)
	if map.meshes.is_empty():
		append_text(
			(
				"[color=#%s]No mesh below %s has a blend shape of a known name.[/color]\n"
				% [_BAD, root.name]
			)
		)
	_heading(_GOOD, "Matched", map, AvatarMap.Kind.MATCHED)
	append_text("%s\n" % _names(map.names_of(AvatarMap.Kind.MATCHED)))
	_heading(_OTHER, "Under another name", map, AvatarMap.Kind.ALIASED)
	_pairs(map, AvatarMap.Kind.ALIASED)
	_heading(_WARN, "By a stand-in", map, AvatarMap.Kind.FALLBACK)
	_pairs(map, AvatarMap.Kind.FALLBACK)
	_heading(_BAD, "Missing", map, AvatarMap.Kind.MISSING)
	append_text("%s\n" % _names(map.names_of(AvatarMap.Kind.MISSING)))
	if not map.unknown.is_empty():
		append_text("[b]Not driven, of unknown meaning: %d[/b]\n" % map.unknown.size())
		append_text("%s\n" % _names(map.unknown))


func _heading(color: String, title: String, map: AvatarMap, kind: AvatarMap.Kind) -> void:
	append_text("[b][color=#%s]%s: %d[/color][/b]\n" % [color, title, map.count(kind)])


func _pairs(map: AvatarMap, kind: AvatarMap.Kind) -> void:
	for index in map.kinds.size():
		if map.kinds[index] == kind:
			append_text("%s ← %s\n" % [Arkit.NAMES[index], _names(map.shown_by[index])])


static func _names(names: PackedStringArray) -> String:
	# A shape's name may hold anything, also what looks like markup.
	return ", ".join(names).replace("[", "[lb]")
