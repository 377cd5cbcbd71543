"""What the preview's own process is asked for, and what it does to answer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from avatar_bridge.errors import ModelError
from avatar_bridge.preview.expression import Expression
from avatar_bridge.preview.generator import Generators
from avatar_bridge.types import Float32, Image, Landmarks
from avatar_bridge.wire.picture import ImageKind, PreviewPicture

if TYPE_CHECKING:  # it takes a second to load, and only the preview's own process draws it
    from avatar_bridge.preview.head import Head

_QUALITY = 85  # of a JPEG, in percent
HEAD_SIDE = 512  # pixels


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One picture to make.

    Attributes:
        kind: GENERATED or HEAD.
        expression: what it shows.
        captured_ns: when the picture that it is made of was taken.
        face_id: the tracked face that it shows; 0 for none of the stream's.
        net: name of the generator; empty for HEAD.
        image: the picture, and landmarks of the face in it; None for HEAD.
        source_size: width and height of the picture before it was made smaller; 0 where it was
            not.
        side: pixels of the built-in head's picture.
        orientation: (4,) quaternion x, y, z, w by which the built-in head is turned.
    """

    kind: ImageKind
    expression: Expression
    captured_ns: int
    face_id: int = 0
    net: str = ""
    image: Image | None = None
    landmarks: Landmarks | None = None
    source_size: tuple[int, int] = (0, 0)
    side: int = HEAD_SIDE
    orientation: Float32 | None = None


def do(job: Job, generators: Generators, head: "Head") -> PreviewPicture:
    """Make the picture.

    Raises:
        ModelError: the generator cannot be used.
        ConfigError: it cannot show this.
    """
    if job.kind is ImageKind.HEAD:
        image = head.draw(job.expression.weights, job.side, job.orientation)
    elif job.image is None or job.landmarks is None:
        raise ModelError("expected a picture with a face, got none")
    else:
        image = generators.make(job.image, job.landmarks, job.expression, job.net)
    return PreviewPicture(
        image=encode(image),
        width=image.shape[1],
        height=image.shape[0],
        captured_ns=job.captured_ns,
        kind=job.kind,
        face_id=job.face_id,
        source_width=job.source_size[0],
        source_height=job.source_size[1],
        expression=job.expression.name,
        intensity=job.expression.intensity,
        net=job.net,
    )


def encode(image: Image) -> bytes:
    """A picture (H, W, 3) BGR as a JPEG file."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return np.asarray(data, np.uint8).tobytes()
