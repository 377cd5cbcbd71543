extends RefCounted
## Spellings, stand-ins and the report.

const Arkit := preload("../addons/avatar_bridge/avatar/arkit.gd")
const AvatarMap := preload("../addons/avatar_bridge/avatar/avatar_map.gd")
const Avatars := preload("avatars.gd")
const Checks := preload("checks.gd")
const Expressions := preload("../addons/avatar_bridge/avatar/expressions.gd")
const ShapeNames := preload("../addons/avatar_bridge/avatar/shape_names.gd")

const SPELLINGS := {
	"mouthSmileLeft": "mouthSmileLeft",
	"MouthSmileLeft": "mouthSmileLeft",
	"mouthSmile_L": "mouthSmileLeft",
	"mouthSmile_R": "mouthSmileRight",
	"mouthSmile.L": "mouthSmileLeft",
	"mouthSmileR": "mouthSmileRight",
	"mouthsmileleft": "mouthSmileLeft",
	"MOUTHSMILE_L": "mouthSmileLeft",
	"mouth_smile_left": "mouthSmileLeft",
	"blendShape1.mouthSmileLeft": "mouthSmileLeft",
	"blendShape1.mouthSmile_L": "mouthSmileLeft",
	"blendShape2.MouthSmile_R": "mouthSmileRight",
	"ARKit_mouthSmileLeft": "mouthSmileLeft",
	"head:mouthSmile_L": "mouthSmileLeft",
	"00_browInnerUp": "browInnerUp",
	"jaw_L": "jawLeft",
	"JawRight": "jawRight",
	"mouthLeft": "mouthLeft",
	"Mouth_R": "mouthRight",
	"tongueOut": "tongueOut",
	"TongueOut": "tongueOut",
	"EyeClosedLeft": "eyeBlinkLeft",
	"EyeClosedRight": "eyeBlinkRight",
	"MouthClosed": "mouthClose",
	"LipSuckUpper": "mouthRollUpper",
	"LipSuckLower": "mouthRollLower",
	"LipFunnel": "mouthFunnel",
	"LipPucker": "mouthPucker",
	"MouthRaiserUpper": "mouthShrugUpper",
	"MouthRaiserLower": "mouthShrugLower",
	"UE_LipSuckUpper": "mouthRollUpper",
	"MouthCornerPullLeft": "mouthSmileLeft",
	"BrowInnerUpLeft": "browInnerUp",
	"browInnerUp_R": "browInnerUp",
	"CheekPuffRight": "cheekPuff",
	"LipFunnelUpperLeft": "mouthFunnel",
	"aa": "aa",
	"A": "aa",
	"I": "ih",
	"U": "ou",
	"E": "ee",
	"O": "oh",
	"vrc.v_aa": "aa",
	"vrc.v_oh": "oh",
	"Fcl_MTH_A": "aa",
	"Face.M_F00_000_00_Fcl_MTH_O": "oh",
	"Fcl_EYE_Close": "blink",
	"Fcl_EYE_Close_L": "blinkLeft",
	"Fcl_EYE_Close_R": "blinkRight",
	"Fcl_BRW_Angry": "angry",
	"Fcl_ALL_Sorrow": "sad",
	"Blink": "blink",
	"Blink_L": "blinkLeft",
	"blinkRight": "blinkRight",
	"LookUp": "lookUp",
	"lookLeft": "lookLeft",
	"Joy": "happy",
	"Sorrow": "sad",
	"surprised": "surprised",
	"Mouth_Open": "mouthOpen",
	"EyesClosed": "blink",
	"Hair_A": "",
	"Body_Fat": "",
	"L": "",
	"": "",
	"._": "",
	"neutral": "",
	"unhappy_sad": "",
}


func test_spellings(checks: Checks) -> void:
	for spelling: String in SPELLINGS:
		var found := ShapeNames.find(spelling)
		var name := "" if found[0] < 0 else String(ShapeNames.name_of(found[0]))
		checks.equal(name, SPELLINGS[spelling], spelling)


func test_all_52_in_every_style(checks: Checks) -> void:
	for index in Arkit.NAMES.size():
		var name := String(Arkit.NAMES[index])
		checks.equal(ShapeNames.find(name), [index, ShapeNames.Rank.EXACT], name)
		var short := name.replace("Left", "_L").replace("Right", "_R")
		for style: String in [name.to_pascal_case(), name.to_lower(), "blendShape1." + name, short]:
			checks.equal(ShapeNames.find(style)[0], index, style)
			if style != name:
				checks.equal(ShapeNames.find(style)[1], ShapeNames.Rank.SPELLING, style)


func test_stream_order(checks: Checks) -> void:
	checks.equal(Arkit.NAMES.size(), 52)
	for pair: Array in [
		["eyeBlinkLeft", Arkit.EYE_BLINK_LEFT],
		["eyeWideRight", Arkit.EYE_WIDE_RIGHT],
		["jawOpen", Arkit.JAW_OPEN],
		["mouthSmileRight", Arkit.MOUTH_SMILE_RIGHT],
		["mouthStretchRight", Arkit.MOUTH_STRETCH_RIGHT],
		["browOuterUpRight", Arkit.BROW_OUTER_UP_RIGHT],
		["tongueOut", 51],
	]:
		checks.equal(String(Arkit.NAMES[pair[1]]), pair[0])


func test_mirror_swaps_sides(checks: Checks) -> void:
	var mirrored := Arkit.mirrored()
	for pair: Array in [
		["mouthSmileLeft", "mouthSmileRight"], ["jawLeft", "jawRight"], ["jawOpen", "jawOpen"]
	]:
		var from := Arkit.NAMES.find(StringName(pair[0]))
		checks.equal(String(Arkit.NAMES[mirrored[from]]), pair[1])
	for index in mirrored.size():
		checks.equal(mirrored[mirrored[index]], index)


func test_a_full_avatar(checks: Checks) -> void:
	var map := _map([Arkit.NAMES])
	checks.equal(map.count(AvatarMap.Kind.MATCHED), 52)
	checks.equal(map.count(AvatarMap.Kind.MISSING), 0)
	checks.equal(map.inputs.size(), 52)


func test_expressions_stand_in_only_where_shapes_are_missing(checks: Checks) -> void:
	var full := Arkit.NAMES.duplicate()
	full.append_array([&"aa", &"Blink", &"Joy", &"LookUp", &"mouth_open"])
	checks.equal(_map([full]).inputs.size(), 52, "driven shapes")
	var vrm := _map([["A", "I", "U", "E", "O", "Blink", "Blink_L", "Blink_R", "Joy", "LookLeft"]])
	checks.equal(vrm.count(AvatarMap.Kind.MATCHED), 0)
	checks.is_true("aa" not in vrm.names_of(AvatarMap.Kind.MISSING), "aa")
	checks.equal(vrm.kinds[Arkit.JAW_OPEN], AvatarMap.Kind.FALLBACK as int)
	checks.equal(vrm.shown_by[Arkit.EYE_BLINK_LEFT], PackedStringArray(["Blink_L"]))
	checks.equal(vrm.kinds[51], AvatarMap.Kind.MISSING as int)
	checks.is_true("jawOpen → A" in vrm.text(), vrm.text())
	var half := _map([["eyeBlinkLeft", "eyeBlinkRight", "A", "Blink", "O"]])
	checks.equal(half.inputs.size(), 4, "blink shapes, A and O, but not Blink")


func test_mouth_and_lids_alone(checks: Checks) -> void:
	var map := _map([["MouthOpen", "EyesClosed"]])
	checks.equal(map.inputs.size(), 2)
	checks.equal(map.kinds[Arkit.JAW_OPEN], AvatarMap.Kind.FALLBACK as int)
	checks.equal(map.shown_by[Arkit.EYE_BLINK_RIGHT], PackedStringArray(["EyesClosed"]))


func test_the_surest_spelling_wins_on_a_mesh(checks: Checks) -> void:
	var map := _map([["MouthCornerPullLeft", "MouthSmileLeft", "Hair"], ["mouthSmile_L"]])
	checks.equal(map.inputs.size(), 2, "one a mesh")
	checks.equal(
		map.shown_by[Arkit.MOUTH_SMILE_LEFT], PackedStringArray(["MouthSmileLeft", "mouthSmile_L"])
	)
	checks.equal(map.kinds[Arkit.MOUTH_SMILE_LEFT], AvatarMap.Kind.ALIASED as int)
	checks.equal(map.unknown, PackedStringArray(["Hair"]))
	var parts := _map([["browInnerUp_L", "browInnerUp_R"]])
	checks.equal(parts.inputs.size(), 2, "both halves")


func test_vroid(checks: Checks) -> void:
	var map := _map(
		[["Fcl_ALL_Angry", "Fcl_BRW_Angry", "Fcl_MTH_A", "Fcl_EYE_Close_L", "Fcl_EYE_Close_R"]]
	)
	checks.equal(map.inputs.size(), 4, "the whole face is not added to its parts")
	checks.is_true("Fcl_ALL_Angry" not in ", ".join(map.shown_by[Arkit.BROW_DOWN_LEFT]), "angry")


func test_no_avatar(checks: Checks) -> void:
	checks.equal(AvatarMap.of(null).count(AvatarMap.Kind.MISSING), 52)
	checks.is_true("52 missing" in _map([]).text(), "report")


func test_compose(checks: Checks) -> void:
	var first := Arkit.NAMES.size()
	var cases := [
		[{"jawOpen": 0.8}, {"aa": 0.8, "oh": 0.0, "mouthOpen": 0.8}],
		[{"jawOpen": 0.5, "mouthClose": 0.5}, {"aa": 0.0}],
		[{"mouthPucker": 1.0}, {"ou": 1.0, "aa": 0.0}],
		[{"mouthFunnel": 1.0, "jawOpen": 1.0}, {"oh": 1.0, "aa": 0.0}],
		[
			{"jawOpen": 1.0, "mouthStretchLeft": 1.0, "mouthStretchRight": 1.0},
			{"ee": 1.0, "ih": 0.0}
		],
		[{"eyeBlinkLeft": 1.0}, {"blinkLeft": 1.0, "blinkRight": 0.0, "blink": 0.5}],
		[{"eyeLookOutLeft": 0.6, "eyeLookInRight": 0.6}, {"lookLeft": 0.6, "lookRight": 0.0}],
		[{"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}, {"happy": 0.5, "sad": 0.0}],
		[{"browDownLeft": 1.0, "browDownRight": 1.0}, {"angry": 1.0}],
	]
	for case: Array in cases:
		var weights := PackedFloat32Array()
		weights.resize(first + Expressions.NAMES.size())
		for name: String in case[0]:
			weights[Arkit.NAMES.find(StringName(name))] = case[0][name]
		Expressions.compose(weights)
		for name: String in case[1]:
			var index := first + Expressions.NAMES.find(StringName(name))
			checks.near(weights[index], case[1][name], 1e-6, "%s of %s" % [name, case[0]])


func test_composed_weights_stay_in_range(checks: Checks) -> void:
	var random := RandomNumberGenerator.new()
	random.seed = 3
	for round_index in 200:
		var weights := PackedFloat32Array()
		for index in 52:
			weights.append(random.randf())
		weights.resize(52 + Expressions.NAMES.size())
		Expressions.compose(weights)
		for weight in weights:
			if weight < 0.0 or weight > 1.0:
				checks.is_true(false, "weight %f" % weight)
	checks.is_true(Expressions.MADE_OF.size() == Expressions.NAMES.size(), "a recipe for each")


static func _map(meshes: Array) -> AvatarMap:
	var root := Avatars.avatar(meshes)
	var map := AvatarMap.of(root)
	root.free()
	return map
