extends RefCounted
## What stands in for the 52 on avatars that have less: VRM expressions, or a mouth and lids alone.
##
## [method compose] makes their weights of the 52. Names are those of VRM 1; the shapes of VRM 0,
## of VRoid and of lip-sync rigs are other spellings of the same, in [code]shape_names.gd[/code].

const Arkit := preload("arkit.gd")

## Names by index. [code]mouthOpen[/code] is no VRM expression but what simple avatars have.
const NAMES: Array[StringName] = [
	&"aa",
	&"ih",
	&"ou",
	&"ee",
	&"oh",
	&"blink",
	&"blinkLeft",
	&"blinkRight",
	&"lookUp",
	&"lookDown",
	&"lookLeft",
	&"lookRight",
	&"happy",
	&"angry",
	&"sad",
	&"surprised",
	&"mouthOpen",
]

const AA := 0
const IH := 1
const OU := 2
const EE := 3
const OH := 4
const BLINK := 5
const BLINK_LEFT := 6
const BLINK_RIGHT := 7
const LOOK_UP := 8
const LOOK_DOWN := 9
const LOOK_LEFT := 10
const LOOK_RIGHT := 11
const HAPPY := 12
const ANGRY := 13
const SAD := 14
const SURPRISED := 15
const MOUTH_OPEN := 16

## Of which of the 52 each is made, for the report.
const MADE_OF := [
	["jawOpen", "mouthClose"],
	["mouthStretchLeft", "mouthStretchRight"],
	["mouthPucker"],
	["jawOpen", "mouthStretchLeft", "mouthStretchRight"],
	["mouthFunnel", "jawOpen"],
	["eyeBlinkLeft", "eyeBlinkRight"],
	["eyeBlinkLeft"],
	["eyeBlinkRight"],
	["eyeLookUpLeft", "eyeLookUpRight"],
	["eyeLookDownLeft", "eyeLookDownRight"],
	["eyeLookOutLeft", "eyeLookInRight"],
	["eyeLookInLeft", "eyeLookOutRight"],
	["mouthSmileLeft", "mouthSmileRight"],
	["browDownLeft", "browDownRight"],
	["mouthFrownLeft", "mouthFrownRight", "browInnerUp"],
	["browOuterUpLeft", "browOuterUpRight", "eyeWideLeft", "eyeWideRight"],
	["jawOpen", "mouthClose"],
]


## Writes the weights of all expressions behind the 52 in [param weights], which they are made of.
static func compose(weights: PackedFloat32Array) -> void:
	var open := clampf(weights[Arkit.JAW_OPEN] - weights[Arkit.MOUTH_CLOSE], 0.0, 1.0)
	var wide := _mean(weights, Arkit.MOUTH_STRETCH_LEFT, Arkit.MOUTH_STRETCH_RIGHT)
	var pucker := weights[Arkit.MOUTH_PUCKER]
	var funnel := weights[Arkit.MOUTH_FUNNEL]
	var spread := 1.0 - maxf(pucker, funnel)  # round lips leave no room for the other vowels
	var smile := _mean(weights, Arkit.MOUTH_SMILE_LEFT, Arkit.MOUTH_SMILE_RIGHT)
	var frown := _mean(weights, Arkit.MOUTH_FROWN_LEFT, Arkit.MOUTH_FROWN_RIGHT)
	var brow_down := _mean(weights, Arkit.BROW_DOWN_LEFT, Arkit.BROW_DOWN_RIGHT)
	var brow_outer := _mean(weights, Arkit.BROW_OUTER_UP_LEFT, Arkit.BROW_OUTER_UP_RIGHT)
	var eyes_wide := _mean(weights, Arkit.EYE_WIDE_LEFT, Arkit.EYE_WIDE_RIGHT)
	var first := Arkit.NAMES.size()

	weights[first + AA] = open * spread * (1.0 - wide)
	weights[first + IH] = (1.0 - open) * wide * spread
	weights[first + OU] = pucker * (1.0 - 0.5 * open)
	weights[first + EE] = open * wide * spread
	weights[first + OH] = funnel * (0.3 + 0.7 * open) * (1.0 - pucker)
	weights[first + BLINK] = _mean(weights, Arkit.EYE_BLINK_LEFT, Arkit.EYE_BLINK_RIGHT)
	weights[first + BLINK_LEFT] = weights[Arkit.EYE_BLINK_LEFT]
	weights[first + BLINK_RIGHT] = weights[Arkit.EYE_BLINK_RIGHT]
	weights[first + LOOK_UP] = _mean(weights, Arkit.EYE_LOOK_UP_LEFT, Arkit.EYE_LOOK_UP_RIGHT)
	weights[first + LOOK_DOWN] = _mean(weights, Arkit.EYE_LOOK_DOWN_LEFT, Arkit.EYE_LOOK_DOWN_RIGHT)
	weights[first + LOOK_LEFT] = _mean(weights, Arkit.EYE_LOOK_OUT_LEFT, Arkit.EYE_LOOK_IN_RIGHT)
	weights[first + LOOK_RIGHT] = _mean(weights, Arkit.EYE_LOOK_IN_LEFT, Arkit.EYE_LOOK_OUT_RIGHT)
	weights[first + HAPPY] = smile * (1.0 - frown)
	weights[first + ANGRY] = brow_down * (1.0 - smile)
	weights[first + SAD] = (
		maxf(frown, weights[Arkit.BROW_INNER_UP] * (1.0 - brow_outer)) * (1.0 - smile)
	)
	weights[first + SURPRISED] = 0.5 * (brow_outer + eyes_wide)
	weights[first + MOUTH_OPEN] = open


static func _mean(weights: PackedFloat32Array, left: int, right: int) -> float:
	return 0.5 * (weights[left] + weights[right])
