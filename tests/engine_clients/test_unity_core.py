"""The core of the Unity client, compiled and run by Mono, against golden packets and real servers.

`unity/CoreHarness` is a console program around the core; each part of it has a test here.
"""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import client_fuzz
import numpy as np
import pytest
from broken_sessions import GREETING, ready
from mono import CORE, HARNESS, NUNIT, PACKAGE, UNITY, Compiler, needs_mono, sources
from paced_bridge import free_address, serving
from watch import PATIENCE_S, watching

from avatar_bridge.clock import SystemClock
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.sinks.zmq_pub import ZmqPublisher
from avatar_bridge.wire import topics
from avatar_bridge.wire.v1 import control_pb2 as pb
from avatar_bridge.wire.v1 import face_pb2

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"

pytestmark = needs_mono


@pytest.fixture(scope="module")
def harness(compiler: Compiler) -> Path:
    """The harness, and beside it the program of the package's own tests."""
    own = [*sources(PACKAGE / "Tests/Runtime"), UNITY / "CoreTests/Program.cs"]
    compiler.finish(
        compiler.start(HARNESS, sources(UNITY / "CoreHarness"), CORE),
        compiler.start("core_tests.exe", own, CORE, NUNIT),
    )
    return compiler.out / HARNESS


def run(harness: Path, *args: object, text: str = "") -> list[str]:
    done = subprocess.run(
        ["mono", str(harness), *map(str, args)],
        input=text.encode(),
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()


def flows(report: dict[str, Any]) -> bool:
    return report["state"] == "Connected" and report["applied"] > 10


def test_the_package_tests_of_the_core_pass(harness):
    lines = run(harness.with_name("core_tests.exe"))
    assert len(lines) >= 7
    assert all(line.startswith("ok ") for line in lines), lines


# What is said on the wire.


def same(got: Any, wanted: Any) -> bool:
    """Equal, floats after rounding to float32."""
    if isinstance(wanted, dict):
        return got.keys() == wanted.keys() and all(same(got[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(same, got, wanted))
    if isinstance(wanted, float):
        return np.float32(got) == np.float32(wanted)
    return got == wanted


def twins() -> dict[str, Any]:
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in GOLDEN.glob("*.json")
    }


def test_every_golden_packet_says_what_its_twin_says(harness):
    wanted = {name: twin for name, twin in twins().items() if not name.endswith("_request")}
    lines = [json.loads(line) for line in run(harness, "golden", GOLDEN)]
    assert len(lines) == 2 * len(wanted)  # in both orders
    assert {line["name"] for line in lines} == set(wanted)
    for line in lines:
        assert same(line["twin"], wanted[line["name"]]), line["name"]


def test_requests_are_the_golden_bytes(harness):
    asked = {name: twin for name, twin in twins().items() if name.endswith("_request")}
    lines = []
    for twin in asked.values():
        message = twin["message"]
        kind = next(name for name in message if name not in ("schema_version", "request_id"))
        body = message[kind]
        said = body.get("client_ns", body.get("name", ""))
        if kind == "map":
            said = ";".join(
                ",".join(f"{name}={value}" for name, value in body[part].items())
                for part in ("action_units", "emotions")
            )
        lines.append(f"{kind}\t{message['request_id']}\t{said}")
    written = run(harness, "requests", text="\n".join(lines))
    assert len(asked) == 6
    for name, got in zip(asked, written, strict=True):
        assert bytes.fromhex(got) == (GOLDEN / f"{name}.bin").read_bytes(), name


def test_calibrations_are_asked_in_all_their_words(harness):
    wanted = [
        pb.CalibrateRequest(name="café", action=1, step=6, keep_head=True),
        pb.CalibrateRequest(name="café", action=2),
    ]
    written = run(harness, "requests", text="calibrate_step\t7\tcafé\ncalibrate_use\t7\tcafé\n")
    for asked, got in zip(wanted, written, strict=True):
        request = pb.ControlRequest(schema_version=1, request_id=7, calibrate=asked)
        assert pb.ControlRequest.FromString(bytes.fromhex(got)) == request


def test_the_codec_keeps_the_protocol(harness):
    assert int(run(harness, "codec")[0]) > 700  # every place where a session can be cut


def test_broken_sessions_are_refused_and_nothing_else_happens(harness, tmp_path):
    with client_fuzz.sessions(tmp_path, 6_000, seed=1) as path:
        told = client_fuzz.unity_sessions(harness, path)
    assert told["sessions"] == 6_000
    assert told["refused"] > 600
    assert told["bad"] > 2_000
    assert told["faces"] > 1_500
    assert told["answered"] > 800
    assert told["grown_kb"] < 100


def test_a_rogue_server_is_survived(harness):
    told = client_fuzz.unity_rogue(harness, 80)
    assert told["connections"] > 10
    assert told["threads"] == 2
    assert told["grown_kb"] < 1000


# Names.


def match(harness: Path, *meshes: list[str]) -> list[dict[str, Any]]:
    lines = run(harness, "match", text="".join("\t".join(mesh) + "\n" for mesh in meshes))
    return [json.loads(line) for line in lines]


def one_sided(name: str, left: str, right: str) -> str:
    for side, ending in (("Left", left), ("Right", right)):
        if name.endswith(side) and len(name) > len(side) + 3 and name not in BARE:
            return name.removesuffix(side) + ending
    return name


BARE = ("jawLeft", "jawRight", "mouthLeft", "mouthRight")
UNIFIED = {
    "eyeBlinkLeft": "EyeClosedLeft",
    "eyeBlinkRight": "EyeClosedRight",
    "mouthClose": "MouthClosed",
    "mouthRollUpper": "LipSuckUpper",
    "mouthRollLower": "LipSuckLower",
    "mouthFunnel": "LipFunnel",
    "mouthPucker": "LipPucker",
    "mouthShrugUpper": "MouthRaiserUpper",
    "mouthShrugLower": "MouthRaiserLower",
}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "camelCase": lambda name: name,
    "PascalCase": lambda name: name[0].upper() + name[1:],
    "lower case": str.lower,
    "_L and _R": lambda name: one_sided(name, "_L", "_R"),
    "L and R": lambda name: one_sided(name, "L", "R"),
    ".L and .R": lambda name: one_sided(name, ".L", ".R"),
    "_left and _right": lambda name: one_sided(name, "_left", "_right"),
    "snake_case": lambda name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name),
    "blendShape1.": lambda name: f"blendShape1.{name}",
    "blendShape1. and _L": lambda name: "blendShape1." + one_sided(name, "_L", "_R"),
    "Face_M_": lambda name: f"Face_M_{name}",
    "head|Head:": lambda name: f"head|Head:{name}",
    "Unified Expressions": lambda name: UNIFIED.get(name, name[0].upper() + name[1:]),
    "prefixed Unified": lambda name: "v2/" + UNIFIED.get(name, name[0].upper() + name[1:]),
}


def test_all_spellings_of_the_52_are_known(harness):
    meshes = [[spell(name) for name in BLENDSHAPES] for spell in SPELLINGS.values()]
    for spelling, mesh, told in zip(SPELLINGS, meshes, match(harness, *meshes), strict=True):
        assert told["through"] == mesh, spelling
        assert told["unused"] == [], spelling
        same_name = [a.lower() == b.lower() for a, b in zip(mesh, BLENDSHAPES, strict=True)]
        expected = ["Matched" if same else "Aliased" for same in same_name]
        assert told["kinds"] == expected, spelling


VRM0 = ["Neutral", *"AIUEO", "Blink", "Joy", "Angry", "Sorrow", "Fun", "LookUp", "LookLeft"]
VRM1 = ["happy", "angry", "sad", "relaxed", "aa", "ih", "ou", "ee", "oh", "blink", "lookLeft"]
VROID = [
    *(f"Fcl_ALL_{name}" for name in ("Neutral", "Joy", "Angry")),
    *(f"Fcl_EYE_{name}" for name in ("Close", "Close_L", "Close_R")),
    *(f"Fcl_MTH_{name}" for name in (*"AIUEO", "Fun")),
]


FALLBACKS: list[tuple[list[str], dict[str, str]]] = [
    (VRM0, {"A": "jawOpen", "Blink": "0.5 eyeBlinkLeft", "Joy": "0.5 mouthSmileLeft"}),
    (
        [*VRM0, "Blink_L", "Blink_R"],
        {"Blink_L": "eyeBlinkLeft", "Blink_R": "eyeBlinkRight", "Blink": ""},
    ),
    (VRM1, {"aa": "jawOpen", "ou": "mouthPucker", "lookLeft": "0.5 eyeLookOutLeft"}),
    (
        VROID,
        {
            "Fcl_MTH_A": "jawOpen",
            "Fcl_EYE_Close_L": "eyeBlinkLeft",
            "Fcl_EYE_Close": "",
            "Fcl_MTH_Fun": "0.5 mouthSmileLeft",
            "Fcl_ALL_Joy": "",
        },
    ),
    (["blendShape1.Fcl_MTH_A", "x.A"], {"blendShape1.Fcl_MTH_A": "", "x.A": "jawOpen"}),
    (["vrc.v_aa", "vrc.v_ou", "vrc.blink"], {"vrc.v_aa": "jawOpen", "vrc.v_ou": "mouthPucker"}),
    (["MouthOpen", "eyesClosed"], {"MouthOpen": "jawOpen", "eyesClosed": "0.5 eyeBlinkLeft"}),
    (["mesh.Jaw", "blink"], {"mesh.Jaw": "jawOpen", "blink": "0.5 eyeBlinkLeft"}),
    # What the mesh has of the 52 is not shown twice.
    ([*BLENDSHAPES, *VRM1], dict.fromkeys(VRM1, "")),
    (["jawOpen", "aa", "ou", "MouthOpen"], {"aa": "", "ou": "mouthPucker", "MouthOpen": ""}),
    (["eyeBlinkLeft", "EyeClosedLeft"], {"eyeBlinkLeft": "eyeBlinkLeft", "EyeClosedLeft": ""}),
    # Short words say nothing in the midst of others.
    (["Material_A", "Hair_open", "Jacket_blink", "nose", ""], {}),
]


@pytest.fixture(scope="module")
def fallbacks(harness: Path) -> list[dict[str, Any]]:
    return match(harness, *(mesh for mesh, _ in FALLBACKS))


@pytest.mark.parametrize("case", range(len(FALLBACKS)))
def test_what_is_missing_falls_back(fallbacks, case):
    wanted, told = FALLBACKS[case][1], fallbacks[case]
    formulas = dict(formula.split(" = ", 1) for formula in told["formulas"])
    for name, formula in wanted.items():
        assert formulas.get(name, "").startswith(formula), told["text"]
        assert (name in told["unused"]) == (formula == ""), told["text"]
    if not wanted:
        assert told["formulas"] == []
        assert told["summary"].startswith("Nothing will move")


def test_the_report_is_for_people(harness):
    (told,) = match(harness, ["jawOpen", "blendShape1.mouthSmile_L", "Blink", "Hat"])
    assert told["summary"] == "1 matched, 1 aliased, 2 by fallback, 48 missing of 52."
    for line in (
        "  jawOpen → jawOpen",
        "  mouthSmileLeft → blendShape1.mouthSmile_L",
        "  eyeBlinkLeft → Blink",
        "  Blink = 0.5 eyeBlinkLeft + 0.5 eyeBlinkRight",
        "On the mesh, but not driven: Hat",
    ):
        assert line in told["text"].splitlines()
    assert "Missing (48): eyeLookDownLeft, " in told["text"]


# Time and memory.


def test_the_timeline_interpolates_holds_and_decays(harness):
    assert int(run(harness, "timeline")[0]) > 100


def test_no_frame_allocates_once_warm(harness):
    (line,) = run(harness, "allocations", GOLDEN / "normal.bin", 100_000)
    told = json.loads(line)
    assert told["frames"] == 101_000
    assert (told["bytes"], told["collections"], told["bad"]) == (0, 0, 0)


def test_no_frame_from_a_socket_allocates_in_either_thread(harness):
    pub = free_address()
    ended = threading.Event()
    packets = [(GOLDEN / f"{name}.bin").read_bytes() for name in ("status", "meta")]

    def send() -> None:
        with closing(ZmqPublisher(SystemClock(), address=pub, stream_id="s")) as publisher:
            message = face_pb2.FaceFrame()
            face = (GOLDEN / "normal.bin").read_bytes()
            message.ParseFromString(topics.expect(topics.FACE, face))
            for seq in range(1_000_000):
                message.seq = seq
                publisher._send(topics.join(topics.FACE, message.SerializeToString()))
                if seq % 100 == 0:
                    for packet in packets:
                        publisher._send(packet)
                if ended.wait(0.0003):
                    return

    sender = threading.Thread(target=send)
    sender.start()
    try:
        (line,) = run(harness, "live_allocations", pub, 1_500)
    finally:
        ended.set()
        sender.join()
    told = json.loads(line)
    assert told["received"] == 1_500
    assert (told["bad"], told["error"]) == (0, "")
    assert told["taken"] > 50
    assert (told["receiving_bytes"], told["taking_bytes"]) == (0, 0)
    assert told["collections"] == 0


# Against servers.


def test_a_restart_in_the_middle_is_only_a_gap(harness):
    pub, control = free_address(), free_address()
    with watching(harness, pub, control) as watch:
        report = watch.until(lambda report: report["state"] == "Retrying")
        assert "nobody listens there: is avatar-bridge running?" in report["error"]
        with serving(pub, control, stream_id="first"):
            report = watch.until(lambda r: flows(r) and r["presence"] == 1 and r["profile"])
            assert report["error"] == ""
            assert report["weights"][BLENDSHAPE_INDEX["jawOpen"]] == 0.5
            assert sum(report["weights"]) == 0.5
            assert (report["stream_id"], report["streams"]) == ("first", 1)
            assert (report["profile"], report["source"], report["shapes"]) == ("arkit", "paced", 52)
            report = watch.until(lambda r: r["status_stream"] and r["latency_ms"] is not None)
            assert report["status_state"] == "running"
            assert report["found"]
            time.sleep(0.5)
            report = watch.ask("report")
            assert 20 < report["rate"] < 90
            assert 0 < report["latency_ms"] < 100
            before = report["messages"]
        report = watch.until(lambda r: r["state"] == "Retrying" and r["presence"] == 0)
        assert set(report["weights"]) == {0}
        with serving(pub, control, stream_id="second"):
            report = watch.until(lambda r: r["streams"] == 2 and r["presence"] == 1)
            assert report["stream_id"] == "second"
            assert report["messages"] > before
            assert (report["lost"], report["bad"], report["reconnects"]) == (0, 0, 1)
            report = watch.until(lambda r: r["latency_ms"] is not None)
            assert 0 < report["latency_ms"] < 100
            assert watch.ask("report")["threads"] == 2
            stopped = watch.ask("stop")
            assert (stopped["state"], stopped["threads"]) == ("Stopped", 0)
            watch.ask("start")
            watch.until(lambda r: r["state"] == "Connected" and r["streams"] == 3)
        ended = watch.ask("quit")
        assert (ended["threads"], ended["state"]) == (0, "Stopped")
        assert ended["dispose_ms"] < 1000


def test_several_faces_have_their_own_frames(harness):
    pub = free_address()
    with watching(harness, pub) as watch:
        with serving(pub, "", stream_id="s", face_ids=(3, 7), fps=30):
            report = watch.until(lambda r: flows(r) and r["faces"] == 2)
            time.sleep(0.3)
            report = watch.ask("report")
            assert 10 < report["rate"] < 45  # pictures, not messages
            assert report["messages"] > 1.5 * report["applied"]
            assert (report["lost"], report["control"]) == (0, "Stopped")
            assert report["latency_ms"] is None
        watch.until(lambda r: r["faces"] == 0)


def test_the_clock_of_another_run_tells_no_latency(harness):
    pub, control = free_address(), free_address()
    with (
        serving(pub, "", stream_id="one"),
        serving(free_address(), control, stream_id="another"),
        watching(harness, pub, control) as watch,
    ):
        report = watch.until(lambda r: flows(r) and r["round_trip_ms"] > 0)
        assert report["latency_ms"] is None


def test_control_asks_everything(harness):
    pub, control = free_address(), free_address()
    with serving(pub, control, stream_id="s"), watching(harness, pub, control) as watch:
        ping = watch.ask("ping")  # before there is a connection: it is sent once there is one
        assert (ping["reply"], ping["ok"], ping["stream_id"]) == ("Ping", True, "s")
        assert 0 < int(ping["round_trip_ns"]) < 1e9
        assert watch.ask("meta")["profile"] == "arkit"
        profiles = watch.ask("profiles")
        assert profiles["current"] == "arkit"
        assert "arkit" in profiles["names"]
        assert watch.ask("set", "arkit")["ok"]
        unknown = watch.ask("set", "café-面")
        assert (unknown["ok"], unknown["code"]) == (False, "NotFound")
        assert "got 'café-面'" in unknown["error"]
        calibrated = watch.ask("calibrate", "")  # of a face without landmarks, which may fail
        assert calibrated["reply"] == "Calibrate"
        assert calibrated["code"] not in ("TimedOut", "ConnectionLost", "BadAnswer")
        weights = watch.ask("map", "AU26=0.5;happiness=0.25")["weights"]
        assert len(weights) == 52
        assert weights[BLENDSHAPE_INDEX["jawOpen"]] > 0
        assert watch.ask("map", "AU99=0.5;")["code"] == "InvalidArgument"
        for _ in range(100):  # more than may wait at once
            watch.tell("ping")
        answers = [watch.reply() for _ in range(100)]
        assert {answer["code"] for answer in answers} <= {"Unspecified", "TooMany"}
        assert sum(answer["ok"] for answer in answers) >= 64


def test_requests_end_when_nobody_answers(harness):
    with listening() as server, watching(harness, free_address(), address(server)) as watch:
        watch.tell("timeout", "0.3")
        late = watch.ask("ping")
        assert (late["ok"], late["code"]) == (False, "TimedOut")
        assert "no answer within 0.3 s" in late["error"]
        watch.tell("ping")
        watch.tell("stop")
        replies = {reply["reply"]: reply for reply in (watch.reply(), watch.reply())}
        assert replies["Ping"]["code"] in ("ConnectionLost", "TimedOut")


@contextmanager
def listening(family: int = socket.AF_INET) -> Iterator[socket.socket]:
    with socket.socket(family) as server:
        try:
            server.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        except OSError as error:
            pytest.skip(f"needs IPv6 on this machine: {error}")
        server.listen()
        server.settimeout(PATIENCE_S)
        yield server


def address(server: socket.socket) -> str:
    return f"tcp://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "expected a ZeroMQ socket, got another protocol"),
        (GREETING + ready(b"ROUTER"), "expected a publisher (PUB), got a ROUTER socket"),
        (GREETING + ready(b"PUB") + b"\x02" + b"\x7f" * 8, "expected a frame of at most"),
        (b"", "expected a ZeroMQ handshake within"),
        (GREETING, "expected a ZeroMQ handshake within"),
        (GREETING + ready(b"PUB"), "expected a sign of life within"),
    ],
    ids=["http", "router", "huge frame", "silent", "half a handshake", "dead"],
)
def test_peers_that_are_no_publisher_are_named(harness, said, error):
    with listening() as server, watching(harness, address(server), dead_after_s=0.5) as watch:
        with server.accept()[0] as peer:
            peer.sendall(said)
            report = watch.until(lambda r: r["error"])
            assert error in report["error"]
            assert report["state"] in ("Retrying", "Connected")
        with server.accept()[0]:  # and it tries again
            pass


def test_a_half_sent_frame_is_survived_and_pings_are_answered(harness):
    face = (GOLDEN / "normal.bin").read_bytes()
    frame = b"\x02" + len(face).to_bytes(8, "big") + face
    with listening() as server, watching(harness, address(server), dead_after_s=3) as watch:
        with server.accept()[0] as peer:
            peer.sendall(GREETING + ready(b"PUB") + frame + frame[:300])
            watch.until(lambda r: r["messages"] == 1)
        with server.accept()[0] as peer:
            peer.sendall(GREETING + ready(b"PUB") + frame)
            watch.until(lambda r: r["messages"] == 2 and r["bad"] == 0)
            peer.sendall(b"\x04\x0b\x04PING\x00\x0aabcd")
            heard = b""
            peer.settimeout(PATIENCE_S)
            while b"\x04\x09\x04PONGabcd" not in heard:
                heard += peer.recv(1000)
            assert heard.startswith(GREETING[:8])
            assert b"\x00\x06\x01face\x00" in heard
            while b"\x04\x07\x04PING\x00\x00" not in heard:  # the client's own heartbeat
                heard += peer.recv(1000)
            peer.sendall(b"\x00\x07face\x00\x08\x02")  # of a later schema
            report = watch.until(lambda r: r["bad"] == 1)
            assert "expected schema version 1, got 2" in report["error"]
            peer.sendall(frame)
            watch.until(lambda r: r["messages"] == 3 and r["error"] == "")


@pytest.mark.parametrize("endpoint", ["127.0.0.1:5570", "tcp://localhost", "udp://localhost:1"])
def test_an_address_that_is_none_is_said_at_once(harness, endpoint):
    with watching(harness, endpoint) as watch:
        report = watch.ask("report")
        assert report["state"] == "Failed"
        assert report["error"] == (
            f"expected an address like tcp://127.0.0.1:5570, got '{endpoint}'"
        )


def test_host_names_and_ipv6_connect(harness):
    with listening(socket.AF_INET6) as server:
        port = server.getsockname()[1]
        with watching(harness, f"tcp://[::1]:{port}") as watch, server.accept()[0] as peer:
            peer.sendall(GREETING + ready(b"PUB"))
            watch.until(lambda r: r["state"] == "Connected")
    with listening() as server:
        name = f"tcp://localhost:{server.getsockname()[1]}"
        with watching(harness, name) as watch, server.accept()[0] as peer:
            peer.sendall(GREETING + ready(b"PUB"))
            watch.until(lambda r: r["state"] == "Connected")
    with watching(harness, "tcp://no-such-host.invalid:5570") as watch:
        report = watch.until(lambda r: r["error"])
        assert "there is no host of this name" in report["error"]
