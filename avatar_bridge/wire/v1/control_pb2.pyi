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
    __slots__ = ("schema_version", "request_id", "ping", "get_meta", "list_profiles", "set_profile", "calibrate", "map", "analyze", "start_recording", "stop_recording", "preview")
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
    def __init__(self, schema_version: _Optional[int] = ..., request_id: _Optional[int] = ..., ping: _Optional[_Union[PingRequest, _Mapping]] = ..., get_meta: _Optional[_Union[GetMetaRequest, _Mapping]] = ..., list_profiles: _Optional[_Union[ListProfilesRequest, _Mapping]] = ..., set_profile: _Optional[_Union[SetProfileRequest, _Mapping]] = ..., calibrate: _Optional[_Union[CalibrateRequest, _Mapping]] = ..., map: _Optional[_Union[MapRequest, _Mapping]] = ..., analyze: _Optional[_Union[AnalyzeRequest, _Mapping]] = ..., start_recording: _Optional[_Union[StartRecordingRequest, _Mapping]] = ..., stop_recording: _Optional[_Union[StopRecordingRequest, _Mapping]] = ..., preview: _Optional[_Union[PreviewRequest, _Mapping]] = ...) -> None: ...

class ControlResponse(_message.Message):
    __slots__ = ("schema_version", "request_id", "error", "ping", "get_meta", "list_profiles", "set_profile", "calibrate", "map", "analyze", "start_recording", "stop_recording", "preview")
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
    def __init__(self, schema_version: _Optional[int] = ..., request_id: _Optional[int] = ..., error: _Optional[_Union[Error, _Mapping]] = ..., ping: _Optional[_Union[PingResponse, _Mapping]] = ..., get_meta: _Optional[_Union[GetMetaResponse, _Mapping]] = ..., list_profiles: _Optional[_Union[ListProfilesResponse, _Mapping]] = ..., set_profile: _Optional[_Union[SetProfileResponse, _Mapping]] = ..., calibrate: _Optional[_Union[CalibrateResponse, _Mapping]] = ..., map: _Optional[_Union[MapResponse, _Mapping]] = ..., analyze: _Optional[_Union[AnalyzeResponse, _Mapping]] = ..., start_recording: _Optional[_Union[StartRecordingResponse, _Mapping]] = ..., stop_recording: _Optional[_Union[StopRecordingResponse, _Mapping]] = ..., preview: _Optional[_Union[PreviewResponse, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("face_id",)
    FACE_ID_FIELD_NUMBER: _ClassVar[int]
    face_id: int
    def __init__(self, face_id: _Optional[int] = ...) -> None: ...

class PreviewResponse(_message.Message):
    __slots__ = ("image",)
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    image: _face_pb2.PreviewImage
    def __init__(self, image: _Optional[_Union[_face_pb2.PreviewImage, _Mapping]] = ...) -> None: ...
