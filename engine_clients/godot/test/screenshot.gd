extends SceneTree
## Saves pictures of the demo while a server runs:
## [code]godot --path engine_clients/godot -s res://test/screenshot.gd -- --out=FOLDER[/code].
##
## [code]--count=N[/code] pictures, [code]--every=SECONDS[/code] apart; each picture's line tells
## what the frame said. With [code]--pose=jawOpen:1,eyeBlinkLeft:0.5[/code] the head is posed
## instead, and no server is needed.

const Arkit := preload("../addons/avatar_bridge/avatar/arkit.gd")
const AvatarMap := preload("../addons/avatar_bridge/avatar/avatar_map.gd")
const Client := preload("../addons/avatar_bridge/client.gd")


func _initialize() -> void:
	var options := {"out": ".", "count": "8", "every": "0.4"}
	for argument in OS.get_cmdline_user_args():
		var parts := argument.trim_prefix("--").split("=", true, 1)
		options[parts[0]] = parts[1] if parts.size() > 1 else ""
	change_scene_to_file("res://demo/demo.tscn")
	await process_frame
	await process_frame
	var client := current_scene.get_node("Client") as Client
	if options.has("pose"):
		client.disconnect_from_server()
		for pose: String in (options["pose"] as String).split(";"):
			_pose(pose)
			await _save(options["out"].path_join(pose.validate_filename() + ".png"))
	else:
		while client.get_face() == null or not client.get_face().tracked:
			await process_frame
		await create_timer(1.5).timeout
		for index in int(options["count"]):
			await create_timer(float(options["every"])).timeout
			await _save((options["out"] as String).path_join("demo_%02d.png" % index))
			var face := client.get_face()
			print(
				(
					"%02d jawOpen %.2f eyeBlinkLeft %.2f mouthSmileLeft %.2f browInnerUp %.2f"
					% [
						index,
						face.blendshapes[Arkit.JAW_OPEN],
						face.blendshapes[Arkit.EYE_BLINK_LEFT],
						face.blendshapes[Arkit.MOUTH_SMILE_LEFT],
						face.blendshapes[Arkit.BROW_INNER_UP]
					]
				)
			)
	quit()


func _pose(pose: String) -> void:
	var weights := {}
	for part in pose.split(",", false):
		var pair := part.split(":")
		weights[pair[0]] = float(pair[1])
	var map := AvatarMap.of(current_scene)
	for index in map.inputs.size():
		map.meshes[map.mesh_indices[index]].set_blend_shape_value(
			map.shape_indices[index], weights.get(String(Arkit.NAMES[map.inputs[index]]), 0.0)
		)


func _save(path: String) -> void:
	await process_frame
	await RenderingServer.frame_post_draw
	var problem := root.get_texture().get_image().save_png(path)
	if problem != OK:
		print("cannot write ", path)
