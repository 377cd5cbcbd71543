extends RefCounted
## The source and the client node against a publisher made here of a plain TCP server.

const Checks := preload("checks.gd")
const Client := preload("../addons/avatar_bridge/client.gd")
const Packets := preload("packets.gd")
const Socket := preload("../addons/avatar_bridge/net/zmtp_socket.gd")
const Source := preload("../addons/avatar_bridge/net/source.gd")


func test_endpoints(checks: Checks) -> void:
	checks.equal(Socket.parse_endpoint("tcp://127.0.0.1:5570"), ["127.0.0.1", 5570])
	checks.equal(Socket.parse_endpoint("tcp://[::1]:80"), ["::1", 80])
	checks.equal(Socket.parse_endpoint("tcp://studio.local:5570"), ["studio.local", 5570])
	for bad: String in ["", "127.0.0.1:5570", "tcp://:1", "tcp://a", "tcp://a:0", "tcp://a:70000"]:
		checks.equal(Socket.parse_endpoint(bad), [], bad)
	checks.is_true("expected an address" in Source.new().open("nowhere"), "one line")


func test_newest_of_each_tick(checks: Checks) -> void:
	var publisher := Publisher.new()
	var source := _connected(checks, publisher)
	for seq in 30:
		publisher.send_face({"seq": seq, "face_id": 1 + seq % 2}, {17: seq / 30.0})
	_until(source, publisher, func() -> bool: return source.received == 30)
	checks.equal(source.received, 30)
	checks.equal(source.lost, 0)
	checks.equal(source.malformed, 0, source.last_error)
	checks.equal(source.newest_face(1).seq, 28)
	checks.equal(source.newest_face(2).seq, 29)
	checks.equal(source.newest_face().face_id, 1, "the lowest id")
	var decoded := source.timeline(1).count + source.timeline(2).count
	checks.is_true(decoded < 30, "%d of 30 were decoded" % decoded)
	publisher.send_face({"seq": 40})
	_until(source, publisher, func() -> bool: return source.received == 31)
	checks.equal(source.lost, 10, "lost")
	source.poll(Time.get_ticks_usec() + 600_000)
	checks.is_true(source.rate > 10.0 and source.rate < 60.0, "%f pictures a second" % source.rate)
	source.close()
	checks.is_true(source.newest_face() == null, "forgotten")
	publisher.stop()


func test_bad_messages_do_not_stop_the_stream(checks: Checks) -> void:
	var publisher := Publisher.new()
	var source := _connected(checks, publisher)
	publisher.send_face({"seq": 0})
	for body: PackedByteArray in [
		PackedByteArray(),
		PackedByteArray([0]),
		"face".to_ascii_buffer(),
		"fact\u0020".to_ascii_buffer(),
		Packets.published("face", PackedByteArray([0x0A, 0xFF])),
		Packets.published("face", Packets.face({"version": 9})),
		Packets.published("face", Packets.face({"seq": 1}, {3: NAN})),
		Packets.published("meta", PackedByteArray([0xFF])),
		Packets.published("status", PackedByteArray([0xFF])),
		Packets.published("unknown", PackedByteArray([1])),
	]:
		publisher.send(Packets.frame(body))
		publisher.send_face({"seq": 2})
	_until(source, publisher, func() -> bool: return source.malformed >= 5)
	checks.is_true(source.is_connected_to_server(), "still connected")
	checks.equal(source.newest_face().seq, 2)
	checks.is_true(not source.last_error.is_empty(), "a reason")
	publisher.stop()


func test_restart_half_way_through_a_frame(checks: Checks) -> void:
	var publisher := Publisher.new()
	var source := _connected(checks, publisher)
	publisher.send_face({"seq": 70, "stream_id": "first"})
	_until(source, publisher, func() -> bool: return source.received == 1)
	var whole := Packets.frame(Packets.published("face", Packets.face({"seq": 71})))
	publisher.send(whole.slice(0, whole.size() / 2))
	_until(source, publisher, func() -> bool: return false, 5)
	publisher.drop()
	_until(source, publisher, func() -> bool: return source.socket.connections == 2)
	publisher.send_face({"seq": 3, "stream_id": "second", "captured_ns": 5})
	_until(source, publisher, func() -> bool: return source.received == 2)
	checks.equal(source.socket.connections, 2)
	checks.equal(source.restarts, 2)
	checks.equal(source.lost, 0, "a restart is no loss")
	checks.equal(source.newest_face().stream_id, "second")
	checks.equal(source.malformed, 0, source.last_error)
	publisher.stop()


func test_oversize_frames_are_a_reason_to_reconnect(checks: Checks) -> void:
	var publisher := Publisher.new()
	var source := _connected(checks, publisher, 4096)
	publisher.send("0200000000ffffffff".hex_decode())
	_until(source, publisher, func() -> bool: return source.socket.state == Socket.State.WAITING)
	checks.is_true("at most 4096 bytes" in source.socket.error, source.socket.error)
	_until(source, publisher, func() -> bool: return source.socket.connections == 2)
	checks.equal(source.socket.connections, 2)
	publisher.stop()


func test_back_off(checks: Checks) -> void:
	var idle := TCPServer.new()
	idle.listen(0, "127.0.0.1")
	var port := idle.get_local_port()
	idle.stop()
	var socket := Socket.new("SUB")
	socket.open("tcp://127.0.0.1:%d" % port)
	var attempts := PackedInt64Array()
	var now_usec := 0
	var next_usec := 0
	for tick in 4000:
		# Time of its own, so that pauses of seconds pass at once; the system needs a moment.
		now_usec += 10_000
		socket.poll(now_usec)
		if socket.state == Socket.State.CONNECTING:
			OS.delay_usec(200)
		elif socket._deadline_usec != next_usec:
			next_usec = socket._deadline_usec
			attempts.append(now_usec)
	checks.is_true(attempts.size() >= 6 and attempts.size() < 16, "%d attempts" % attempts.size())
	var last := attempts[attempts.size() - 1] - attempts[attempts.size() - 2]
	checks.is_true(last > 4_900_000 and last < 9_000_000, "the last pause was %d us" % last)
	checks.is_true("connection" in socket.error, socket.error)
	socket.close()


func test_the_node(checks: Checks) -> void:
	var publisher := Publisher.new()
	var client := Client.new()
	client.endpoint = publisher.endpoint()
	client.control_endpoint = ""
	var heard := []
	client.connection_changed.connect(
		func(state: Client.ConnectionState) -> void:
			heard.append(Client.ConnectionState.find_key(state))
	)
	client.face_found.connect(func() -> void: heard.append("found"))
	client.face_lost.connect(func() -> void: heard.append("lost"))
	client.stream_started.connect(func(stream: String) -> void: heard.append(stream))
	checks.tree.root.add_child(client)
	client.set_process(false)
	var now_usec := Time.get_ticks_usec()
	for tick in 200:
		now_usec += 5000
		client.poll(now_usec)
		publisher.poll()
		OS.delay_usec(500)
		if publisher.is_up() and tick > 50:
			break
	publisher.send_face({"seq": 0})
	for tick in 50:
		client.poll(now_usec)
		OS.delay_usec(500)
	publisher.send_face({"seq": 1, "tracked": false})
	for tick in 50:
		client.poll(now_usec)
		OS.delay_usec(500)
	checks.equal(heard, ["CONNECTING", "CONNECTED", "run", "found", "lost"])
	var reply: Client.Reply = await client.ping()
	checks.is_true(not reply.is_ok() and "not connected" in reply.error, "no control endpoint")
	client.queue_free()
	await checks.tree.process_frame
	var idle := Client.new()
	reply = await idle.calibrate()
	checks.is_true(not reply.is_ok(), "a client that never connected")
	idle.free()
	publisher.stop()


func test_connecting_again_ends_what_waits(checks: Checks) -> void:
	var publisher := Publisher.new()
	var client := Client.new()
	client.endpoint = publisher.endpoint()
	client.control_endpoint = publisher.endpoint()
	client.connect_to_server()
	var before := client.source
	before.control.poll(0)  # begins to connect, so that requests are kept
	var reply := before.control.list_profiles()
	checks.is_true(not reply.is_done, "waits")
	var heard := []
	reply.done.connect(func() -> void: heard.append(client.source == before))
	client.connect_to_server()
	checks.equal(heard, [false], "given up, and the old connection is gone")
	checks.equal(before.socket.state, Socket.State.CLOSED)
	checks.is_true(client.source != null and client.source != before, "anew")
	client.free()
	publisher.stop()


func test_a_pause_is_no_silence(checks: Checks) -> void:
	var publisher := Publisher.new()
	var source := _connected(checks, publisher)
	var back_usec := Time.get_ticks_usec() + 30_000_000
	source.poll(back_usec)
	source.poll(back_usec + 1_000_000)
	checks.is_true(source.is_connected_to_server(), "the peer has time to answer")
	source.poll(back_usec + 6_000_000)
	checks.is_true("fell silent" in source.socket.error, source.socket.error)
	publisher.stop()


func test_a_host_that_does_not_exist(checks: Checks) -> void:
	var socket := Socket.new("SUB")
	socket.open("tcp://nowhere.invalid:5570")
	for tick in 2000:
		socket.poll(0)
		if not socket.error.is_empty():
			break
		OS.delay_usec(1000)
	checks.is_true("no host nowhere.invalid" in socket.error, socket.error)
	socket.close()


func test_receiving_makes_nothing_new(checks: Checks) -> void:
	var publisher := Publisher.new()
	var source := _connected(checks, publisher)
	var memory := 0
	var objects := 0.0
	for seq in 400:
		publisher.send_face({"seq": seq}, {17: seq % 10 * 0.1})
		for tick in 3:
			source.poll(Time.get_ticks_usec())
			OS.delay_usec(200)
		if seq == 200:
			objects = Performance.get_monitor(Performance.OBJECT_COUNT)
			memory = OS.get_static_memory_usage()
	checks.equal(Performance.get_monitor(Performance.OBJECT_COUNT), objects, "objects")
	var grown := OS.get_static_memory_usage() - memory
	checks.is_true(grown < 16_384, "memory grew by %d bytes in 200 frames" % grown)
	checks.equal(source.received, 400)
	publisher.stop()


static func _connected(checks: Checks, publisher: Publisher, cap := 0) -> Source:
	var source := Source.new(cap)
	checks.equal(source.open(publisher.endpoint(), ""), "")
	_until(
		source,
		publisher,
		func() -> bool: return source.is_connected_to_server() and publisher.is_up()
	)
	checks.is_true(source.is_connected_to_server(), "connected")
	return source


static func _until(
	source: Source, publisher: Publisher, done: Callable, most_ticks := 4000
) -> void:
	for tick in most_ticks:
		source.poll(Time.get_ticks_usec())
		publisher.poll()
		if done.call():
			return
		OS.delay_usec(500)


## Speaks just enough ZMTP to be subscribed to.
class Publisher:
	var _server := TCPServer.new()
	var _peer: StreamPeerTCP
	var _heard := PackedByteArray()

	func _init() -> void:
		_server.listen(0, "127.0.0.1")

	func endpoint() -> String:
		return "tcp://127.0.0.1:%d" % _server.get_local_port()

	func poll() -> void:
		if _server.is_connection_available():
			_peer = _server.take_connection()
			_heard = PackedByteArray()
			_peer.put_data(Packets.handshake())
		if _peer != null:
			_peer.poll()
			if _peer.get_status() != StreamPeerTCP.STATUS_CONNECTED:
				_peer = null
				return
			var here := _peer.get_available_bytes()
			if here > 0:
				_heard.append_array(_peer.get_data(here)[1])

	## Whether the subscription to the last topic is here.
	func is_up() -> bool:
		return _heard.hex_encode().contains("status".to_ascii_buffer().hex_encode())

	func send(bytes: PackedByteArray) -> void:
		_peer.put_data(bytes)

	func send_face(fields := {}, weights := {}) -> void:
		send(Packets.frame(Packets.published("face", Packets.face(fields, weights))))

	func drop() -> void:
		_peer.disconnect_from_host()
		_peer = null

	func stop() -> void:
		_server.stop()
