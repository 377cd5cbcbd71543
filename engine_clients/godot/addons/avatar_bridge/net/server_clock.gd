extends RefCounted
## How the server's clock stands to this machine's, and with it how old a message is.
##
## A game reads its sockets once a tick, so the middle of a ping's round trip may be wrong by half
## a tick. But the server answers no earlier than asked and no later than heard, and sends no
## message later than it came: each tells a bound, and the truth lies between the narrowest ones.

## Bounds are kept for one to two of these, since clocks drift.
const _WINDOW_USEC := 10_000_000

## Whether a ping was answered, without which there is no upper bound.
var is_known := false
## The server's clock minus this one, in nanoseconds.
var offset_ns := 0

# Bounds of the window that runs and of the one before it.
var _least := PackedInt64Array([0, 0])
var _most := PackedInt64Array([0, 0])
var _has_least := PackedByteArray([0, 0])
var _has_most := PackedByteArray([0, 0])
var _turned_usec := 0


## Forgets all, as for another server.
func reset() -> void:
	is_known = false
	offset_ns = 0
	_has_least.fill(0)
	_has_most.fill(0)


## A ping asked and answered; times of this machine in microseconds.
func add_ping(asked_usec: int, heard_usec: int, server_ns: int) -> void:
	add_message(heard_usec, server_ns)
	var most := server_ns - asked_usec * 1000
	if not _has_most[0] or most < _most[0]:
		_most[0] = most
		_has_most[0] = 1
	_estimate()


## A message that was sent at [param published_ns] of the server's clock.
func add_message(heard_usec: int, published_ns: int) -> void:
	if heard_usec - _turned_usec > _WINDOW_USEC:
		_turn(heard_usec)
	var least := published_ns - heard_usec * 1000
	if not _has_least[0] or least > _least[0]:
		_least[0] = least
		_has_least[0] = 1
		_estimate()


## Milliseconds from [param server_ns] of the server's clock to [param now_usec] of this one's;
## NAN until the clocks are compared.
func age_ms(now_usec: int, server_ns: int) -> float:
	if not is_known:
		return NAN
	return (now_usec * 1000 + offset_ns - server_ns) * 1e-6


func _turn(now_usec: int) -> void:
	_turned_usec = now_usec
	_least[1] = _least[0]
	_most[1] = _most[0]
	_has_least[1] = _has_least[0]
	_has_most[1] = _has_most[0]
	_has_least[0] = 0
	_has_most[0] = 0


func _estimate() -> void:
	is_known = _has_most[0] or _has_most[1]
	if not is_known:
		return
	var most := _narrowest(_most, _has_most, false)
	var least := _narrowest(_least, _has_least, true)
	offset_ns = least + (most - least) / 2


static func _narrowest(bounds: PackedInt64Array, has: PackedByteArray, greatest: bool) -> int:
	if not has[1]:
		return bounds[0]
	if not has[0]:
		return bounds[1]
	return maxi(bounds[0], bounds[1]) if greatest else mini(bounds[0], bounds[1])
