extends RefCounted
## A round against a real server: connect, receive, ask, and if told so, survive its restart.

const Checks := preload("checks.gd")
const Client := preload("../addons/avatar_bridge/client.gd")

const LONGEST_MSEC := 60_000

var _latencies := PackedFloat32Array()


## Runs it; [param options] are those of [code]run.gd[/code].
func run(checks: Checks, options: Dictionary) -> void:
	checks.running = "live"
	var client := Client.new()
	client.endpoint = options["endpoint"]
	client.control_endpoint = options.get("control", "")
	checks.tree.root.add_child(client)
	await _until(
		checks, func() -> bool: return client.get_face() != null and client.source.meta != null
	)
	if client.get_face() == null or client.source.meta == null:
		checks.is_true(false, "no stream: %s" % client.source.socket.error)
		return
	print("live: receiving")
	if not client.control_endpoint.is_empty():
		await _ask(checks, client)
	await _receive(checks, client, float(options.get("seconds", "1")))
	if options.has("restart"):
		await _survive(checks, client)
	client.queue_free()


func _receive(checks: Checks, client: Client, seconds: float) -> void:
	var source := client.source
	var before := source.received
	var lost := source.lost
	var last_seq := -1
	var until_msec := Time.get_ticks_msec() + roundi(seconds * 1000.0)
	_latencies.clear()
	# Polled far more often than a game ticks, so that the figure is not that of the tick.
	while Time.get_ticks_msec() < until_msec:
		client.poll(Time.get_ticks_usec())
		OS.delay_usec(300)
		var face := client.get_face()
		if face != null and face.seq != last_seq and not is_nan(source.transport_ms):
			last_seq = face.seq
			_latencies.append(source.transport_ms)
	_latencies.sort()
	checks.is_true(source.received > before, "frames come")
	checks.equal(source.lost, lost, "lost")
	checks.equal(source.malformed, 0, source.last_error)
	checks.equal(client.get_face().blendshapes.size(), 52)
	if not _latencies.is_empty():
		print(
			(
				"live: %d frames, %.1f fps, published to decoded p50 %.2f ms, p95 %.2f ms"
				% [
					source.received - before,
					source.rate,
					_latencies[_latencies.size() / 2],
					_latencies[_latencies.size() * 95 / 100],
				]
			)
		)


func _ask(checks: Checks, client: Client) -> void:
	var ping: Client.Reply = await client.ping()
	checks.is_true(ping.is_ok() and ping.server_ns > 0, "ping: " + ping.error)
	checks.equal(ping.stream_id, client.get_face().stream_id, "ping's stream")
	var meta: Client.Reply = await client.fetch_meta()
	checks.is_true(meta.is_ok() and meta.meta.blendshape_names.size() == 52, meta.error)
	var profiles: Client.Reply = await client.list_profiles()
	checks.is_true(profiles.is_ok() and "arkit" in profiles.names, "profiles: " + profiles.error)
	checks.is_true((await client.set_profile("arkit")).is_ok(), "set_profile")
	var nobody: Client.Reply = await client.set_profile("nobody")
	checks.is_true(not nobody.is_ok() and not nobody.error.is_empty(), "an unknown profile")
	var map: Client.Reply = await client.map({"AU26": 0.8}, {})
	checks.is_true(map.is_ok() and map.blendshapes.size() == 52, "map: " + map.error)
	if map.is_ok():
		checks.is_true(map.blendshapes[17] > 0.3, "AU26 opens the jaw")
	var calibrated: Client.Reply = await client.calibrate()
	# A server that cannot yet has to say so.
	checks.is_true(calibrated.is_ok() or not calibrated.error.is_empty(), "calibrate")


func _survive(checks: Checks, client: Client) -> void:
	var first := client.source.newest_face().stream_id
	print("live: waiting for the restart")
	await _until(
		checks,
		func() -> bool:
			var face := client.get_face()
			return face != null and face.stream_id != first
	)
	checks.is_true(client.get_face() != null, "frames after the restart")
	checks.equal(client.source.socket.connections, 2)
	print("live: back after the restart")
	await _receive(checks, client, 0.5)


func _until(checks: Checks, done: Callable) -> void:
	var until_msec := Time.get_ticks_msec() + LONGEST_MSEC
	while Time.get_ticks_msec() < until_msec and not done.call():
		await checks.tree.process_frame
