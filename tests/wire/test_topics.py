import pytest

from avatar_bridge.errors import WireError
from avatar_bridge.wire import topics


@pytest.mark.parametrize("topic", [topics.FACE, topics.META, topics.STATUS, topics.PREVIEW])
@pytest.mark.parametrize("payload", [b"", b"\x00", b"face\x00x"])
def test_split_undoes_join(topic, payload):
    message = topics.join(topic, payload)
    assert topics.split(message) == (topic, payload)
    assert message.startswith(topics.prefix(topic))


def test_layout_is_topic_zero_payload():
    assert topics.join(topics.FACE, b"\x08\x01") == b"face\x00\x08\x01"


@pytest.mark.parametrize(
    "message", [b"", b"face", b"\x00face", b"fa ce\x00", b"\xff\xfe\x00", b"a" * 40 + b"\x00"]
)
def test_what_has_no_topic_is_refused(message):
    with pytest.raises(WireError, match=f"expected a topic and 0x00, got {len(message)} bytes"):
        topics.split(message)


def test_another_topic_is_named():
    with pytest.raises(WireError, match="expected topic face, got meta"):
        topics.expect(topics.FACE, b"meta\x00")
