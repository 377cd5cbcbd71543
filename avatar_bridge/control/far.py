"""What clients on other machines may not ask for, though they are let in."""

from avatar_bridge.capture.address import opens_no_file
from avatar_bridge.control.base import Backend
from avatar_bridge.errors import ConfigError
from avatar_bridge.wire.v1 import control_pb2 as pb
from avatar_bridge.wire.v1 import face_pb2


def check_far(request: pb.ControlRequest, backend: Backend, pictures: bool) -> None:
    """Refuse to open a file that they name, and to show them the face that the source sees.

    Nothing is looked up on the disk: whether a file is there is not for them to know, either.

    Args:
        request: of a client that may be anywhere.
        backend: offers sources, which may be chosen.
        pictures: whether they may have pictures of the face.

    Raises:
        ConfigError: it asks for such a thing.
    """
    if request.HasField("change_settings"):
        uri = request.change_settings.source
        if uri and not opens_no_file(uri) and uri not in backend.settings().sources:
            raise ConfigError(
                f"expected performer, camera:INDEX or remote:PORT, got {uri[:80]!r}: other "
                "machines reach the control service, and files are not theirs to choose"
            )
    elif not pictures and _shows_the_face(request):
        raise ConfigError(
            "expected kind HEAD from another machine, got GENERATED, which is made of the "
            "camera's pictures; allow it with wire.share_camera_beyond"
        )


def _shows_the_face(request: pb.ControlRequest) -> bool:
    if request.HasField("set_preview"):
        return request.set_preview.fps > 0 and request.set_preview.kind != face_pb2.IMAGE_KIND_HEAD
    one = request.preview
    return request.HasField("preview") and not one.image and one.kind != face_pb2.IMAGE_KIND_HEAD
