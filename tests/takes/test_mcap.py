"""Takes: what is written is what is read, and whatever is wrong with a file is one line."""

import logging
import struct
import tracemalloc
from pathlib import Path

import lz4.frame
import pytest
import zstandard
from mcap.reader import make_reader
from mcap.writer import MCAP0_MAGIC, CompressionType, Writer
from mcap_protobuf.decoder import DecoderFactory
from mcap_protobuf.schema import register_schema
from take_rig import INFO, START, full_state, numbers, write_take

from avatar_bridge.errors import TakeError
from avatar_bridge.takes import mcap
from avatar_bridge.takes.mcap import read_start, read_take
from avatar_bridge.takes.writer import TakeWriter
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire.codec import ReceivedFace, encode_face
from avatar_bridge.wire.v1 import face_pb2

FRAME_NS = 33_333_333


@pytest.fixture
def states():
    return [full_state(n, captured_ns=n * FRAME_NS) for n in range(1, 31)]


@pytest.fixture
def take(tmp_path, states) -> Path:
    return write_take(tmp_path / "one.mcap", states)


def faces_of(path: Path) -> list[ReceivedFace]:
    return [each.message for each in read_take(path) if isinstance(each.message, ReceivedFace)]


def test_every_number_comes_back_bit_by_bit(take, states):
    read = faces_of(take)
    assert [numbers(face.state) for face in read] == [numbers(state) for state in states]
    assert [face.seq for face in read] == list(range(30))
    assert [face.state.captured_ns for face in read] == [state.captured_ns for state in states]


def test_what_the_stream_carries_and_the_times_come_back(take):
    read = list(read_take(take))
    assert read[0].message == INFO
    assert isinstance(read[0].message, StreamInfo)
    assert [each.log_ns for each in read[1:]] == [n * FRAME_NS + 1_000_000 for n in range(1, 31)]
    assert read_start(take) == START


def test_a_plain_reader_of_mcap_finds_schemas_and_times(take):
    with take.open("rb") as file:
        reader = make_reader(file, decoder_factories=[DecoderFactory()])
        read = list(reader.iter_decoded_messages(topics=["face"]))
    assert len(read) == 30
    schema, channel, message, face = read[4]
    assert (schema.name, channel.message_encoding) == ("avatar_bridge.v1.FaceFrame", "protobuf")
    assert message.publish_time == face.captured_ns == 5 * FRAME_NS
    assert message.log_time == face.published_ns == 5 * FRAME_NS + 1_000_000
    assert message.sequence == face.seq == 4


def test_wherever_a_killed_process_stops_the_rest_is_read(tmp_path, states, caplog):
    whole = tmp_path / "whole.mcap"
    writer = TakeWriter(whole, START)
    ends = []  # of the file after each flush
    for state in states:
        message = encode_face(state, stream_id="s", seq=0, published_ns=1)
        writer.write(message, log_ns=1, publish_ns=1)
        writer.flush()
        ends.append(whole.stat().st_size)
    data = whole.read_bytes()
    writer.close()
    cut = tmp_path / "cut.mcap"
    for length in range(ends[2], len(data), 397):
        cut.write_bytes(data[:length])
        kept = sum(end <= length for end in ends)
        read = faces_of(cut)
        assert len(read) in (kept, kept + 1)  # a chunk's own index comes after it
        assert [numbers(face.state) for face in read] == [numbers(each) for each in states][
            : len(read)
        ]
    assert "cut short" in caplog.text


def test_a_whole_file_is_read_without_a_word(take, caplog):
    with caplog.at_level(logging.DEBUG):
        faces_of(take)
    assert not caplog.records


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "expected a take in an MCAP file, got another kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "expected a take in an MCAP file, got another kind"),
        (b"\x89MCAP0\r\n", "got none of its messages"),
        (b"\x89MCAP0\r\n" + b"\x01" + b"\xff" * 8 + bytes(99), "broken inside"),
    ],
)
def test_a_foreign_file_is_one_line(tmp_path, data, said):
    path = tmp_path / "foreign"
    path.write_bytes(data)
    with pytest.raises(TakeError, match=said) as caught:
        faces_of(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_is_one_line(tmp_path):
    with pytest.raises(TakeError, match=r"expected a readable take at .*No such file"):
        faces_of(tmp_path / "none.mcap")
    with pytest.raises(TakeError, match=r"Is a directory|Permission denied"):
        faces_of(tmp_path)


def test_a_file_that_is_broken_in_the_middle_says_so(tmp_path, take):
    data = bytearray(take.read_bytes())
    middle = data.index(b"zstd") + 200
    data[middle : middle + 8] = b"\0" * 8
    broken = tmp_path / "broken.mcap"
    broken.write_bytes(data)
    with pytest.raises(TakeError, match="broken inside"):
        faces_of(broken)


def test_an_mcap_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "robot.mcap"
    with path.open("wb") as file:
        writer = Writer(file)
        writer.start()
        schema = writer.register_schema("std_msgs/String", "ros1msg", b"string data")
        channel = writer.register_channel("/chatter", "ros1", schema)
        writer.add_message(channel, log_time=1, data=b"\x01\0\0\0a", publish_time=1)
        writer.finish()
    with pytest.raises(TakeError, match="expected a recorded stream of faces, got none"):
        faces_of(path)
    assert read_start(path) is None


def test_a_message_that_is_none_of_ours_is_told_with_its_number(tmp_path):
    path = tmp_path / "odd.mcap"
    writer = TakeWriter(path, START)
    writer.write(b"face\0\x08\x63", log_ns=1, publish_ns=1)  # schema version 99
    writer.finish()
    with pytest.raises(TakeError, match="message 0: expected schema version 1, got 99"):
        faces_of(path)


def test_a_chunk_that_would_fill_the_memory_is_left_alone(tmp_path, take, monkeypatch):
    unpacked = []
    monkeypatch.setattr(mcap, "breakup_chunk", lambda *chunk, **options: unpacked.append(chunk))
    data = bytearray(take.read_bytes())
    at = data.index(b"zstd") - 4 - 4 - 8  # its own size, unpacked
    data[at : at + 8] = (1 << 40).to_bytes(8, "little")
    path = tmp_path / "bomb.mcap"
    path.write_bytes(data)
    with pytest.raises(TakeError, match="broken inside"):
        faces_of(path)
    assert not unpacked


@pytest.mark.parametrize("compression", list(CompressionType))
def test_other_writers_chunks_are_read(tmp_path, states, compression):
    path = tmp_path / "other.mcap"
    with path.open("wb") as file:
        writer = Writer(file, compression=compression)
        writer.start()
        schema = register_schema(writer, face_pb2.FaceFrame)
        channel = writer.register_channel("face", "protobuf", schema)
        for state in states:
            message = encode_face(state, stream_id="s", seq=0, published_ns=1)
            writer.add_message(channel, log_time=1, publish_time=1, data=message[5:])
        writer.finish()
    assert [numbers(face.state) for face in faces_of(path)] == [numbers(each) for each in states]


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_a_chunk_that_unpacks_to_more_than_it_says_takes_no_memory(tmp_path, compression):
    zeros = bytes(32 << 20)
    if compression == "lz4":
        packed = lz4.frame.compress(zeros)
    else:
        packed = zstandard.ZstdCompressor(write_content_size=False).compress(zeros)
    del zeros
    body = struct.pack("<QQQI", 0, 0, 1000, 0)
    body += struct.pack("<I", len(compression)) + compression.encode()
    body += struct.pack("<Q", len(packed)) + packed
    path = tmp_path / "bomb.mcap"
    path.write_bytes(MCAP0_MAGIC + b"\x06" + struct.pack("<Q", len(body)) + body + bytes(9))
    tracemalloc.start()
    with pytest.raises(TakeError, match="broken inside"):
        faces_of(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20
