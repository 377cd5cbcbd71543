from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Capability(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAPABILITY_UNSPECIFIED: _ClassVar[Capability]
    CAPABILITY_MEASURED: _ClassVar[Capability]
    CAPABILITY_DERIVED: _ClassVar[Capability]
    CAPABILITY_UNSUPPORTED: _ClassVar[Capability]

class ImageFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMAGE_FORMAT_UNSPECIFIED: _ClassVar[ImageFormat]
    IMAGE_FORMAT_JPEG: _ClassVar[ImageFormat]
    IMAGE_FORMAT_PNG: _ClassVar[ImageFormat]

class ImageKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMAGE_KIND_UNSPECIFIED: _ClassVar[ImageKind]
    IMAGE_KIND_CAMERA: _ClassVar[ImageKind]
    IMAGE_KIND_GENERATED: _ClassVar[ImageKind]
    IMAGE_KIND_HEAD: _ClassVar[ImageKind]
CAPABILITY_UNSPECIFIED: Capability
CAPABILITY_MEASURED: Capability
CAPABILITY_DERIVED: Capability
CAPABILITY_UNSUPPORTED: Capability
IMAGE_FORMAT_UNSPECIFIED: ImageFormat
IMAGE_FORMAT_JPEG: ImageFormat
IMAGE_FORMAT_PNG: ImageFormat
IMAGE_KIND_UNSPECIFIED: ImageKind
IMAGE_KIND_CAMERA: ImageKind
IMAGE_KIND_GENERATED: ImageKind
IMAGE_KIND_HEAD: ImageKind

class FaceFrame(_message.Message):
    __slots__ = ("schema_version", "stream_id", "seq", "captured_ns", "published_ns", "frame_index", "face_id", "tracked", "confidence", "blendshapes", "action_units", "emotions", "valence", "arousal", "head_pose", "gaze", "image_width", "image_height", "box", "targets")
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_NS_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_NS_FIELD_NUMBER: _ClassVar[int]
    FRAME_INDEX_FIELD_NUMBER: _ClassVar[int]
    FACE_ID_FIELD_NUMBER: _ClassVar[int]
    TRACKED_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    BLENDSHAPES_FIELD_NUMBER: _ClassVar[int]
    ACTION_UNITS_FIELD_NUMBER: _ClassVar[int]
    EMOTIONS_FIELD_NUMBER: _ClassVar[int]
    VALENCE_FIELD_NUMBER: _ClassVar[int]
    AROUSAL_FIELD_NUMBER: _ClassVar[int]
    HEAD_POSE_FIELD_NUMBER: _ClassVar[int]
    GAZE_FIELD_NUMBER: _ClassVar[int]
    IMAGE_WIDTH_FIELD_NUMBER: _ClassVar[int]
    IMAGE_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    schema_version: int
    stream_id: str
    seq: int
    captured_ns: int
    published_ns: int
    frame_index: int
    face_id: int
    tracked: bool
    confidence: float
    blendshapes: _containers.RepeatedScalarFieldContainer[float]
    action_units: _containers.RepeatedScalarFieldContainer[float]
    emotions: _containers.RepeatedScalarFieldContainer[float]
    valence: float
    arousal: float
    head_pose: HeadPose
    gaze: Gaze
    image_width: int
    image_height: int
    box: FaceBox
    targets: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, schema_version: _Optional[int] = ..., stream_id: _Optional[str] = ..., seq: _Optional[int] = ..., captured_ns: _Optional[int] = ..., published_ns: _Optional[int] = ..., frame_index: _Optional[int] = ..., face_id: _Optional[int] = ..., tracked: bool = ..., confidence: _Optional[float] = ..., blendshapes: _Optional[_Iterable[float]] = ..., action_units: _Optional[_Iterable[float]] = ..., emotions: _Optional[_Iterable[float]] = ..., valence: _Optional[float] = ..., arousal: _Optional[float] = ..., head_pose: _Optional[_Union[HeadPose, _Mapping]] = ..., gaze: _Optional[_Union[Gaze, _Mapping]] = ..., image_width: _Optional[int] = ..., image_height: _Optional[int] = ..., box: _Optional[_Union[FaceBox, _Mapping]] = ..., targets: _Optional[_Iterable[float]] = ...) -> None: ...

class HeadPose(_message.Message):
    __slots__ = ("x", "y", "z", "qx", "qy", "qz", "qw")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    Z_FIELD_NUMBER: _ClassVar[int]
    QX_FIELD_NUMBER: _ClassVar[int]
    QY_FIELD_NUMBER: _ClassVar[int]
    QZ_FIELD_NUMBER: _ClassVar[int]
    QW_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    z: float
    qx: float
    qy: float
    qz: float
    qw: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ..., z: _Optional[float] = ..., qx: _Optional[float] = ..., qy: _Optional[float] = ..., qz: _Optional[float] = ..., qw: _Optional[float] = ...) -> None: ...

class Gaze(_message.Message):
    __slots__ = ("left_yaw", "left_pitch", "right_yaw", "right_pitch")
    LEFT_YAW_FIELD_NUMBER: _ClassVar[int]
    LEFT_PITCH_FIELD_NUMBER: _ClassVar[int]
    RIGHT_YAW_FIELD_NUMBER: _ClassVar[int]
    RIGHT_PITCH_FIELD_NUMBER: _ClassVar[int]
    left_yaw: float
    left_pitch: float
    right_yaw: float
    right_pitch: float
    def __init__(self, left_yaw: _Optional[float] = ..., left_pitch: _Optional[float] = ..., right_yaw: _Optional[float] = ..., right_pitch: _Optional[float] = ...) -> None: ...

class FaceBox(_message.Message):
    __slots__ = ("x0", "y0", "x1", "y1")
    X0_FIELD_NUMBER: _ClassVar[int]
    Y0_FIELD_NUMBER: _ClassVar[int]
    X1_FIELD_NUMBER: _ClassVar[int]
    Y1_FIELD_NUMBER: _ClassVar[int]
    x0: float
    y0: float
    x1: float
    y1: float
    def __init__(self, x0: _Optional[float] = ..., y0: _Optional[float] = ..., x1: _Optional[float] = ..., y1: _Optional[float] = ...) -> None: ...

class StreamMeta(_message.Message):
    __slots__ = ("schema_version", "stream_id", "source", "profile", "calibration", "model", "target_fps", "blendshape_names", "capabilities", "action_unit_names", "measured_action_units", "emotion_names", "target_names")
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    TARGET_FPS_FIELD_NUMBER: _ClassVar[int]
    BLENDSHAPE_NAMES_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    ACTION_UNIT_NAMES_FIELD_NUMBER: _ClassVar[int]
    MEASURED_ACTION_UNITS_FIELD_NUMBER: _ClassVar[int]
    EMOTION_NAMES_FIELD_NUMBER: _ClassVar[int]
    TARGET_NAMES_FIELD_NUMBER: _ClassVar[int]
    schema_version: int
    stream_id: str
    source: str
    profile: str
    calibration: str
    model: str
    target_fps: float
    blendshape_names: _containers.RepeatedScalarFieldContainer[str]
    capabilities: _containers.RepeatedScalarFieldContainer[Capability]
    action_unit_names: _containers.RepeatedScalarFieldContainer[str]
    measured_action_units: _containers.RepeatedScalarFieldContainer[str]
    emotion_names: _containers.RepeatedScalarFieldContainer[str]
    target_names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, schema_version: _Optional[int] = ..., stream_id: _Optional[str] = ..., source: _Optional[str] = ..., profile: _Optional[str] = ..., calibration: _Optional[str] = ..., model: _Optional[str] = ..., target_fps: _Optional[float] = ..., blendshape_names: _Optional[_Iterable[str]] = ..., capabilities: _Optional[_Iterable[_Union[Capability, str]]] = ..., action_unit_names: _Optional[_Iterable[str]] = ..., measured_action_units: _Optional[_Iterable[str]] = ..., emotion_names: _Optional[_Iterable[str]] = ..., target_names: _Optional[_Iterable[str]] = ...) -> None: ...

class StageTiming(_message.Message):
    __slots__ = ("name", "p50_ms", "p95_ms", "worst_ms", "errors")
    NAME_FIELD_NUMBER: _ClassVar[int]
    P50_MS_FIELD_NUMBER: _ClassVar[int]
    P95_MS_FIELD_NUMBER: _ClassVar[int]
    WORST_MS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    name: str
    p50_ms: float
    p95_ms: float
    worst_ms: float
    errors: int
    def __init__(self, name: _Optional[str] = ..., p50_ms: _Optional[float] = ..., p95_ms: _Optional[float] = ..., worst_ms: _Optional[float] = ..., errors: _Optional[int] = ...) -> None: ...

class StreamStatus(_message.Message):
    __slots__ = ("schema_version", "stream_id", "published_ns", "fps", "stages", "captured", "dropped", "source_state", "tracked_faces")
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_NS_FIELD_NUMBER: _ClassVar[int]
    FPS_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    SOURCE_STATE_FIELD_NUMBER: _ClassVar[int]
    TRACKED_FACES_FIELD_NUMBER: _ClassVar[int]
    schema_version: int
    stream_id: str
    published_ns: int
    fps: float
    stages: _containers.RepeatedCompositeFieldContainer[StageTiming]
    captured: int
    dropped: int
    source_state: str
    tracked_faces: int
    def __init__(self, schema_version: _Optional[int] = ..., stream_id: _Optional[str] = ..., published_ns: _Optional[int] = ..., fps: _Optional[float] = ..., stages: _Optional[_Iterable[_Union[StageTiming, _Mapping]]] = ..., captured: _Optional[int] = ..., dropped: _Optional[int] = ..., source_state: _Optional[str] = ..., tracked_faces: _Optional[int] = ...) -> None: ...

class FacePoints(_message.Message):
    __slots__ = ("face_id", "points")
    FACE_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    face_id: int
    points: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, face_id: _Optional[int] = ..., points: _Optional[_Iterable[float]] = ...) -> None: ...

class PreviewImage(_message.Message):
    __slots__ = ("schema_version", "stream_id", "seq", "captured_ns", "published_ns", "face_id", "format", "width", "height", "data", "kind", "expression", "intensity", "net", "source_width", "source_height", "faces")
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_NS_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_NS_FIELD_NUMBER: _ClassVar[int]
    FACE_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    INTENSITY_FIELD_NUMBER: _ClassVar[int]
    NET_FIELD_NUMBER: _ClassVar[int]
    SOURCE_WIDTH_FIELD_NUMBER: _ClassVar[int]
    SOURCE_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    FACES_FIELD_NUMBER: _ClassVar[int]
    schema_version: int
    stream_id: str
    seq: int
    captured_ns: int
    published_ns: int
    face_id: int
    format: ImageFormat
    width: int
    height: int
    data: bytes
    kind: ImageKind
    expression: str
    intensity: float
    net: str
    source_width: int
    source_height: int
    faces: _containers.RepeatedCompositeFieldContainer[FacePoints]
    def __init__(self, schema_version: _Optional[int] = ..., stream_id: _Optional[str] = ..., seq: _Optional[int] = ..., captured_ns: _Optional[int] = ..., published_ns: _Optional[int] = ..., face_id: _Optional[int] = ..., format: _Optional[_Union[ImageFormat, str]] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., data: _Optional[bytes] = ..., kind: _Optional[_Union[ImageKind, str]] = ..., expression: _Optional[str] = ..., intensity: _Optional[float] = ..., net: _Optional[str] = ..., source_width: _Optional[int] = ..., source_height: _Optional[int] = ..., faces: _Optional[_Iterable[_Union[FacePoints, _Mapping]]] = ...) -> None: ...
