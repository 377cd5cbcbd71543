extends RefCounted
## Makes a mesh with blend shapes out of a function: a grid is laid over a surface once at rest and
## once for every shape.


## Builds the mesh. [param place] is called with [code](u, v, shape)[/code], u and v in [0, 1] and
## the shape's name or an empty one for rest, and returns a [Vector3]; [param paint] with
## [code](u, v)[/code] and returns a [Color]. Of [param rows] and [param columns] the surface
## has that many cells.
static func build(
	columns: int, rows: int, shapes: Array[StringName], place: Callable, paint: Callable
) -> ArrayMesh:
	var mesh := ArrayMesh.new()
	# As importers do: each shape is the whole surface, not a difference.
	mesh.blend_shape_mode = Mesh.BLEND_SHAPE_MODE_NORMALIZED
	for shape in shapes:
		mesh.add_blend_shape(shape)
	var arrays := _surface(columns, rows, place, &"")
	var colors := PackedColorArray()
	for row in rows + 1:
		for column in columns + 1:
			colors.append(paint.call(float(column) / columns, float(row) / rows))
	arrays[Mesh.ARRAY_COLOR] = colors
	arrays[Mesh.ARRAY_INDEX] = _indices(columns, rows)
	var moved: Array[Array] = []
	for shape in shapes:
		var all := _surface(columns, rows, place, shape)
		moved.append([all[Mesh.ARRAY_VERTEX], all[Mesh.ARRAY_NORMAL], null])
	mesh.add_surface_from_arrays(Mesh.PRIMITIVE_TRIANGLES, arrays, moved)
	mesh.surface_set_material(0, _material())
	return mesh


static func _surface(columns: int, rows: int, place: Callable, shape: StringName) -> Array:
	var points := PackedVector3Array()
	for row in rows + 1:
		for column in columns + 1:
			points.append(place.call(float(column) / columns, float(row) / rows, shape))
	var normals := PackedVector3Array()
	for row in rows + 1:
		for column in columns + 1:
			normals.append(_normal(points, columns, rows, column, row))
	var arrays := []
	arrays.resize(Mesh.ARRAY_MAX)
	arrays[Mesh.ARRAY_VERTEX] = points
	arrays[Mesh.ARRAY_NORMAL] = normals
	return arrays


## From the neighbours; at a pole, where a row is one point, from the row beside it.
static func _normal(
	points: PackedVector3Array, columns: int, rows: int, column: int, row: int
) -> Vector3:
	for inward: int in [0, 1, -1]:
		var at := clampi(row + inward, 0, rows)
		var left := points[at * (columns + 1) + maxi(column - 1, 0)]
		var right := points[at * (columns + 1) + mini(column + 1, columns)]
		var above := points[maxi(at - 1, 0) * (columns + 1) + column]
		var below := points[mini(at + 1, rows) * (columns + 1) + column]
		var normal := (below - above).cross(right - left)
		if normal.length_squared() > 1e-14:
			return normal.normalized()
	return Vector3.BACK


static func _indices(columns: int, rows: int) -> PackedInt32Array:
	var indices := PackedInt32Array()
	for row in rows:
		for column in columns:
			var at := row * (columns + 1) + column
			indices.append_array([at, at + columns + 2, at + columns + 1])
			indices.append_array([at, at + 1, at + columns + 2])
	return indices


static func _material() -> StandardMaterial3D:
	var material := StandardMaterial3D.new()
	material.vertex_color_use_as_albedo = true
	material.vertex_color_is_srgb = true
	material.roughness = 0.6
	material.metallic_specular = 0.35
	material.cull_mode = BaseMaterial3D.CULL_DISABLED
	return material
