extends RefCounted
## A ZMTP connection over TCP that comes back by itself: resolve, connect, greet, and again.
##
## Nothing here blocks and nothing runs by itself: call [method poll] once a tick, then
## [method next_message] until it is false, then [method flush].

## Where the connection is. [constant State.WAITING] is the pause before the next attempt.
enum State { CLOSED, RESOLVING, CONNECTING, GREETING, READY, WAITING }

const Codec := preload("zmtp_codec.gd")

## The largest frame that is taken, in bytes. A face has about 1 kB; the largest frame, what the
## stream carries with an avatar's own shapes, some 10 kB.
const DEFAULT_MAX_FRAME_BYTES := 1 << 16

const _FIRST_PAUSE_USEC := 250_000
const _LONGEST_PAUSE_USEC := 5_000_000
const _GREET_USEC := 3_000_000
# The server speaks once a second even without a face: silence means a dead line.
const _SILENCE_USEC := 5_000_000
const _READ_MOST := 1 << 16  # a tick; the rest waits in the system's buffer for the next one
const _OUTBOX_MOST := 1 << 20

## Where the connection is.
var state := State.CLOSED
## Why the last attempt ended, in one line; empty once connected.
var error := ""
## How often the connection was established.
var connections := 0
## The protocol's side of the connection; null while there is none.
var codec: Codec

var _socket_type: String
var _max_frame_bytes: int
var _topics: Array[PackedByteArray] = []
var _host := ""
var _port := 0
var _tcp: StreamPeerTCP
var _resolving := IP.RESOLVER_INVALID_ID
var _deadline_usec := 0
var _pause_usec := _FIRST_PAUSE_USEC
var _heard_usec := 0
var _pinged := false
var _outbox := PackedByteArray()


## [param socket_type] and [param max_frame_bytes] are the codec's; [param topics] are what a SUB
## asks for on every new connection.
func _init(socket_type: String, topics: Array[PackedByteArray] = [], max_frame_bytes := 0) -> void:
	_socket_type = socket_type
	_topics = topics
	_max_frame_bytes = max_frame_bytes if max_frame_bytes > 0 else DEFAULT_MAX_FRAME_BYTES


## Host and port of an address such as [code]tcp://127.0.0.1:5570[/code] or
## [code]tcp://[::1]:5570[/code] as [code][host, port][/code]; empty if it is not one.
static func parse_endpoint(endpoint: String) -> Array:
	if not endpoint.begins_with("tcp://"):
		return []
	var rest := endpoint.trim_prefix("tcp://")
	var colon := rest.rfind(":")
	var host := rest.left(maxi(colon, 0))
	if host.begins_with("[") and host.ends_with("]"):
		host = host.substr(1, host.length() - 2)
	var port := rest.substr(colon + 1)
	if host.is_empty() or not port.is_valid_int() or int(port) < 1 or int(port) > 65535:
		return []
	return [host, int(port)]


## Connects and stays connected until [method close]. False if the address is not one.
func open(endpoint: String) -> bool:
	close()
	var parts := parse_endpoint(endpoint)
	if parts.is_empty():
		error = "expected an address like tcp://127.0.0.1:5570, got %s" % endpoint
		return false
	_host = parts[0]
	_port = parts[1]
	_pause_usec = _FIRST_PAUSE_USEC
	_deadline_usec = 0
	state = State.WAITING
	return true


## Disconnects at once.
func close() -> void:
	_drop()
	state = State.CLOSED
	error = ""


## Whether messages can come and go.
func is_ready() -> bool:
	return state == State.READY


## Does what can be done without waiting and reads what has come.
func poll(now_usec: int) -> void:
	match state:
		State.WAITING:
			if now_usec >= _deadline_usec:
				_start(now_usec)
		State.RESOLVING:
			_poll_resolving(now_usec)
		State.CONNECTING, State.GREETING, State.READY:
			_poll_connection(now_usec)


## Goes to the next whole message; it is in [member codec].
func next_message() -> bool:
	return codec != null and codec.next_message()


## Sends one message, or keeps it until the handshake of a connection under way is done.
func send(body: PackedByteArray) -> bool:
	if codec == null or state == State.WAITING:
		return false
	codec.send(body)
	flush()
	return true


## Hands what is to be sent to the system, as far as it takes it.
func flush() -> void:
	if codec == null or state not in [State.GREETING, State.READY]:
		return
	if codec.has_output():
		_outbox.append_array(codec.take_output())
	if _outbox.is_empty():
		return
	var sent: Array = _tcp.put_partial_data(_outbox)
	var count: int = sent[1]
	_outbox = _outbox.slice(count) if count < _outbox.size() else PackedByteArray()
	if _outbox.size() > _OUTBOX_MOST:
		_tcp.disconnect_from_host()  # the peer reads nothing; the next poll begins anew


func _start(now_usec: int) -> void:
	_deadline_usec = now_usec + _GREET_USEC
	if _host.is_valid_ip_address():
		_connect(_host, now_usec)
		return
	_resolving = IP.resolve_hostname_queue_item(_host)
	state = State.RESOLVING
	if _resolving == IP.RESOLVER_INVALID_ID:
		_retry("cannot look up %s now" % _host, now_usec)


func _poll_resolving(now_usec: int) -> void:
	var status := IP.get_resolve_item_status(_resolving)
	if status == IP.RESOLVER_STATUS_WAITING:
		if now_usec >= _deadline_usec:
			_retry("cannot look up %s in time" % _host, now_usec)
		return
	var found := []
	if status == IP.RESOLVER_STATUS_DONE:  # of others the engine complains
		found = IP.get_resolve_item_addresses(_resolving)
	var chosen := ""
	for address: String in found:
		# The server listens on IPv4 unless told otherwise, but localhost may be ::1 first.
		if not address.is_empty() and (chosen.is_empty() or ":" in chosen):
			chosen = address
	IP.erase_resolve_item(_resolving)
	_resolving = IP.RESOLVER_INVALID_ID
	if chosen.is_empty():
		_retry("there is no host %s" % _host, now_usec)
	else:
		_connect(chosen, now_usec)


func _connect(address: String, now_usec: int) -> void:
	_tcp = StreamPeerTCP.new()
	codec = Codec.new(_socket_type, _max_frame_bytes)
	for topic in _topics:
		codec.subscribe(topic)
	state = State.CONNECTING
	if _tcp.connect_to_host(address, _port) != OK:
		_retry("cannot connect to %s:%d" % [address, _port], now_usec)
	else:
		_poll_connection(now_usec)


func _poll_connection(now_usec: int) -> void:
	if codec.state == Codec.State.FAILED:
		_retry(codec.error, now_usec)
		return
	_tcp.poll()
	match _tcp.get_status():
		StreamPeerTCP.STATUS_CONNECTED:
			_converse(now_usec)
		StreamPeerTCP.STATUS_CONNECTING:
			pass
		_:
			var was := "lost" if state == State.READY else "no"
			_retry("%s connection to %s:%d" % [was, _host, _port], now_usec)
			return
	if state in [State.CONNECTING, State.GREETING] and now_usec >= _deadline_usec:
		_retry("%s:%d does not answer like a ZeroMQ socket" % [_host, _port], now_usec)


func _converse(now_usec: int) -> void:
	if state == State.CONNECTING:
		_tcp.set_no_delay(true)
		_heard_usec = now_usec
		state = State.GREETING
	if state == State.GREETING and codec.state == Codec.State.READY:
		state = State.READY
		connections += 1
		error = ""
		_pause_usec = _FIRST_PAUSE_USEC
	var waiting := _tcp.get_available_bytes()
	if waiting > 0:
		var received: Array = _tcp.get_partial_data(mini(waiting, _READ_MOST))
		codec.feed(received[1])
		_heard_usec = now_usec
		_pinged = false
	elif state == State.READY and now_usec - _heard_usec > _SILENCE_USEC:
		_doubt(now_usec)
	flush()


## The line is silent: ask once, and give it up if no answer comes.
func _doubt(now_usec: int) -> void:
	if _pinged and now_usec - _heard_usec > 2 * _SILENCE_USEC:
		_retry("%s:%d fell silent" % [_host, _port], now_usec)
	elif not _pinged:
		_pinged = codec.ping()
		# A game that was paused has not listened either: the peer's time begins now.
		_heard_usec = now_usec - _SILENCE_USEC


func _retry(reason: String, now_usec: int) -> void:
	_drop()
	error = reason
	state = State.WAITING
	_deadline_usec = now_usec + _pause_usec
	_pause_usec = mini(_pause_usec * 2, _LONGEST_PAUSE_USEC)


func _drop() -> void:
	if _resolving != IP.RESOLVER_INVALID_ID:
		IP.erase_resolve_item(_resolving)
		_resolving = IP.RESOLVER_INVALID_ID
	if _tcp != null:
		_tcp.disconnect_from_host()
		_tcp = null
	codec = null
	_pinged = false
	_outbox = PackedByteArray()
