"""How a server is set, as messages and back."""

from avatar_bridge.control.base import Settings
from avatar_bridge.errors import ConfigError, WireError
from avatar_bridge.preview.base import LIVE, PreviewSettings
from avatar_bridge.retarget.edit import ShapeResponse
from avatar_bridge.sinks.rack import SinkState
from avatar_bridge.wire.picture import ImageKind
from avatar_bridge.wire.v1 import control_pb2 as pb
from avatar_bridge.wire.v1 import face_pb2

_MADE = {
    ImageKind.GENERATED: face_pb2.IMAGE_KIND_GENERATED,
    ImageKind.HEAD: face_pb2.IMAGE_KIND_HEAD,
}


def settings_message(settings: Settings) -> pb.GetSettingsResponse:
    """Settings as they are answered.

    Raises:
        WireError: a value does not fit its field.
    """
    try:
        return pb.GetSettingsResponse(
            source=_clean(settings.source),
            sources=map(_clean, settings.sources),
            mirror=settings.mirror,
            smoothing=_clean(settings.smoothing),
            smoothings=settings.smoothings,
            profile=settings.profile,
            profiles=settings.profiles,
            calibration=settings.calibration,
            calibrations=settings.calibrations,
            sinks=map(sink_message, settings.sinks),
            recording=_clean(settings.recording),
            responses=map(response_message, settings.responses),
            unsaved=settings.unsaved,
            preview=preview_message(settings.preview) if settings.preview else None,
            generators=settings.generators,
        )
    except (ValueError, TypeError) as error:
        raise WireError(f"a value does not fit its field: {error}") from error


def read_settings(message: pb.GetSettingsResponse) -> Settings:
    """What `settings_message` made.

    Raises:
        WireError: an unknown kind of preview, or a value out of its range.
    """
    try:
        preview = preview_settings(message.preview) if message.HasField("preview") else None
    except ConfigError as error:
        raise WireError(f"settings: {error}") from error
    return Settings(
        source=message.source,
        sources=tuple(message.sources),
        mirror=message.mirror,
        smoothing=message.smoothing,
        smoothings=tuple(message.smoothings),
        profile=message.profile,
        profiles=tuple(message.profiles),
        calibration=message.calibration,
        calibrations=tuple(message.calibrations),
        sinks=tuple(map(read_sink, message.sinks)),
        recording=message.recording,
        responses=tuple(map(read_response, message.responses)),
        unsaved=message.unsaved,
        preview=preview,
        generators=tuple(message.generators),
    )


def sink_message(state: SinkState) -> pb.SinkState:
    """An output's state as it is answered."""
    return pb.SinkState(
        name=state.name, on=state.on, state=_clean(state.state), options=dict(state.options)
    )


def read_sink(message: pb.SinkState) -> SinkState:
    """What `sink_message` made."""
    return SinkState(message.name, message.on, message.state, dict(message.options))


def response_message(response: ShapeResponse) -> pb.ShapeResponse:
    """How a shape answers, as a message."""
    return pb.ShapeResponse(
        gain=response.gain,
        dead_zone=response.dead_zone,
        limit=response.limit,
        curve=response.curve,
    )


def read_response(message: pb.ShapeResponse) -> ShapeResponse:
    """What a message says of a shape; whether it fits is for the profile to say."""
    return ShapeResponse(message.gain, message.dead_zone, message.limit, tuple(message.curve))


def preview_message(settings: PreviewSettings) -> pb.SetPreviewRequest:
    """What topic `preview` shows, as a message."""
    return pb.SetPreviewRequest(
        fps=settings.fps,
        emotion=settings.emotion,
        intensity=settings.intensity,
        kind=_MADE[settings.kind],
        net=settings.net,
    )


def preview_settings(message: pb.SetPreviewRequest) -> PreviewSettings:
    """What topic `preview` is to show.

    Raises:
        ConfigError: a value out of its range.
    """
    return PreviewSettings(
        fps=message.fps,
        emotion=message.emotion or LIVE,
        intensity=message.intensity,
        kind=image_kind(message.kind),
        net=message.net,
    )


def image_kind(number: int) -> ImageKind:
    """What kind of picture is to be made; unspecified is a generated one.

    Raises:
        ConfigError: none that can be made.
    """
    for kind, known in _MADE.items():
        if number in (known, face_pb2.IMAGE_KIND_UNSPECIFIED):
            return kind
    raise ConfigError(f"kind: expected GENERATED or HEAD, got {number}")


def _clean(text: str) -> str:
    # A file's name may hold bytes that are no text, and no message can carry those.
    return text.encode("utf-8", "replace").decode()
