"""The page's own process: what it serves, and how it ends."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from glb import make_glb
from patience import wait
from scene_glb import make_avatar
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from avatar_bridge.cli.page import has_display
from avatar_bridge.dashboard.avatars import MOST_BYTES
from avatar_bridge.dashboard.process import PageProcess, near
from avatar_bridge.dashboard.settings import Place, is_own, parse_place
from avatar_bridge.errors import ConfigError

BRIDGE = ("ipc:///nowhere/publish", "")  # nobody is there, which the page has to bear


@pytest.fixture(scope="module")
def page() -> Iterator[PageProcess]:
    with PageProcess("127.0.0.1:0") as started:
        started.show(*BRIDGE)
        yield started


def send(url: str, data: bytes | None = None, method: str | None = None, **headers: str):
    """Status and body of a request; headers with `_` for `-`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, given, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_both_pages_are_served_with_all_that_they_load(page: PageProcess) -> None:
    status, text = send(page.url)
    assert status == 200
    for name in ("/static/ab/page.css", "/static/ab/boot.js"):
        assert name.encode() in text
        assert send(page.url + name[1:])[0] == 200
    assert send(f"{page.url}static/three/index.js")[0] == 200
    assert b"ab-stage" in send(f"{page.url}stage")[1]
    assert send(f"{page.url}head.glb")[1].startswith(b"glTF")


@pytest.mark.parametrize(
    "path", ["", "stage", "head.glb", "_nicegui_ws/socket.io/?EIO=4&transport=polling"]
)
def test_other_sites_get_nothing(page: PageProcess, path: str) -> None:
    assert send(page.url + path, origin="http://evil.example")[0] == 403
    assert send(page.url + path, host="evil.example")[0] == 403


def test_an_avatar_is_taken_shown_and_put_away(page: PageProcess, tmp_path: Path) -> None:
    data = make_avatar(tmp_path / "a.glb", ["JawOpen"]).read_bytes()
    status, said = send(f"{page.url}avatar", data, x_filename="Ada%20B.glb")
    report = json.loads(said)
    assert (status, report["name"], report["matched"]) == (200, "Ada B.glb", ["jawOpen"])
    assert send(page.url + report["url"][1:])[1] == data
    form = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="Eve.vrm"\r\n\r\n'
        + data
        + b"\r\n--x--\r\n"
    )
    kind = "multipart/form-data; boundary=x"
    assert json.loads(send(f"{page.url}avatar", form, content_type=kind)[1])["name"] == "Eve.vrm"
    assert json.loads(send(f"{page.url}avatar", method="DELETE")[1])["url"] == "/head.glb"


def test_what_is_no_avatar_gets_one_line(page: PageProcess, tmp_path: Path) -> None:
    lost = make_glb(tmp_path / "a.glb", ["JawOpen"]).read_bytes()
    for data, kind in (
        (b"MZ", "application/octet-stream"),
        (lost, "model/gltf-binary"),
        (b"--x--\r\n", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
    ):
        status, said = send(f"{page.url}avatar", data, content_type=kind)
        assert (status, kind) == (400, kind)
        assert json.loads(said)["error"]
        assert "\n" not in json.loads(said)["error"]
    assert send(f"{page.url}avatar/..%2F..%2Fetc%2Fpasswd.glb")[0] == 404
    assert send(f"{page.url}static/ab/..%2Fserve.py")[0] == 404


def test_a_file_that_is_too_large_is_cut_off(page: PageProcess) -> None:
    place = (page.place.host, page.place.port)
    head = f"POST /avatar HTTP/1.1\r\nHost: 127.0.0.1:{place[1]}\r\n"
    for length in (f"Content-Length: {2 * MOST_BYTES}", "Transfer-Encoding: chunked"):
        with socket.create_connection(place, timeout=30) as line:
            line.sendall(f"{head}{length}\r\n\r\n".encode())
            block, sent = b"%x\r\n" % (1 << 20) + bytes(1 << 20) + b"\r\n", 0
            with contextlib.suppress(OSError):  # it hung up
                while sent < 2 * MOST_BYTES:
                    line.sendall(block)
                    sent += len(block)
            assert sent < MOST_BYTES * 1.5


def test_avatars_and_cameras_come_one_at_a_time(page: PageProcess) -> None:
    place = (page.place.host, page.place.port)
    head = f"POST /avatar HTTP/1.1\r\nHost: 127.0.0.1:{place[1]}\r\nContent-Length: 9\r\n\r\n"
    with socket.create_connection(place, timeout=30) as line:
        line.sendall(f"{head}half".encode())
        wait(lambda: send(f"{page.url}avatar", b"MZ")[0] == 429, "the slow one to be noticed")
    wait(lambda: send(f"{page.url}avatar", b"MZ")[0] == 400, "the slow one to be given up")
    camera = f"{page.url.replace('http', 'ws')}camera-in"
    with connect(camera), pytest.raises(InvalidStatus), connect(camera):
        pass  # another browser's

    def is_free() -> bool:
        with contextlib.suppress(InvalidStatus), connect(camera):
            return True
        return False

    wait(is_free, "room for the next camera")


def test_a_taken_port_is_told_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"127.0.0.1:{port}, got: Address already in use"):
            PageProcess(f"127.0.0.1:{port}")


def test_who_can_be_reached_by_others_asks_for_a_token() -> None:
    with PageProcess("0.0.0.0:0") as page:
        page.show(*BRIDGE)
        assert page.place.url.startswith(f"http://127.0.0.1:{page.place.port}/?token=")
        assert len(page.place.token) > 20
        assert send(f"http://127.0.0.1:{page.place.port}/stage")[0] == 403
        cookie = f"avatar_bridge_page={page.place.token}"
        assert send(f"http://127.0.0.1:{page.place.port}/stage", cookie=cookie)[0] == 200


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_the_page_ends_with_a_bridge_that_was_killed() -> None:
    program = (
        "import time; from avatar_bridge.dashboard.process import PageProcess\n"
        f"page = PageProcess('127.0.0.1:0'); page.show(*{BRIDGE!r})\n"
        "print(page.place.port, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as bridge:
        assert bridge.stdout is not None
        place = ("127.0.0.1", int(bridge.stdout.readline()))
        socket.create_connection(place).close()
        os.kill(bridge.pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(place).close()
            except OSError:
                break
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_missing_library_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="needs nicegui, which is not installed"):
        PageProcess("127.0.0.1:0")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:80", ("127.0.0.1", 80)),
        ("8080", ("127.0.0.1", 8080)),
        (":8080", ("127.0.0.1", 8080)),
        ("[::1]:0", ("::1", 0)),
        ("pc.local:1", ("pc.local", 1)),
    ],
)
def test_places_are_read_as_they_are_written(text: str, place: tuple[str, int]) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize("text", ["", "host", "::1:80", "host:65536", "host:-1", "host:٣"])
def test_what_is_no_place_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="--page: expected an address like"):
        parse_place(text)


def test_addresses_of_any_interface_are_called_on_this_machine() -> None:
    assert near("tcp://*:1") == near("tcp://0.0.0.0:1") == "tcp://127.0.0.1:1"
    assert near("tcp://[::1]:1") == "tcp://[::1]:1"
    assert near("") == ""
    assert Place("::1", 5).url == "http://[::1]:5/"
    assert [is_own(host) for host in ("localhost", "::1", "0.0.0.0", "pc")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_browser_is_opened_only_where_it_is_seen() -> None:
    assert not has_display({}, "linux")
    assert has_display({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert has_display({}, "darwin")
