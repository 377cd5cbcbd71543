from avatar_bridge.wire.v1 import face_pb2 as _face_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CameraFrame(_message.Message):
    __slots__ = ("schema_version", "seq", "captured_ns", "format", "data")
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_NS_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    schema_version: int
    seq: int
    captured_ns: int
    format: _face_pb2.ImageFormat
    data: bytes
    def __init__(self, schema_version: _Optional[int] = ..., seq: _Optional[int] = ..., captured_ns: _Optional[int] = ..., format: _Optional[_Union[_face_pb2.ImageFormat, str]] = ..., data: _Optional[bytes] = ...) -> None: ...
