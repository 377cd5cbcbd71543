import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.capture import SOURCES
from avatar_bridge.capture.address import open_source, resolve
from avatar_bridge.capture.base import Source, picture_name
from avatar_bridge.clock import ManualClock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError


def test_helpers_are_no_sources() -> None:
    assert SOURCES.names() == ("camera", "images", "performer", "remote", "video")


@pytest.mark.parametrize("name", SOURCES.names())
def test_every_source_has_a_factory(name: str) -> None:
    assert callable(SOURCES.get(name))


@pytest.mark.parametrize(
    ("uri", "meaning"),
    [
        ("performer", ("performer", "")),
        (" performer ", ("performer", "")),
        ("camera:0", ("camera", "0")),
        ("camera:/dev/video0", ("camera", "/dev/video0")),
        ("camera:http://host:80/a?b=c:d", ("camera", "http://host:80/a?b=c:d")),
        ("video:clip.bin", ("video", "clip.bin")),
        ("video:C:\\clip.bin", ("video", "C:\\clip.bin")),
        ("images:shots", ("images", "shots")),
    ],
)
def test_names(uri: str, meaning: tuple[str, str]) -> None:
    assert resolve(uri) == meaning


def test_paths(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.MP4", "b.JPG", "C:clip.mp4", "performer", "camera"):
        (tmp_path / name).touch()
    assert resolve("a.MP4") == ("video", "a.MP4")
    assert resolve("b.JPG") == ("images", "b.JPG")
    assert resolve(str(tmp_path)) == ("images", str(tmp_path))
    assert resolve("C:clip.mp4") == ("video", "C:clip.mp4")  # a drive is no source's name
    assert resolve("./performer") == ("video", "performer")
    assert resolve("camera") == ("video", "camera")


def test_home(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "a.mp4").touch()
    assert resolve("~/a.mp4") == ("video", str(tmp_path / "a.mp4"))


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "  ",
        "nothing.mp4",
        "camera",
        "webcam:0",
        "C:\\no\\clip.mp4",
        "http://host/x",
        "\0",
        "x" * 999,
    ],
)
def test_what_means_nothing(uri: str) -> None:
    with pytest.raises(CaptureError) as caught:
        resolve(uri)
    message = str(caught.value)
    assert message.startswith("expected performer, camera:INDEX, camera:URL, remote:PORT, ")
    assert repr(uri) in message
    assert "\n" not in message


@pytest.fixture
def lopsided(save_image) -> Path:
    return save_image("shots/face.png", np.tile(np.arange(8, dtype=np.uint8), (4, 1)))


def test_mirrors_where_asked(lopsided: Path) -> None:
    clock = ManualClock()
    plain = open_source(SourceConfig(uri=str(lopsided)), clock)
    mirrored = open_source(SourceConfig(uri=str(lopsided), mirror=True), clock)
    here, there = plain.read(), mirrored.read()
    np.testing.assert_array_equal(there.image, here.image[:, ::-1])
    assert (there.index, there.captured_ns) == (here.index, here.captured_ns)
    for name in ("label", "fps", "frame_count", "state"):
        assert getattr(mirrored, name) == getattr(plain, name)
    assert mirrored.read() is None
    mirrored.close()
    assert mirrored.state == "closed"


@pytest.mark.parametrize("mirror", [False, True])
def test_pictures_have_names_where_there_are_files(lopsided: Path, make_video, mirror) -> None:
    def opened(path: Path) -> Source:
        return open_source(SourceConfig(uri=str(path), mirror=mirror), ManualClock())

    assert picture_name(opened(lopsided.parent), 0) == "face.png"
    clip = opened(make_video())
    assert picture_name(clip, 0) is None
    clip.close()


def test_nothing_is_opened_or_changed_at_import() -> None:
    program = (
        "import cv2, os; before = dict(os.environ)\n"
        "import avatar_bridge.capture.address, avatar_bridge.capture.camera, threading\n"
        "assert dict(os.environ) == before\n"
        "assert threading.active_count() == 1\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
