extends RefCounted
## How much of a face is left: whole while it is seen, held for a moment when it is lost, then
## fading to neutral; and back without a jump when it is found.

const _RETURN_SECONDS := 0.15

## 1 for the whole face, 0 for the neutral one.
var strength := 0.0

var _lost_seconds := INF


## Goes on by [param delta] seconds.
func advance(delta: float, is_seen: bool, hold_seconds: float, decay_seconds: float) -> void:
	if is_seen:
		_lost_seconds = 0.0
		strength = minf(strength + delta / _RETURN_SECONDS, 1.0)
		return
	_lost_seconds += delta
	var progress := (_lost_seconds - hold_seconds) / maxf(decay_seconds, 1e-3)
	# What was not yet back whole when it was lost again fades from there.
	strength = minf(strength, 1.0 - smoothstep(0.0, 1.0, progress))


## Neutral at once.
func reset() -> void:
	strength = 0.0
	_lost_seconds = INF
