class_name AvatarBridgeAvatarMap
extends RefCounted
## Which blend shapes of an avatar are driven by what, and a report of it.
##
## What the report says is what [AvatarBridgeFace3D] does, since it drives by this same map.
## [codeblock]
## print(AvatarBridgeAvatarMap.of($Avatar).text())
## [/codeblock]

## How the avatar shows one of the 52.
enum Kind {
	## By a shape of this very name.
	MATCHED,
	## By a shape of another spelling.
	ALIASED,
	## By an expression that stands in for it.
	FALLBACK,
	## Not at all.
	MISSING,
}

const Arkit := preload("arkit.gd")
const Expressions := preload("expressions.gd")
const ShapeNames := preload("shape_names.gd")

## Meshes that are driven.
var meshes: Array[MeshInstance3D] = []
## For each of [member meshes]: what it showed when the map was made.
var resources: Array[Mesh] = []
## For each driven blend shape: index in [member meshes].
var mesh_indices := PackedInt32Array()
## For each driven blend shape: index in its mesh.
var shape_indices := PackedInt32Array()
## For each driven blend shape: which weight drives it, of the 52 and then the expressions.
var inputs := PackedInt32Array()
## Of every one of the 52, a [enum Kind].
var kinds := PackedInt32Array()
## Of every one of the 52, the shapes or expressions that show it.
var shown_by: Array[PackedStringArray] = []
## Blend shapes that no name is known for.
var unknown := PackedStringArray()

var _found := {}  # input → names of its shapes


## The map of all meshes at or below [param root].
static func of(root: Node) -> AvatarBridgeAvatarMap:
	var map := new()
	var found: Array[MeshInstance3D] = []
	if root is MeshInstance3D:
		found.append(root as MeshInstance3D)
	if root != null:
		for node in root.find_children("*", "MeshInstance3D", true, false):
			found.append(node as MeshInstance3D)
	for mesh in found:
		map._add_mesh(mesh)
	map._drop_what_others_do_better()
	map._describe()
	return map


## How many of the 52 are shown in this manner.
func count(kind: Kind) -> int:
	return kinds.count(kind)


## The report, a line for each fact.
func text() -> String:
	var lines := PackedStringArray()
	lines.append(
		(
			"Of 52: %d matched, %d under another name, %d by a stand-in, %d missing. Meshes: %d."
			% [
				count(Kind.MATCHED),
				count(Kind.ALIASED),
				count(Kind.FALLBACK),
				count(Kind.MISSING),
				meshes.size()
			]
		)
	)
	for kind: Kind in [Kind.ALIASED, Kind.FALLBACK]:
		for index in kinds.size():
			if kinds[index] == kind:
				var arrow := "=" if kind == Kind.ALIASED else "→"
				lines.append("%s %s %s" % [Arkit.NAMES[index], arrow, ", ".join(shown_by[index])])
	var missing := names_of(Kind.MISSING)
	if not missing.is_empty():
		lines.append("Missing: %s" % ", ".join(missing))
	if not unknown.is_empty():
		lines.append("Not driven, of unknown meaning: %s" % ", ".join(unknown))
	return "\n".join(lines)


## Those of the 52 that are shown in this manner.
func names_of(kind: Kind) -> PackedStringArray:
	var names := PackedStringArray()
	for index in kinds.size():
		if kinds[index] == kind:
			names.append(Arkit.NAMES[index])
	return names


func _add_mesh(node: MeshInstance3D) -> void:
	if node.mesh == null or node.get_blend_shape_count() == 0:
		return
	var best := {}  # input → [rank, shapes]
	for shape in node.get_blend_shape_count():
		var spelling := _shape_name(node, shape)
		var found := ShapeNames.find(spelling)
		if found[0] < 0:
			if spelling not in unknown:
				unknown.append(spelling)
		elif not best.has(found[0]) or found[1] < best[found[0]][0]:
			best[found[0]] = [found[1], [shape]]
		elif found[1] == best[found[0]][0]:
			best[found[0]][1].append(shape)
	if best.is_empty():
		return
	meshes.append(node)
	resources.append(node.mesh)
	for input: int in best:
		for shape: int in best[input][1]:
			mesh_indices.append(meshes.size() - 1)
			shape_indices.append(shape)
			inputs.append(input)
			var names: PackedStringArray = _found.get(input, PackedStringArray())
			if _shape_name(node, shape) not in names:
				names.append(_shape_name(node, shape))
			_found[input] = names


## Stand-ins move only what the avatar has no shape of its own for: both at once would be too much.
func _drop_what_others_do_better() -> void:
	for index in range(inputs.size() - 1, -1, -1):
		var expression := inputs[index] - Arkit.NAMES.size()
		if expression >= 0 and not _is_needed(expression):
			_found.erase(inputs[index])
			mesh_indices.remove_at(index)
			shape_indices.remove_at(index)
			inputs.remove_at(index)


func _is_needed(expression: int) -> bool:
	var is_needed := not _has(Arkit.JAW_OPEN) and not _has_mouth()
	match expression:
		Expressions.AA:
			is_needed = not _has(Arkit.JAW_OPEN)
		Expressions.MOUTH_OPEN:
			is_needed = not _has(Arkit.JAW_OPEN) and not _has_expression(Expressions.AA)
		Expressions.BLINK:
			is_needed = not (
				_has(Arkit.EYE_BLINK_LEFT)
				or _has(Arkit.EYE_BLINK_RIGHT)
				or _has_expression(Expressions.BLINK_LEFT)
				or _has_expression(Expressions.BLINK_RIGHT)
			)
		Expressions.BLINK_LEFT:
			is_needed = not _has(Arkit.EYE_BLINK_LEFT)
		Expressions.BLINK_RIGHT:
			is_needed = not _has(Arkit.EYE_BLINK_RIGHT)
		Expressions.LOOK_UP, Expressions.LOOK_DOWN, Expressions.LOOK_LEFT, Expressions.LOOK_RIGHT:
			is_needed = not (
				_has_any(Arkit.EYE_LOOK_DOWN_LEFT, Arkit.EYE_LOOK_UP_LEFT)
				or _has_any(Arkit.EYE_LOOK_DOWN_RIGHT, Arkit.EYE_LOOK_UP_RIGHT)
			)
		Expressions.HAPPY, Expressions.ANGRY, Expressions.SAD, Expressions.SURPRISED:
			var has_brows := _has_any(Arkit.BROW_DOWN_LEFT, Arkit.BROW_OUTER_UP_RIGHT)
			is_needed = not _has_mouth() and not has_brows
	return is_needed


func _describe() -> void:
	for index in Arkit.NAMES.size():
		var kind := Kind.MISSING
		var by := PackedStringArray()
		if _has(index):
			by = _found[index]
			kind = Kind.MATCHED if String(Arkit.NAMES[index]) in by else Kind.ALIASED
		else:
			for expression in Expressions.NAMES.size():
				if (
					_has_expression(expression)
					and String(Arkit.NAMES[index]) in Expressions.MADE_OF[expression]
				):
					kind = Kind.FALLBACK
					by.append_array(_found[Arkit.NAMES.size() + expression])
		kinds.append(kind)
		shown_by.append(by)


func _has(input: int) -> bool:
	return _found.has(input)


func _has_expression(expression: int) -> bool:
	return _found.has(Arkit.NAMES.size() + expression)


func _has_any(first: int, last: int) -> bool:
	for input in range(first, last + 1):
		if _has(input):
			return true
	return false


func _has_mouth() -> bool:
	return _has_any(Arkit.MOUTH_CLOSE, Arkit.BROW_DOWN_LEFT - 1)


static func _shape_name(node: MeshInstance3D, shape: int) -> String:
	if node.mesh is ArrayMesh:
		return (node.mesh as ArrayMesh).get_blend_shape_name(shape)
	# A mesh of another class tells its names only as properties of the node.
	for property in node.get_property_list():
		var path: String = property["name"]
		var name := path.trim_prefix("blend_shapes/")
		if name != path and node.find_blend_shape_by_name(name) == shape:
			return name
	return ""
