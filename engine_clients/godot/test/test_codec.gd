extends RefCounted
## The ZMTP codec, byte for byte.

const Checks := preload("checks.gd")
const Codec := preload("../addons/avatar_bridge/net/zmtp_codec.gd")
const Packets := preload("packets.gd")

const GREETING := "ff00000000000000017f03014e554c4c" + "00000000000000000000000000000000"


func test_greeting_and_ready_bytes(checks: Checks) -> void:
	var codec := Codec.new("SUB", 1000)
	codec.subscribe("face".to_ascii_buffer())
	var greeting := codec.take_output()
	checks.equal(greeting.size(), 64)
	checks.equal(greeting.hex_encode(), GREETING + "00".repeat(32))
	codec.feed(Packets.handshake())
	checks.is_true(not codec.next_message(), "the handshake is no message")
	checks.equal(codec.state, Codec.State.READY)
	checks.equal(
		codec.take_output().hex_encode(),
		"0419055245414459" + "0b536f636b65742d54797065" + "00000003535542" + "00050166616365"
	)


func test_messages_at_every_split(checks: Checks) -> void:
	var small := "face\u0020hello".to_ascii_buffer()
	var large := PackedByteArray()
	large.resize(300)
	large.fill(7)
	var bytes := Packets.handshake()
	bytes.append_array(Packets.frame(small))
	bytes.append_array(Packets.command("PING", PackedByteArray([0, 10, 1, 2])))
	bytes.append_array(Packets.frame(large))
	bytes.append_array(Packets.frame(PackedByteArray()))
	for split in bytes.size() + 1:
		var codec := Codec.new("SUB", 1000)
		codec.take_output()
		var got: Array[PackedByteArray] = []
		for part: PackedByteArray in [bytes.slice(0, split), bytes.slice(split)]:
			codec.feed(part)
			while codec.next_message():
				got.append(codec.data.slice(codec.message_start, codec.message_end))
		var wanted: Array[PackedByteArray] = [small, large, PackedByteArray()]
		checks.equal(got, wanted, "messages split at %d" % split)
		checks.is_true(
			codec.take_output().hex_encode().ends_with("040704504f4e470102"),
			"pong, split at %d" % split
		)


func test_messages_byte_by_byte(checks: Checks) -> void:
	var codec := Codec.new("SUB", 1000)
	var bytes := Packets.handshake()
	for index in 20:
		bytes.append_array(Packets.frame(PackedByteArray([index, index])))
	var got := 0
	for byte in bytes:
		codec.feed(PackedByteArray([byte]))
		while codec.next_message():
			checks.equal(codec.data[codec.message_start], got)
			got += 1
	checks.equal(got, 20)


func test_what_is_fed_is_not_changed(checks: Checks) -> void:
	var codec := Codec.new("SUB", 1000)
	var first := Packets.handshake().slice(0, 70)
	var before := first.hex_encode()
	codec.feed(first)
	codec.next_message()
	codec.feed(Packets.handshake().slice(70))
	checks.equal(first.hex_encode(), before)


func test_messages_of_several_frames_are_passed_over(checks: Checks) -> void:
	var codec := _ready_codec()
	codec.feed(Packets.frame(PackedByteArray([1]), 1))
	codec.feed(Packets.frame(PackedByteArray([2]), 1))
	checks.is_true(not codec.next_message(), "a message that is not whole")
	codec.feed(Packets.frame(PackedByteArray([3])))
	codec.feed(Packets.frame(PackedByteArray([4])))
	checks.is_true(codec.next_message(), "the message behind it")
	checks.equal(codec.data[codec.message_start], 4)
	checks.equal(codec.ignored_messages, 1)
	checks.is_true(not codec.next_message(), "the end")


func test_frames_over_the_cap_fail_before_they_come(checks: Checks) -> void:
	for head: String in [
		"02" + "00000000000003e9", "02" + "ffffffffffffffff", "02" + "7f" + "00".repeat(7)
	]:
		var codec := _ready_codec()
		codec.feed(head.hex_decode())
		checks.is_true(not codec.next_message(), "no message")
		checks.equal(codec.state, Codec.State.FAILED, head)
		checks.is_true("at most 1000" in codec.error, codec.error)
	var exact := _ready_codec()
	var body := PackedByteArray()
	body.resize(1000)
	exact.feed(Packets.frame(body))
	checks.is_true(exact.next_message(), "a frame of just the cap")


func test_a_flood_of_frames_fails_soon(checks: Checks) -> void:
	for frame: PackedByteArray in [
		Packets.frame(PackedByteArray()), Packets.command("PING", PackedByteArray([0, 0]))
	]:
		var codec := _ready_codec()
		var flood := PackedByteArray()
		for index in 3000:
			flood.append_array(frame)
		codec.feed(flood)
		var got := 0
		while codec.next_message():
			got += 1
		checks.is_true(got <= 2048, "%d messages at once" % got)
		checks.is_true("frames at once" in codec.error, codec.error)
	var steady := _ready_codec()
	for tick in 3000:
		steady.feed(Packets.frame(PackedByteArray()))
		checks.is_true(steady.next_message(), "one a tick")


func test_wrong_greetings(checks: Checks) -> void:
	var version_2 := Packets.handshake()
	version_2[10] = 1
	var curve := Packets.handshake()
	for index in 5:
		curve[12 + index] = "CURVE".unicode_at(index)
	var cases := {
		"HTTP/1.1 400 Bad Request\r\n".to_ascii_buffer(): "right port",
		"ff00000000000000010000".hex_decode(): "right port",
		version_2: "version 1",
		curve: "CURVE",
		Packets.handshake("ROUTER"): "expected a PUB socket, got ROUTER",
		PackedByteArray([0]): "right port",
	}
	for bytes: PackedByteArray in cases:
		var codec := Codec.new("SUB", 1000)
		codec.feed(bytes)
		checks.is_true(not codec.next_message(), "no message")
		checks.equal(codec.state, Codec.State.FAILED)
		checks.is_true(cases[bytes] in codec.error, codec.error)


func test_bad_frames(checks: Checks) -> void:
	for bytes: String in ["0801", "0500", "0400", "040209aa", "04085049"]:
		var codec := _ready_codec()
		codec.feed((bytes + "00".repeat(20)).hex_decode())
		while codec.next_message():
			pass
		checks.equal(codec.state, Codec.State.FAILED, bytes)
	var early := Codec.new("SUB", 1000)
	early.feed(Packets.handshake().slice(0, 64))
	early.feed(Packets.frame(PackedByteArray([1])))
	checks.is_true(not early.next_message(), "no message before READY")
	checks.equal(early.state, Codec.State.FAILED)
	var refused := Codec.new("SUB", 1000)
	refused.feed(Packets.handshake().slice(0, 64))
	refused.feed(Packets.command("ERROR", "\u0003no!".to_ascii_buffer()))
	checks.is_true(not refused.next_message() and "no!" in refused.error, refused.error)
	refused.feed(PackedByteArray([1, 2, 3]))
	checks.is_true(not refused.next_message(), "a failed codec takes nothing")


func test_unknown_commands_are_skipped(checks: Checks) -> void:
	var codec := _ready_codec()
	codec.feed(Packets.command("NEWS", PackedByteArray([1, 2, 3])))
	codec.feed(Packets.frame(PackedByteArray([9])))
	checks.is_true(codec.next_message(), "the message behind it")


func test_only_peers_that_know_pings_are_pinged(checks: Checks) -> void:
	var codec := _ready_codec()
	checks.is_true(codec.ping(), "ZMTP 3.1")
	checks.equal(codec.take_output().hex_encode(), "04070450494e470000")
	var old := Codec.new("SUB", 1000)
	old.feed(Packets.handshake("PUB", 0))
	old.next_message()
	checks.is_true(not old.ping(), "ZMTP 3.0")


func test_noise(checks: Checks) -> void:
	var random := RandomNumberGenerator.new()
	random.seed = 11
	var clean := Packets.handshake()
	for index in 6:
		clean.append_array(Packets.frame(Packets.face({"seq": index}), 1 if index == 3 else 0))
	for round_index in 3000:
		var bytes := clean.duplicate()
		for change in random.randi_range(1, 4):
			bytes[random.randi() % bytes.size()] = random.randi() & 0xFF
		var codec := Codec.new("SUB", 1000)
		var at := 0
		while at < bytes.size():
			var step := random.randi_range(1, 400)
			codec.feed(bytes.slice(at, at + step))
			at += step
			while codec.next_message():
				if codec.message_end > codec.data.size():
					checks.is_true(false, "a message beyond the bytes")
	checks.is_true(true, "came through")


static func _ready_codec() -> Codec:
	var codec := Codec.new("SUB", 1000)
	codec.feed(Packets.handshake())
	codec.next_message()
	codec.take_output()
	return codec
