"""What reads bytes of strangers, as functions of bytes.

A target may raise an AvatarBridgeError of one line, or come back; anything else is a fault.
`tests/fuzz/test_fuzz.py` tries a few thousand inputs, `scripts/fuzz.py` as many as it is told.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from builders import make_state
from export.takes import make_take
from glb import make_glb
from pythonosc.osc_message_builder import OscMessageBuilder
from spied_backend import INFO, SpiedBackend
from take_rig import full_state, write_take

from avatar_bridge.avatar.face import AvatarFace
from avatar_bridge.build import build_retargeter
from avatar_bridge.capture.images import read_image
from avatar_bridge.capture.states.ifacialmocap import IFacialMocapDecoder
from avatar_bridge.capture.states.livelink import LiveLinkDecoder
from avatar_bridge.capture.states.vmc import VmcDecoder
from avatar_bridge.clock import ManualClock
from avatar_bridge.control.handler import Handler
from avatar_bridge.errors import AvatarBridgeError, ConfigError
from avatar_bridge.export.files import read_take as read_any_take
from avatar_bridge.export.files import write_take as write_any_take
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.preview.portrait import decode_picture
from avatar_bridge.retarget.edit import ShapeResponse
from avatar_bridge.retarget.editor import ProfileEditor
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.takes.mcap import read_start, read_take
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import Blendshapes, FaceState
from avatar_bridge.wire.camera_frame import decode_frame, encode_frame, unpack
from avatar_bridge.wire.codec import (
    decode_face,
    decode_meta,
    decode_status,
    encode_face,
    encode_meta,
    encode_status,
)
from avatar_bridge.wire.curve_files import load_client_keys
from avatar_bridge.wire.v1 import control_pb2 as pb

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"

Run = Callable[[bytes], object]


@dataclass(frozen=True)
class Target:
    """One reader of bytes.

    Attributes:
        run: reads them.
        seeds: inputs that it understands.
    """

    run: Run
    seeds: tuple[bytes, ...]


class Backend(SpiedBackend):
    """Maps and decodes as the real one does; has no face to look at."""

    def __init__(self) -> None:
        super().__init__()
        self._retargeter = build_retargeter("arkit", ACTION_UNIT_NAMES)
        self._editor = ProfileEditor("arkit", self._retargeter.profile)

    def map(self, units: dict[str, float], emotions: dict[str, float]) -> Blendshapes:
        return self._retargeter.map(units, emotions)

    def analyze(self, image: bytes) -> tuple[FaceState, ...]:
        decode_picture(image)
        return (make_state(),)

    def calibrations(self) -> tuple[str, ...]:
        return ("anna",)

    def edit_profile(
        self, changes: dict[str, ShapeResponse], save_as: str, reset: bool
    ) -> Path | None:
        return self._editor.edit(changes, reset=reset)

    def can_preview(self) -> bool:
        return True

    def __getattr__(self, name: str) -> object:
        def refuse(*_: object) -> None:
            raise ConfigError(f"expected a whole server for {name}, got a test")

        return refuse


def control(backend: SpiedBackend) -> Run:
    handler = Handler(backend, ManualClock(1))  # type: ignore[arg-type]

    def run(data: bytes) -> None:
        answer = pb.ControlResponse.FromString(handler.answer(data))
        assert answer.WhichOneof("body"), "an empty answer"
        assert answer.error.code != pb.ERROR_CODE_INTERNAL, answer.error.message
        assert "\n" not in answer.error.message, "more than one line"
        assert len(answer.error.message) < 2000, "it repeats what it was sent"

    return run


def in_file(path: Path, read: Callable[[Path], object]) -> Run:
    def run(data: bytes) -> None:
        path.write_bytes(data)
        read(path)

    return run


def all_morphs(path: Path) -> None:
    face = AvatarFace(path)
    face.read_morphs()


def camera_picture(data: bytes) -> None:
    unpack(decode_frame(data))


def decoding(make: Callable[[], object]) -> Run:
    """A phone's packets; what is out of range is a ValueError, which its source passes over."""
    decoder = make()

    def run(data: bytes) -> None:
        try:
            decoder.decode(data, 1)  # type: ignore[attr-defined]
        except ValueError as error:
            raise AvatarBridgeError(str(error)) from error

    return run


def requests() -> tuple[bytes, ...]:
    """One of each kind, golden and made up."""
    asked = [
        pb.ControlRequest(schema_version=1, **{field.name: {}})
        for field in pb.ControlRequest.DESCRIPTOR.oneofs_by_name["body"].fields
    ]
    units = {"AU12": 0.5, "AU26L": 1.0}
    asked.append(
        pb.ControlRequest(
            schema_version=1, map=pb.MapRequest(action_units=units, emotions={"happiness": 0.5})
        )
    )
    asked += [
        pb.ControlRequest(schema_version=1, analyze=pb.AnalyzeRequest(image=image))
        for image in pictures()[:2]
    ]
    golden = (path.read_bytes() for path in sorted(GOLDEN.glob("control_*_request.bin")))
    return (*golden, *(each.SerializeToString() for each in asked))


def pictures() -> tuple[bytes, ...]:
    image = np.random.default_rng(1).integers(0, 255, (12, 16, 3), np.uint8)
    return tuple(
        cv2.imencode(suffix, image)[1].tobytes()
        for suffix in (".jpg", ".png", ".bmp", ".webp", ".tif")
    )


def takes(folder: Path) -> tuple[bytes, ...]:
    states = [full_state(n, captured_ns=n * 33_000_000) for n in range(1, 4)]
    return (write_take(folder / "seed.mcap", states).read_bytes(),)


def exported(folder: Path, suffix: str) -> tuple[bytes, ...]:
    path = folder / f"seed{suffix}"
    write_any_take(path, make_take(2))
    return (path.read_bytes(),)


def avatars(folder: Path) -> tuple[bytes, ...]:
    vrm = {"VRMC_vrm": {"expressions": {"preset": {"happy": {"morphTargetBinds": []}}}}}
    plain = make_glb(folder / "plain.glb", ["jawOpen", "mouthSmileLeft"])
    other = make_glb(folder / "vrm.glb", ["a"], extensions=vrm, names_at="accessor")
    return plain.read_bytes(), other.read_bytes()


def packets() -> dict[str, tuple[bytes, ...]]:
    """What phones send."""
    osc = OscMessageBuilder("/VMC/Ext/Blend/Val")
    osc.add_arg("JawOpen")
    osc.add_arg(0.5)
    text = "mouthSmile_L&50|jawOpen&20|=head#1,2,3,0.1,0.2,0.3|rightEye#1,2,3|leftEye#1,2,3|"
    live = bytes([6]) + struct.pack(">i4s", 4, b"face") + struct.pack(">i4s", 4, b"name")
    live += struct.pack(">ifiiB", 1, 0.5, 60, 1, 61) + struct.pack(">61f", *[0.1] * 61)
    return {"vmc": (osc.build().dgram,), "ifacialmocap": (text.encode(),), "livelink": (live,)}


def make_targets(folder: Path) -> dict[str, Target]:
    """All targets by name.

    Args:
        folder: for files; in memory, it is fast.
    """
    state = make_state(jawOpen=0.5)
    status = StreamStatus(30.0, (), 10, 0, "running", 1)
    faces = (encode_face(full_state(1), stream_id="s", seq=1, published_ns=2),)
    faces += (encode_face(state, stream_id="", seq=0, published_ns=0),)
    profiles = sorted((ROOT / "avatar_bridge" / "retarget" / "profiles").glob("*.toml"))
    small = b'name = "a"\ntitle = "b"\nextends = "arkit"\n[shapes]\njawOpen = { AU26 = 1.0 }\n'
    small += b"[response.jawOpen]\ncurve = [[0, 0], [0.5, 0.2], [1, 1]]\ngain = 1.5\n"
    small += (
        b"[emotion.prototypes.happiness]\nmouthSmileLeft = 0.5\n[targets]\nA = { jawOpen = 1 }\n"
    )
    phone = packets()
    return {
        "control": Target(control(Backend()), requests()),
        "face": Target(decode_face, faces),
        "meta": Target(decode_meta, (encode_meta(INFO),)),
        "status": Target(decode_status, (encode_status(status, stream_id="s", published_ns=1),)),
        "camera frame": Target(
            camera_picture, tuple(encode_frame(each, seq=1) for each in pictures()[:2])
        ),
        "picture": Target(decode_picture, pictures()[:2]),
        "image file": Target(in_file(folder / "image", read_image), pictures()),
        "profile": Target(
            in_file(folder / "profile.toml", lambda path: load_profile(str(path))),
            (small, *(path.read_bytes() for path in profiles[:1])),
        ),
        "take": Target(
            in_file(folder / "take.mcap", lambda path: (read_start(path), list(read_take(path)))),
            takes(folder),
        ),
        "csv take": Target(in_file(folder / "take.csv", read_any_take), exported(folder, ".csv")),
        "jsonl take": Target(
            in_file(folder / "take.jsonl", read_any_take), exported(folder, ".jsonl")
        ),
        "avatar": Target(in_file(folder / "avatar.glb", all_morphs), avatars(folder)),
        "key file": Target(
            in_file(folder / "key", lambda path: load_client_keys(str(path))),
            (b'[curve]\npublic-key = "a"\nsecret-key = "b"\nserver-key = "c"\n',),
        ),
        "vmc": Target(decoding(VmcDecoder), phone["vmc"]),
        "livelink": Target(decoding(LiveLinkDecoder), phone["livelink"]),
        "ifacialmocap": Target(decoding(IFacialMocapDecoder), phone["ifacialmocap"]),
    }


def attempt(target: Target, data: bytes) -> Exception | None:
    """The fault that some bytes show, or None."""
    try:
        target.run(data)
    except AvatarBridgeError as error:
        return AssertionError("more than one line") if "\n" in str(error) else None
    except Exception as error:  # noqa: BLE001 - which one is what is asked
        return error
    return None
