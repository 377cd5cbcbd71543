extends RefCounted
## Finds what a mesh's blend shape means from how it is spelled.
##
## Upper and lower case, [code]_L[/code] for [code]Left[/code], prefixes such as
## [code]blendShape1.[/code] or [code]ARKit_[/code], the names of Unified Expressions, of VRM 0
## and 1, of VRoid and of lip-sync rigs are all understood.

## How sure a spelling is; on one mesh, only the surest for a shape is driven.
enum Rank {
	## The very name.
	EXACT,
	## The name in another case, with another mark for the side, or behind a prefix.
	SPELLING,
	## The name that another standard has for the shape.
	RENAMED,
	## A part of the shape, such as its left half.
	PART,
	## No spelling of anything known.
	UNKNOWN,
}

const Arkit := preload("arkit.gd")
const Expressions := preload("expressions.gd")

const _SIDES := {
	"_l": "left",
	".l": "left",
	"-l": "left",
	" l": "left",
	".left": "left",
	"-left": "left",
	"_r": "right",
	".r": "right",
	"-r": "right",
	" r": "right",
	".right": "right",
	"-right": "right",
}

# Unified Expressions (VRCFaceTracking) where it differs; `*` is Left and Right.
const _RENAMED := {
	"eyeclosed*": "eyeBlink*",
	"mouthclosed": "mouthClose",
	"lipsuckupper": "mouthRollUpper",
	"lipsucklower": "mouthRollLower",
	"lipfunnel": "mouthFunnel",
	"lippucker": "mouthPucker",
	"mouthraiserupper": "mouthShrugUpper",
	"mouthraiserlower": "mouthShrugLower",
	"mouthcornerpull*": "mouthSmile*",
	"browlowerer*": "browDown*",
	"mouthsad*": "mouthFrown*",
}

const _PARTS := {
	"browinnerup*": "browInnerUp",
	"cheekpuff*": "cheekPuff",
	"lipsuckupper*": "mouthRollUpper",
	"lipsucklower*": "mouthRollLower",
	"lipfunnelupper*": "mouthFunnel",
	"lipfunnellower*": "mouthFunnel",
	"lippuckerupper*": "mouthPucker",
	"lippuckerlower*": "mouthPucker",
	"mouthupper*": "mouth*",
	"mouthlower*": "mouth*",
	"jawdown": "jawOpen",
}

# Spellings of the expressions. Those of one letter count only where they are the whole name.
const _EXPRESSIONS := {
	"aa": "aa",
	"a": "aa",
	"fclmtha": "aa",
	"vaa": "aa",
	"ih": "ih",
	"i": "ih",
	"fclmthi": "ih",
	"vih": "ih",
	"ou": "ou",
	"u": "ou",
	"fclmthu": "ou",
	"vou": "ou",
	"ee": "ee",
	"e": "ee",
	"fclmthe": "ee",
	"ve": "ee",
	"vee": "ee",
	"oh": "oh",
	"o": "oh",
	"fclmtho": "oh",
	"voh": "oh",
	"blink": "blink",
	"fcleyeclose": "blink",
	"eyesclosed": "blink",
	"eyeclosed": "blink",
	"eyesclose": "blink",
	"eyeclose": "blink",
	"eyeblink": "blink",
	"blink*": "blink*",
	"fcleyeclose*": "blink*",
	"eyeclose*": "blink*",
	"wink*": "blink*",
	"lookup": "lookUp",
	"lookdown": "lookDown",
	"lookleft": "lookLeft",
	"lookright": "lookRight",
	"happy": "happy",
	"joy": "happy",
	"fclbrwfun": "happy",
	"fclmthfun": "happy",
	"angry": "angry",
	"fclbrwangry": "angry",
	"fclmthangry": "angry",
	"sad": "sad",
	"sorrow": "sad",
	"fclbrwsorrow": "sad",
	"fclmthsorrow": "sad",
	"surprised": "surprised",
	"fclbrwsurprised": "surprised",
	"fcleyespread": "surprised",
	"mouthopen": "mouthOpen",
	"openmouth": "mouthOpen",
	"jaw": "mouthOpen",
	"jawdrop": "mouthOpen",
}

# Whole faces of VRoid: only where their parts are missing, which they would be added to.
const _WHOLE_FACES := {
	"fclallfun": "happy",
	"fclallangry": "angry",
	"fclallsorrow": "sad",
	"fclallsurprised": "surprised",
}

# Names this short or common are met by chance at the end of others, such as "Hair_A".
const _NEVER_BEHIND_PREFIX := ["jaw", "happy", "joy", "angry", "sad", "sorrow", "surprised"]

static var _arkit := {}  # key → [index, rank]
static var _expressions := {}


## Index among the 52 and then the expressions, and rank: [code][index, Rank][/code].
## Unknown names give [code][-1, Rank.UNKNOWN][/code].
static func find(spelling: String) -> Array:
	if _arkit.is_empty():
		_build()
	if spelling in Arkit.NAMES:
		return [Arkit.NAMES.find(StringName(spelling)), Rank.EXACT]
	var side := _side_of(spelling)
	var bare := spelling.left(spelling.length() - _side_length(spelling))
	for separator: String in [".", ":", "|", "/"]:
		bare = bare.substr(bare.rfind(separator) + 1)
	var words := bare.replace("-", "_").replace(" ", "_").split("_", false)
	for first in words.size():
		var key := "".join(words.slice(first)).to_lower() + side
		if _arkit.has(key):
			return _arkit[key]
		var is_whole := first == 0
		if _expressions.has(key) and (is_whole or _may_follow_prefix(key)):
			return _expressions[key]
	return [-1, Rank.UNKNOWN]


## Name of an index that [method find] gave.
static func name_of(index: int) -> StringName:
	var count := Arkit.NAMES.size()
	return Arkit.NAMES[index] if index < count else Expressions.NAMES[index - count]


static func _may_follow_prefix(key: String) -> bool:
	return key.length() > 2 and key not in _NEVER_BEHIND_PREFIX


static func _side_of(spelling: String) -> String:
	var lower := spelling.to_lower()
	for mark: String in _SIDES:
		if lower.ends_with(mark):
			return _SIDES[mark]
	# A capital behind a small letter: mouthSmileL.
	if spelling.length() > 2 and spelling[-2] != spelling[-2].to_upper():
		if spelling.ends_with("L"):
			return "left"
		if spelling.ends_with("R"):
			return "right"
	return ""


static func _side_length(spelling: String) -> int:
	if _side_of(spelling).is_empty():
		return 0
	var lower := spelling.to_lower()
	for mark: String in _SIDES:
		if lower.ends_with(mark):
			return mark.length()
	return 1


static func _build() -> void:
	for index in Arkit.NAMES.size():
		_arkit[String(Arkit.NAMES[index]).to_lower()] = [index, Rank.SPELLING]
	_add(_arkit, _RENAMED, Arkit.NAMES, 0, Rank.RENAMED)
	_add(_arkit, _PARTS, Arkit.NAMES, 0, Rank.PART)
	var count := Arkit.NAMES.size()
	_add(_expressions, _EXPRESSIONS, Expressions.NAMES, count, Rank.SPELLING)
	_add(_expressions, _WHOLE_FACES, Expressions.NAMES, count, Rank.PART)


static func _add(
	table: Dictionary, spellings: Dictionary, names: Array[StringName], offset: int, rank: Rank
) -> void:
	for key: String in spellings:
		for side: String in ["Left", "Right"] if "*" in key else [""]:
			var name := String(spellings[key]).replace("*", side)
			var spelling := key.replace("*", side.to_lower())
			if not table.has(spelling):
				table[spelling] = [offset + names.find(StringName(name)), rank]
