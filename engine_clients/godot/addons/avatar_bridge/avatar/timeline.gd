extends RefCounted
## The last frames of one face, and what it looked like at any moment between them.
##
## Frames are placed by when their pictures were taken, not by when they came, so a network that
## delivers unevenly does not make the face stutter. No server clock is needed: the frame that came
## with the least delay within the last seconds tells how the clocks stand.

const FaceFrame := preload("../wire/face_frame.gd")
const FacePose := preload("face_pose.gd")

const _CAPACITY := 32
# Long enough to meet a frame without delay, short enough for a file that plays slower than it says.
const _WINDOW_USEC := 2_000_000

## How many frames there are.
var count := 0
## When the newest frame came, on this machine's clock.
var received_usec := 0

var _frames: Array[FaceFrame] = []
var _head := 0  # where the next frame goes
var _offset_ns := 0
var _offset_before_ns := 0
var _window_usec := 0


func _init() -> void:
	for index in _CAPACITY:
		_frames.append(FaceFrame.new())


## The frame to read the next message into; it counts once [method commit] is called.
func slot() -> FaceFrame:
	return _frames[_head]


## Adds what was read into [method slot].
func commit(now_usec: int) -> void:
	var frame := _frames[_head]
	var delay_ns := now_usec * 1000 - frame.captured_ns
	if count > 0 and _starts_anew(frame):
		count = 0
	if count == 0:
		_offset_ns = delay_ns
		_offset_before_ns = delay_ns
		_window_usec = now_usec
	elif now_usec - _window_usec > _WINDOW_USEC:
		_offset_before_ns = _offset_ns
		_offset_ns = delay_ns
		_window_usec = now_usec
	_offset_ns = mini(_offset_ns, delay_ns)
	_head = (_head + 1) % _CAPACITY
	count = mini(count + 1, _CAPACITY - 1)  # the slot is never part of the past
	received_usec = now_usec


## Forgets all frames.
func reset() -> void:
	count = 0


## The newest frame; null before the first.
func newest() -> FaceFrame:
	return _at(count - 1) if count > 0 else null


## Writes the face at [param delay_usec] before [param now_usec] into [param pose]; false if there
## is no frame yet. Nothing is foretold: after the newest frame, the newest frame stands.
func sample(now_usec: int, delay_usec: int, pose: FacePose) -> bool:
	if count == 0:
		return false
	var at_ns := (now_usec - delay_usec) * 1000 - mini(_offset_ns, _offset_before_ns)
	var index := count - 1
	while index > 0 and _at(index).captured_ns > at_ns:
		index -= 1
	var from := _at(index)
	var to := _at(mini(index + 1, count - 1))
	var length_ns := to.captured_ns - from.captured_ns
	var share := 0.0
	# A face that is lost is held, not drawn toward what is sent without it.
	if length_ns > 0 and to.tracked == from.tracked:
		share = clampf(float(at_ns - from.captured_ns) / length_ns, 0.0, 1.0)
	pose.mix(from, to, share)
	return true


func _starts_anew(frame: FaceFrame) -> bool:
	var last := newest()
	return frame.stream_id != last.stream_id or frame.captured_ns < last.captured_ns


## A frame by age, from the oldest at 0.
func _at(index: int) -> FaceFrame:
	return _frames[(_head - count + index + _CAPACITY) % _CAPACITY]
