from avatar_bridge.wire.v1 import face_pb2 as _face_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_CODE_UNSPECIFIED: _ClassVar[ErrorCode]
    ERROR_CODE_MALFORMED: _ClassVar[ErrorCode]
    ERROR_CODE_UNKNOWN_REQUEST: _ClassVar[ErrorCode]
    ERROR_CODE_UNSUPPORTED: _ClassVar[ErrorCode]
    ERROR_CODE_INVALID_ARGUMENT: _ClassVar[ErrorCode]
    ERROR_CODE_NOT_FOUND: _ClassVar[ErrorCode]
    ERROR_CODE_INTERNAL: _ClassVar[ErrorCode]
    ERROR_CODE_BUSY: _ClassVar[ErrorCode]

class CalibrationAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALIBRATION_ACTION_UNSPECIFIED: _ClassVar[CalibrationAction]
    CALIBRATION_ACTION_MEASURE: _ClassVar[CalibrationAction]
    CALIBRATION_ACTION_USE: _ClassVar[CalibrationAction]
    CALIBRATION_ACTION_UNDO: _ClassVar[CalibrationAction]
    CALIBRATION_ACTION_CLEAR: _ClassVar[CalibrationAction]

class CalibrationStep(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALIBRATION_STEP_UNSPECIFIED: _ClassVar[CalibrationStep]
    CALIBRATION_STEP_NEUTRAL: _ClassVar[CalibrationStep]
    CALIBRATION_STEP_SMILE: _ClassVar[CalibrationStep]
    CALIBRATION_STEP_BROWS_UP: _ClassVar[CalibrationStep]
    CALIBRATION_STEP_JAW_OPEN: _ClassVar[CalibrationStep]
    CALIBRATION_STEP_BLINK: _ClassVar[CalibrationStep]
    CALIBRATION_STEP_PUCKER: _ClassVar[CalibrationStep]
ERROR_CODE_UNSPECIFIED: ErrorCode
ERROR_CODE_MALFORMED: ErrorCode
ERROR_CODE_UNKNOWN_REQUEST: ErrorCode
ERROR_CODE_UNSUPPORTED: ErrorCode
ERROR_CODE_INVALID_ARGUMENT: ErrorCode
ERROR_CODE_NOT_FOUND: ErrorCode
ERROR_CODE_INTERNAL: ErrorCode
ERROR_CODE_BUSY: ErrorCode
CALIBRATION_ACTION_UNSPECIFIED: CalibrationAction
CALIBRATION_ACTION_MEASURE: CalibrationAction
CALIBRATION_ACTION_USE: CalibrationAction
CALIBRATION_ACTION_UNDO: CalibrationAction
CALIBRATION_ACTION_CLEAR: CalibrationAction
CALIBRATION_STEP_UNSPECIFIED: CalibrationStep
CALIBRATION_STEP_NEUTRAL: CalibrationStep
CALIBRATION_STEP_SMILE: CalibrationStep
CALIBRATION_STEP_BROWS_UP: CalibrationStep
CALIBRATION_STEP_JAW_OPEN: CalibrationStep
CALIBRATION_STEP_BLINK: CalibrationStep
CALIBRATION_STEP_PUCKER: CalibrationStep

class ControlRequest(_message.Message):
    __slots__ = ("schema_version", "request_id", "ping", "get_meta", "list_profiles", "set_profile", "calibrate", "map", "analyze", "start_recording", "stop_recording", "preview", "get_settings", "change_settings", "set_sink", "edit_profile", "set_preview")
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PING_FIELD_NUMBER: _ClassVar[int]
    GET_META_FIELD_NUMBER: _ClassVar[int]
    LIST_PROFILES_FIELD_NUMBER: _ClassVar[int]
    SET_PROFILE_FIELD_NUMBER: _ClassVar[int]
    CALIBRATE_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    ANALYZE_FIELD_NUMBER: _ClassVar[int]
    START_RECORDING_FIELD_NUMBER: _ClassVar[int]
    STOP_RECORDING_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    GET_SETTINGS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_SETTINGS_FIELD_NUMBER: _ClassVar[int]
    SET_SINK_FIELD_NUMBER: _ClassVar[int]
    EDIT_PROFILE_FIELD_NUMBER: _ClassVar[int]
    SET_PREVIEW_FIELD_NUMBER: _ClassVar[int]
    schema_version: int
    request_id: int
    ping: PingRequest
    get_meta: GetMetaRequest
    list_profiles: ListProfilesRequest
    set_profile: SetProfileRequest
    calibrate: CalibrateRequest
    map: MapRequest
    analyze: AnalyzeRequest
    start_recording: StartRecordingRequest
    stop_recording: StopRecordingRequest
    preview: PreviewRequest
    get_settings: GetSettingsRequest
    change_settings: ChangeSettingsRequest
    set_sink: SetSinkRequest
    edit_profile: EditProfileRequest
    set_preview: SetPreviewRequest
    def __init__(self, schema_version: _Optional[int] = ..., request_id: _Optional[int] = ..., ping: _Optional[_Union[PingRequest, _Mapping]] = ..., get_meta: _Optional[_Union[GetMetaRequest, _Mapping]] = ..., list_profiles: _Optional[_Union[ListProfilesRequest, _Mapping]] = ..., set_profile: _Optional[_Union[SetProfileRequest, _Mapping]] = ..., calibrate: _Optional[_Union[CalibrateRequest, _Mapping]] = ..., map: _Optional[_Union[MapRequest, _Mapping]] = ..., analyze: _Optional[_Union[AnalyzeRequest, _Mapping]] = ..., start_recording: _Optional[_Union[StartRecordingRequest, _Mapping]] = ..., stop_recording: _Optional[_Union[StopRecordingRequest, _Mapping]] = ..., preview: _Optional[_Union[PreviewRequest, _Mapping]] = ..., get_settings: _Optional[_Union[GetSettingsRequest, _Mapping]] = ..., change_settings: _Optional[_Union[ChangeSettingsRequest, _Mapping]] = ..., set_sink: _Optional[_Union[SetSinkRequest, _Mapping]] = ..., edit_profile: _Optional[_Union[EditProfileRequest, _Mapping]] = ..., set_preview: _Optional[_Union[SetPreviewRequest, _Mapping]] = ...) -> None: ...

class ControlResponse(_message.Message):
    __slots__ = ("schema_version", "request_id", "error", "ping", "get_meta", "list_profiles", "set_profile", "calibrate", "map", "analyze", "start_recording", "stop_recording", "preview", "get_settings", "change_settings", "set_sink", "edit_profile", "set_preview")
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    PING_FIELD_NUMBER: _ClassVar[int]
    GET_META_FIELD_NUMBER: _ClassVar[int]
    LIST_PROFILES_FIELD_NUMBER: _ClassVar[int]
    SET_PROFILE_FIELD_NUMBER: _ClassVar[int]
    CALIBRATE_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    ANALYZE_FIELD_NUMBER: _ClassVar[int]
    START_RECORDING_FIELD_NUMBER: _ClassVar[int]
    STOP_RECORDING_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    GET_SETTINGS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_SETTINGS_FIELD_NUMBER: _ClassVar[int]
    SET_SINK_FIELD_NUMBER: _ClassVar[int]
    EDIT_PROFILE_FIELD_NUMBER: _ClassVar[int]
    SET_PREVIEW_FIELD_NUMBER: _ClassVar[int]
    schema_version: int
    request_id: int
    error: Error
    ping: PingResponse
    get_meta: GetMetaResponse
    list_profiles: ListProfilesResponse
    set_profile: SetProfileResponse
    calibrate: CalibrateResponse
    map: MapResponse
    analyze: AnalyzeResponse
    start_recording: StartRecordingResponse
    stop_recording: StopRecordingResponse
    preview: PreviewResponse
    get_settings: GetSettingsResponse
    change_settings: ChangeSettingsResponse
    set_sink: SetSinkResponse
    edit_profile: EditProfileResponse
    set_preview: SetPreviewResponse
    def __init__(self, schema_version: _Optional[int] = ..., request_id: _Optional[int] = ..., error: _Optional[_Union[Error, _Mapping]] = ..., ping: _Optional[_Union[PingResponse, _Mapping]] = ..., get_meta: _Optional[_Union[GetMetaResponse, _Mapping]] = ..., list_profiles: _Optional[_Union[ListProfilesResponse, _Mapping]] = ..., set_profile: _Optional[_Union[SetProfileResponse, _Mapping]] = ..., calibrate: _Optional[_Union[CalibrateResponse, _Mapping]] = ..., map: _Optional[_Union[MapResponse, _Mapping]] = ..., analyze: _Optional[_Union[AnalyzeResponse, _Mapping]] = ..., start_recording: _Optional[_Union[StartRecordingResponse, _Mapping]] = ..., stop_recording: _Optional[_Union[StopRecordingResponse, _Mapping]] = ..., preview: _Optional[_Union[PreviewResponse, _Mapping]] = ..., get_settings: _Optional[_Union[GetSettingsResponse, _Mapping]] = ..., change_settings: _Optional[_Union[ChangeSettingsResponse, _Mapping]] = ..., set_sink: _Optional[_Union[SetSinkResponse, _Mapping]] = ..., edit_profile: _Optional[_Union[EditProfileResponse, _Mapping]] = ..., set_preview: _Optional[_Union[SetPreviewResponse, _Mapping]] = ...) -> None: ...

class Error(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: ErrorCode
    message: str
    def __init__(self, code: _Optional[_Union[ErrorCode, str]] = ..., message: _Optional[str] = ...) -> None: ...

class PingRequest(_message.Message):
    __slots__ = ("client_ns",)
    CLIENT_NS_FIELD_NUMBER: _ClassVar[int]
    client_ns: int
    def __init__(self, client_ns: _Optional[int] = ...) -> None: ...

class PingResponse(_message.Message):
    __slots__ = ("client_ns", "server_ns", "stream_id")
    CLIENT_NS_FIELD_NUMBER: _ClassVar[int]
    SERVER_NS_FIELD_NUMBER: _ClassVar[int]
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    client_ns: int
    server_ns: int
    stream_id: str
    def __init__(self, client_ns: _Optional[int] = ..., server_ns: _Optional[int] = ..., stream_id: _Optional[str] = ...) -> None: ...

class GetMetaRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetMetaResponse(_message.Message):
    __slots__ = ("meta",)
    META_FIELD_NUMBER: _ClassVar[int]
    meta: _face_pb2.StreamMeta
    def __init__(self, meta: _Optional[_Union[_face_pb2.StreamMeta, _Mapping]] = ...) -> None: ...

class ListProfilesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListProfilesResponse(_message.Message):
    __slots__ = ("names", "current")
    NAMES_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    current: str
    def __init__(self, names: _Optional[_Iterable[str]] = ..., current: _Optional[str] = ...) -> None: ...

class SetProfileRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class SetProfileResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CalibrateRequest(_message.Message):
    __slots__ = ("name", "action", "step", "keep_head")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    KEEP_HEAD_FIELD_NUMBER: _ClassVar[int]
    name: str
    action: CalibrationAction
    step: CalibrationStep
    keep_head: bool
    def __init__(self, name: _Optional[str] = ..., action: _Optional[_Union[CalibrationAction, str]] = ..., step: _Optional[_Union[CalibrationStep, str]] = ..., keep_head: bool = ...) -> None: ...

class CalibrateResponse(_message.Message):
    __slots__ = ("name", "saved")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SAVED_FIELD_NUMBER: _ClassVar[int]
    name: str
    saved: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., saved: _Optional[_Iterable[str]] = ...) -> None: ...

class MapRequest(_message.Message):
    __slots__ = ("action_units", "emotions")
    class ActionUnitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class EmotionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    ACTION_UNITS_FIELD_NUMBER: _ClassVar[int]
    EMOTIONS_FIELD_NUMBER: _ClassVar[int]
    action_units: _containers.ScalarMap[str, float]
    emotions: _containers.ScalarMap[str, float]
    def __init__(self, action_units: _Optional[_Mapping[str, float]] = ..., emotions: _Optional[_Mapping[str, float]] = ...) -> None: ...

class MapResponse(_message.Message):
    __slots__ = ("blendshapes",)
    BLENDSHAPES_FIELD_NUMBER: _ClassVar[int]
    blendshapes: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, blendshapes: _Optional[_Iterable[float]] = ...) -> None: ...

class AnalyzeRequest(_message.Message):
    __slots__ = ("image",)
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    image: bytes
    def __init__(self, image: _Optional[bytes] = ...) -> None: ...

class AnalyzeResponse(_message.Message):
    __slots__ = ("faces",)
    FACES_FIELD_NUMBER: _ClassVar[int]
    faces: _containers.RepeatedCompositeFieldContainer[_face_pb2.FaceFrame]
    def __init__(self, faces: _Optional[_Iterable[_Union[_face_pb2.FaceFrame, _Mapping]]] = ...) -> None: ...

class StartRecordingRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class StartRecordingResponse(_message.Message):
    __slots__ = ("name", "path")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    name: str
    path: str
    def __init__(self, name: _Optional[str] = ..., path: _Optional[str] = ...) -> None: ...

class StopRecordingRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StopRecordingResponse(_message.Message):
    __slots__ = ("name", "frames", "path", "dropped")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    name: str
    frames: int
    path: str
    dropped: int
    def __init__(self, name: _Optional[str] = ..., frames: _Optional[int] = ..., path: _Optional[str] = ..., dropped: _Optional[int] = ...) -> None: ...

class PreviewRequest(_message.Message):
    __slots__ = ("face_id", "image", "emotion", "intensity", "action_units", "kind", "net")
    class ActionUnitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    FACE_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    EMOTION_FIELD_NUMBER: _ClassVar[int]
    INTENSITY_FIELD_NUMBER: _ClassVar[int]
    ACTION_UNITS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NET_FIELD_NUMBER: _ClassVar[int]
    face_id: int
    image: bytes
    emotion: str
    intensity: float
    action_units: _containers.ScalarMap[str, float]
    kind: _face_pb2.ImageKind
    net: str
    def __init__(self, face_id: _Optional[int] = ..., image: _Optional[bytes] = ..., emotion: _Optional[str] = ..., intensity: _Optional[float] = ..., action_units: _Optional[_Mapping[str, float]] = ..., kind: _Optional[_Union[_face_pb2.ImageKind, str]] = ..., net: _Optional[str] = ...) -> None: ...

class PreviewResponse(_message.Message):
    __slots__ = ("image",)
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    image: _face_pb2.PreviewImage
    def __init__(self, image: _Optional[_Union[_face_pb2.PreviewImage, _Mapping]] = ...) -> None: ...

class SetPreviewRequest(_message.Message):
    __slots__ = ("fps", "emotion", "intensity", "kind", "net")
    FPS_FIELD_NUMBER: _ClassVar[int]
    EMOTION_FIELD_NUMBER: _ClassVar[int]
    INTENSITY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NET_FIELD_NUMBER: _ClassVar[int]
    fps: float
    emotion: str
    intensity: float
    kind: _face_pb2.ImageKind
    net: str
    def __init__(self, fps: _Optional[float] = ..., emotion: _Optional[str] = ..., intensity: _Optional[float] = ..., kind: _Optional[_Union[_face_pb2.ImageKind, str]] = ..., net: _Optional[str] = ...) -> None: ...

class SetPreviewResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetSettingsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SinkState(_message.Message):
    __slots__ = ("name", "on", "state", "options")
    class OptionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    on: bool
    state: str
    options: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., on: bool = ..., state: _Optional[str] = ..., options: _Optional[_Mapping[str, str]] = ...) -> None: ...

class GetSettingsResponse(_message.Message):
    __slots__ = ("source", "mirror", "smoothing", "smoothings", "profile", "profiles", "calibration", "calibrations", "sinks", "recording", "sources", "responses", "unsaved", "preview", "generators")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    MIRROR_FIELD_NUMBER: _ClassVar[int]
    SMOOTHING_FIELD_NUMBER: _ClassVar[int]
    SMOOTHINGS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PROFILES_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_FIELD_NUMBER: _ClassVar[int]
    CALIBRATIONS_FIELD_NUMBER: _ClassVar[int]
    SINKS_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    UNSAVED_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    GENERATORS_FIELD_NUMBER: _ClassVar[int]
    source: str
    mirror: bool
    smoothing: str
    smoothings: _containers.RepeatedScalarFieldContainer[str]
    profile: str
    profiles: _containers.RepeatedScalarFieldContainer[str]
    calibration: str
    calibrations: _containers.RepeatedScalarFieldContainer[str]
    sinks: _containers.RepeatedCompositeFieldContainer[SinkState]
    recording: str
    sources: _containers.RepeatedScalarFieldContainer[str]
    responses: _containers.RepeatedCompositeFieldContainer[ShapeResponse]
    unsaved: bool
    preview: SetPreviewRequest
    generators: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, source: _Optional[str] = ..., mirror: bool = ..., smoothing: _Optional[str] = ..., smoothings: _Optional[_Iterable[str]] = ..., profile: _Optional[str] = ..., profiles: _Optional[_Iterable[str]] = ..., calibration: _Optional[str] = ..., calibrations: _Optional[_Iterable[str]] = ..., sinks: _Optional[_Iterable[_Union[SinkState, _Mapping]]] = ..., recording: _Optional[str] = ..., sources: _Optional[_Iterable[str]] = ..., responses: _Optional[_Iterable[_Union[ShapeResponse, _Mapping]]] = ..., unsaved: bool = ..., preview: _Optional[_Union[SetPreviewRequest, _Mapping]] = ..., generators: _Optional[_Iterable[str]] = ...) -> None: ...

class ChangeSettingsRequest(_message.Message):
    __slots__ = ("source", "mirror", "smoothing")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    MIRROR_FIELD_NUMBER: _ClassVar[int]
    SMOOTHING_FIELD_NUMBER: _ClassVar[int]
    source: str
    mirror: bool
    smoothing: str
    def __init__(self, source: _Optional[str] = ..., mirror: bool = ..., smoothing: _Optional[str] = ...) -> None: ...

class ChangeSettingsResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetSinkRequest(_message.Message):
    __slots__ = ("name", "on", "options")
    class OptionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    on: bool
    options: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., on: bool = ..., options: _Optional[_Mapping[str, str]] = ...) -> None: ...

class SetSinkResponse(_message.Message):
    __slots__ = ("sink",)
    SINK_FIELD_NUMBER: _ClassVar[int]
    sink: SinkState
    def __init__(self, sink: _Optional[_Union[SinkState, _Mapping]] = ...) -> None: ...

class ShapeResponse(_message.Message):
    __slots__ = ("gain", "dead_zone", "limit", "curve")
    GAIN_FIELD_NUMBER: _ClassVar[int]
    DEAD_ZONE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURVE_FIELD_NUMBER: _ClassVar[int]
    gain: float
    dead_zone: float
    limit: float
    curve: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, gain: _Optional[float] = ..., dead_zone: _Optional[float] = ..., limit: _Optional[float] = ..., curve: _Optional[_Iterable[float]] = ...) -> None: ...

class EditProfileRequest(_message.Message):
    __slots__ = ("responses", "save_as", "reset")
    class ResponsesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ShapeResponse
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ShapeResponse, _Mapping]] = ...) -> None: ...
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    SAVE_AS_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    responses: _containers.MessageMap[str, ShapeResponse]
    save_as: str
    reset: bool
    def __init__(self, responses: _Optional[_Mapping[str, ShapeResponse]] = ..., save_as: _Optional[str] = ..., reset: bool = ...) -> None: ...

class EditProfileResponse(_message.Message):
    __slots__ = ("path",)
    PATH_FIELD_NUMBER: _ClassVar[int]
    path: str
    def __init__(self, path: _Optional[str] = ...) -> None: ...
