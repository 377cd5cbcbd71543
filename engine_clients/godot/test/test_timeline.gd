extends RefCounted
## What a face looks like between frames, and when it fades.

const Checks := preload("checks.gd")
const FacePose := preload("../addons/avatar_bridge/avatar/face_pose.gd")
const Fade := preload("../addons/avatar_bridge/avatar/fade.gd")
const ServerClock := preload("../addons/avatar_bridge/net/server_clock.gd")
const Timeline := preload("../addons/avatar_bridge/avatar/timeline.gd")

const FRAME_USEC := 33_333
const SERVER_NS := 7_000_000_000_000
const DELAY_USEC := 50_000


func test_between_frames(checks: Checks) -> void:
	var timeline := Timeline.new()
	for index in 10:
		# They come late by a varying time, which must not show.
		_add(timeline, index, index * 0.1, index * FRAME_USEC + (index * 7919) % 20_000)
	var pose := FacePose.new()
	for step in 20:
		var now_usec := 4 * FRAME_USEC + DELAY_USEC + step * 5_000
		checks.is_true(timeline.sample(now_usec, DELAY_USEC, pose), "a pose")
		var wanted := (4.0 + step * 5_000.0 / FRAME_USEC) * 0.1
		checks.near(pose.weights[17], wanted, 1e-3, "jawOpen")
		checks.near(pose.head_rotation.get_angle(), wanted, 1e-3, "head")


func test_ends(checks: Checks) -> void:
	var timeline := Timeline.new()
	var pose := FacePose.new()
	checks.is_true(not timeline.sample(0, 0, pose), "nothing before the first frame")
	checks.is_true(timeline.newest() == null, "no newest frame")
	for index in 5:
		_add(timeline, index, index * 0.1, index * FRAME_USEC)
	timeline.sample(1_000_000, DELAY_USEC, pose)
	checks.near(pose.weights[17], 0.4, 1e-6, "the newest stands")
	timeline.sample(-1_000_000, DELAY_USEC, pose)
	checks.near(pose.weights[17], 0.0, 1e-6, "the oldest stands")
	timeline.sample(4 * FRAME_USEC, 0, pose)
	checks.near(pose.weights[17], 0.4, 1e-3, "without delay the newest shows at once")


func test_many_frames(checks: Checks) -> void:
	var timeline := Timeline.new()
	var pose := FacePose.new()
	for index in 500:
		_add(timeline, index, fmod(index * 0.01, 1.0), index * FRAME_USEC)
		timeline.sample(index * FRAME_USEC + DELAY_USEC, DELAY_USEC, pose)
		checks.near(pose.weights[17], fmod(index * 0.01, 1.0), 1e-3)


func test_starting_anew(checks: Checks) -> void:
	var timeline := Timeline.new()
	var pose := FacePose.new()
	for index in 5:
		_add(timeline, index, 0.9, index * FRAME_USEC)
	_add(timeline, -100_000, 0.2, 6 * FRAME_USEC)
	checks.equal(timeline.count, 1, "frames after time went back")
	timeline.sample(6 * FRAME_USEC + 10_000, DELAY_USEC, pose)
	checks.near(pose.weights[17], 0.2)
	var frame := timeline.slot()
	_add(timeline, -99_999, 0.3, 7 * FRAME_USEC, true, "another run")
	checks.equal(timeline.count, 1, "frames of another run")
	checks.is_true(timeline.newest() == frame, "the slot is the newest")


func test_no_mixing_into_a_lost_face(checks: Checks) -> void:
	var timeline := Timeline.new()
	var pose := FacePose.new()
	_add(timeline, 0, 0.8, 0)
	_add(timeline, 1, 0.0, FRAME_USEC, false)
	timeline.sample(FRAME_USEC / 2 + DELAY_USEC, DELAY_USEC, pose)
	checks.near(pose.weights[17], 0.8)
	checks.is_true(pose.tracked, "still seen half way")
	timeline.sample(FRAME_USEC + DELAY_USEC + 10, DELAY_USEC, pose)
	checks.is_true(not pose.tracked, "lost")


func test_a_file_at_half_speed(checks: Checks) -> void:
	var timeline := Timeline.new()
	var pose := FacePose.new()
	for index in 300:
		_add(timeline, index, index / 300.0, index * FRAME_USEC * 2)
		timeline.sample(index * FRAME_USEC * 2, DELAY_USEC, pose)
	checks.near(pose.weights[17], 299.0 / 300.0, 0.01, "the newest frame, never far behind")


func test_fade(checks: Checks) -> void:
	var fade := Fade.new()
	fade.advance(1.0, false, 0.3, 0.7)
	checks.equal(fade.strength, 0.0, "nobody yet")
	fade.advance(0.05, true, 0.3, 0.7)
	checks.is_true(fade.strength > 0.2 and fade.strength < 0.5, "coming")
	fade.advance(0.2, true, 0.3, 0.7)
	checks.equal(fade.strength, 1.0, "here")
	fade.advance(0.29, false, 0.3, 0.7)
	checks.equal(fade.strength, 1.0, "held")
	fade.advance(0.36, false, 0.3, 0.7)
	checks.near(fade.strength, 0.5, 1e-5, "half way")
	var before := fade.strength
	fade.advance(0.01, true, 0.3, 0.7)
	checks.is_true(fade.strength > before and fade.strength < 0.7, "back without a jump")
	fade.advance(5.0, false, 0.3, 0.7)
	checks.equal(fade.strength, 0.0, "gone")


func test_clock(checks: Checks) -> void:
	var clock := ServerClock.new()
	var offset_usec := 123_456_789
	checks.is_true(is_nan(clock.age_ms(0, 0)), "unknown before a ping")
	var now_usec := 0
	for tick in 600:
		# A game that ticks every 16 ms, a network that takes 0.3 ms, frames at another rate.
		now_usec = tick * 16_000
		if tick % 60 == 1:
			clock.add_ping(now_usec - 16_000, now_usec, (now_usec - 15_700 + offset_usec) * 1000)
		var sent_usec := (now_usec - 300) / 33_333 * 33_333
		clock.add_message(now_usec, (sent_usec + offset_usec) * 1000)
	checks.near(clock.offset_ns / 1e6, offset_usec / 1e3, 0.5, "offset in ms")
	checks.near(clock.age_ms(now_usec, (now_usec - 5_000 + offset_usec) * 1000), 5.0, 0.5, "age")
	# Drift: older bounds must not hold for ever.
	for tick in 3000:
		now_usec += 16_000
		offset_usec += 10
		if tick % 60 == 1:
			clock.add_ping(now_usec - 16_000, now_usec, (now_usec - 15_700 + offset_usec) * 1000)
		clock.add_message(now_usec, (now_usec - 300 + offset_usec) * 1000)
	checks.near(clock.offset_ns / 1e6, offset_usec / 1e3, 12.0, "offset after drift")


static func _add(
	timeline: Timeline, index: int, weight: float, now_usec: int, tracked := true, run := "run"
) -> void:
	var frame := timeline.slot()
	frame.stream_id = run
	frame.captured_ns = SERVER_NS + index * FRAME_USEC * 1000
	frame.tracked = tracked
	frame.blendshapes.fill(0.0)
	frame.blendshapes[17] = weight
	frame.head_rotation = Quaternion(Vector3.UP, weight)
	timeline.commit(now_usec)
