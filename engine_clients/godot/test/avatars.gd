extends RefCounted
## Avatars that tests are driven on: one triangle with blend shapes of given names.


## A mesh node with these shapes.
static func mesh(names: Array) -> MeshInstance3D:
	var made := ArrayMesh.new()
	made.blend_shape_mode = Mesh.BLEND_SHAPE_MODE_NORMALIZED
	var points := PackedVector3Array([Vector3.ZERO, Vector3.RIGHT, Vector3.UP])
	var normals := PackedVector3Array([Vector3.BACK, Vector3.BACK, Vector3.BACK])
	var arrays := []
	arrays.resize(Mesh.ARRAY_MAX)
	arrays[Mesh.ARRAY_VERTEX] = points
	arrays[Mesh.ARRAY_NORMAL] = normals
	var shapes: Array[Array] = []
	for name: String in names:
		made.add_blend_shape(name)
		shapes.append([points, normals, null])
	made.add_surface_from_arrays(Mesh.PRIMITIVE_TRIANGLES, arrays, shapes)
	var node := MeshInstance3D.new()
	node.mesh = made
	return node


## A node with a mesh for each list of shapes.
static func avatar(meshes: Array) -> Node3D:
	var root := Node3D.new()
	for names: Array in meshes:
		root.add_child(mesh(names))
	return root
