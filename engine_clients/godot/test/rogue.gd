extends RefCounted
## A round against a server that speaks broken ZMTP, tests/engine_clients/rogue_server.py, until it
## comes to its senses: the client is there then, as on its first day.

const Checks := preload("checks.gd")
const Source := preload("../addons/avatar_bridge/net/source.gd")

const HONEST := "honest"
const WARM := 20  # attempts; what the first ones load is no growth
const LONGEST_MSEC := 540_000
# Time of its own: pauses of seconds pass at once.
const TICK_USEC := 20_000


## Runs it; [param options] are those of [code]run.gd[/code].
func run(checks: Checks, options: Dictionary) -> void:
	checks.running = "rogue"
	var source := Source.new()
	checks.equal(source.open(options["endpoint"], options["control"]), "")
	var now_usec := 0
	var attempts := 0
	var state := source.socket.state
	var worst_usec := 0
	var memory := 0
	while _stream(source) != HONEST and Time.get_ticks_msec() < LONGEST_MSEC:
		now_usec += TICK_USEC
		var start_usec := Time.get_ticks_usec()
		source.poll(now_usec)
		worst_usec = maxi(worst_usec, Time.get_ticks_usec() - start_usec)
		if source.socket.state != state:
			state = source.socket.state
			attempts += 1 if state == source.Socket.State.WAITING else 0
		if attempts == WARM and memory == 0:
			memory = OS.get_static_memory_usage()
		OS.delay_usec(200)
	checks.equal(_stream(source), HONEST, "the stream")
	print(
		(
			JSON
			. stringify(
				{
					"attempts": attempts,
					"connections": source.socket.connections,
					"bad": source.malformed,
					"worst_ms": worst_usec * 1e-3,
					"grown_kb": (OS.get_static_memory_usage() - memory) / 1024,
				}
			)
		)
	)
	source.close()


static func _stream(source: Source) -> String:
	var face := source.newest_face()
	return face.stream_id if face != null else ""
