"""Pictures of the topics `camera` and `preview` to bytes and back."""

from dataclasses import dataclass

import numpy as np

from avatar_bridge.errors import WireError
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.types import Float32
from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import SCHEMA_VERSION, expect_version, parse
from avatar_bridge.wire.picture import ImageKind, PreviewPicture
from avatar_bridge.wire.v1 import face_pb2

_KINDS = {
    ImageKind.CAMERA: face_pb2.IMAGE_KIND_CAMERA,
    ImageKind.GENERATED: face_pb2.IMAGE_KIND_GENERATED,
    ImageKind.HEAD: face_pb2.IMAGE_KIND_HEAD,
}
_KIND_OF = {number: kind for kind, number in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class ReceivedPicture:
    """A picture as it came over the wire.

    Attributes:
        stream_id: changes whenever the server starts.
        seq: counts the topic's messages; a gap means lost ones.
        published_ns: when it was sent, on the server's clock.
        picture: its file is as it came, not yet looked into.
    """

    stream_id: str
    seq: int
    published_ns: int
    picture: PreviewPicture


def topic_of(kind: ImageKind) -> bytes:
    """The topic that pictures of a kind go out by."""
    return topics.CAMERA if kind is ImageKind.CAMERA else topics.PREVIEW


def encode_picture(
    picture: PreviewPicture, *, stream_id: str, seq: int, published_ns: int
) -> bytes:
    """One whole message of topic `camera` or `preview`, by what the picture shows.

    Args:
        picture: sent as it is.
        stream_id: of this run of the server.
        seq: from 0, one more for each message of the topic.
        published_ns: now, on the clock that stamped the picture.

    Raises:
        WireError: a number does not fit its field.
    """
    image = picture_message(picture, stream_id=stream_id, seq=seq, published_ns=published_ns)
    return topics.join(topic_of(picture.kind), image.SerializeToString())


def decode_picture(message: bytes) -> ReceivedPicture:
    """What `encode_picture` made.

    Raises:
        WireError: not such a message.
    """
    topic, payload = topics.split(message)
    received = read_picture(parse(face_pb2.PreviewImage, payload))
    if topic_of(received.picture.kind) != topic:
        raise WireError(f"expected a picture of topic {topic.decode()}, got another's")
    return received


def picture_message(
    picture: PreviewPicture, *, stream_id: str, seq: int, published_ns: int
) -> face_pb2.PreviewImage:
    """As `encode_picture`, without topic and still to be serialised."""
    try:
        return face_pb2.PreviewImage(
            schema_version=SCHEMA_VERSION,
            stream_id=stream_id,
            seq=seq,
            captured_ns=picture.captured_ns,
            published_ns=published_ns,
            face_id=picture.face_id,
            format=face_pb2.IMAGE_FORMAT_JPEG,
            width=picture.width,
            height=picture.height,
            data=picture.image,
            kind=_KINDS[picture.kind],
            expression=picture.expression,
            intensity=picture.intensity,
            net=picture.net,
            source_width=picture.source_width,
            source_height=picture.source_height,
            faces=[
                face_pb2.FacePoints(face_id=face_id, points=points.ravel().tolist())
                for face_id, points in picture.points.items()
            ],
        )
    except (ValueError, TypeError) as error:
        raise WireError(f"a value does not fit its field: {error}") from error


def read_picture(image: face_pb2.PreviewImage) -> ReceivedPicture:
    """What `picture_message` made.

    Raises:
        WireError: another schema version, format or kind.
    """
    expect_version(image.schema_version)
    if image.format != face_pb2.IMAGE_FORMAT_JPEG:
        raise WireError(f"expected a JPEG picture, got format {image.format}")
    number = image.kind or face_pb2.IMAGE_KIND_CAMERA
    if number not in _KIND_OF:
        raise WireError(f"expected a kind of 1 to {len(_KIND_OF)}, got {number}")
    return ReceivedPicture(
        stream_id=image.stream_id,
        seq=image.seq,
        published_ns=image.published_ns,
        picture=PreviewPicture(
            image=image.data,
            width=image.width,
            height=image.height,
            captured_ns=image.captured_ns,
            kind=_KIND_OF[number],
            face_id=image.face_id,
            source_width=image.source_width,
            source_height=image.source_height,
            expression=image.expression,
            intensity=image.intensity,
            net=image.net,
            points={face.face_id: _points(face) for face in image.faces},
        ),
    )


def _points(face: face_pb2.FacePoints) -> Float32:
    """(70, 2)."""
    points = np.array(face.points, np.float32)
    if points.size != 2 * POINTS or not np.isfinite(points).all():
        raise WireError(f"expected {2 * POINTS} finite numbers of points, got {points.size}")
    return points.reshape(POINTS, 2)
