"""The .proto files: fresh generated code, house rules, and numbers that stay."""

import hashlib
import importlib
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

from avatar_bridge.wire.v1 import control_pb2, face_pb2, frame_pb2
from avatar_bridge.wire.v1.sources import SOURCES

ROOT = Path(__file__).parents[2]
PROTO = ROOT / "proto"
FILES = (face_pb2.DESCRIPTOR, control_pb2.DESCRIPTOR, frame_pb2.DESCRIPTOR)
FIELDS = Path(__file__).parent / "fields.txt"
CURE = "run scripts/generate_proto.py"


def test_generated_code_is_of_these_sources():
    found = {
        path.name: hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        for path in (PROTO / "avatar_bridge" / "v1").glob("*.proto")
    }
    assert found == SOURCES, CURE


def test_generated_code_says_what_the_compiler_reads(tmp_path):
    protoc = pytest.importorskip("grpc_tools.protoc")
    out = tmp_path / "set.bin"
    names = [file.name for file in FILES]
    assert protoc.main(["protoc", f"-I{PROTO}", f"--descriptor_set_out={out}", *names]) == 0
    compiled = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    for file in FILES:
        committed = descriptor_pb2.FileDescriptorProto()
        file.CopyToProto(committed)
        fresh = next(each for each in compiled.file if each.name == file.name)
        for each in (committed, fresh):  # the short names of JSON are filled in by some versions
            for message in each.message_type:
                for field in (*message.field, *(f for n in message.nested_type for f in n.field)):
                    field.ClearField("json_name")
        assert committed == fresh, CURE


def test_package_matches_its_folder():
    for file in FILES:
        assert file.package == "avatar_bridge.v1"
        assert file.name.rpartition("/")[0] == file.package.replace(".", "/")


def test_enums_are_prefixed_and_begin_unspecified():
    for file in FILES:
        for enum in file.enum_types_by_name.values():
            prefix = "".join(f"_{c}" if c.isupper() else c for c in enum.name).strip("_").upper()
            assert enum.values[0].number == 0
            assert enum.values[0].name == f"{prefix}_UNSPECIFIED"
            assert all(value.name.startswith(f"{prefix}_") for value in enum.values)


def test_fields_are_never_renumbered():
    """`fields.txt` only grows: clients in the field were built against each of its lines."""
    pinned = FIELDS.read_text(encoding="utf-8").split("\n")[:-1]
    now = _fields()
    assert [line for line in pinned if line not in now] == []
    assert [line for line in now if line not in pinned] == [], "add the new lines to fields.txt"


def test_generated_modules_are_where_they_say():
    for kind in (face_pb2.FaceFrame, control_pb2.ControlRequest):
        assert getattr(importlib.import_module(kind.__module__), kind.__name__) is kind


def _fields() -> list[str]:
    lines = []
    for file in FILES:
        for message in file.message_types_by_name.values():
            proto = descriptor_pb2.DescriptorProto()
            message.CopyToProto(proto)
            for field in proto.field:
                kind = descriptor_pb2.FieldDescriptorProto.Type.Name(field.type)
                label = descriptor_pb2.FieldDescriptorProto.Label.Name(field.label)
                many = "repeated " if label == "LABEL_REPEATED" else ""
                type_name = field.type_name or kind.removeprefix("TYPE_").lower()
                lines.append(f"{message.name}.{field.name} = {field.number}: {many}{type_name}")
        for enum in file.enum_types_by_name.values():
            lines.extend(f"{enum.name}.{value.name} = {value.number}" for value in enum.values)
    return lines
