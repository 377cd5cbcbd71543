"""Settings of a running bridge, changed through the control service while the stream goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from builders import make_analysis, make_state
from test_bridge import ListSink, ScriptedFactory, ScriptedPipeline

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import Parts, build_retargeter
from avatar_bridge.capture.address import device_of
from avatar_bridge.capture.switch import SwitchedSource
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig, WireConfig
from avatar_bridge.control.client import ControlClient, RequestRefusedError
from avatar_bridge.errors import CaptureError, SinkError
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.preview.base import PreviewAsk, PreviewPicture, PreviewSettings
from avatar_bridge.relay import Relay, Upstream
from avatar_bridge.retarget.edit import ShapeResponse
from avatar_bridge.retarget.shared import SharedMapping
from avatar_bridge.sinks.guard import GuardedSink
from avatar_bridge.sinks.memory import MemorySink
from avatar_bridge.sinks.rack import SinkRack
from avatar_bridge.types import FaceState, Frame
from avatar_bridge.wire.picture import ImageKind

PATIENCE_S = 10.0
JAW, SMILE = BLENDSHAPE_INDEX["jawOpen"], BLENDSHAPE_INDEX["mouthSmileLeft"]


class Camera:
    """A hundred pictures a second, whose left half is as bright as the camera's number."""

    fps, frame_count, state = 100.0, None, "running"

    def __init__(self, config: SourceConfig) -> None:
        if config.uri == "camera:9":
            raise CaptureError("expected camera 9, got no camera there")
        self.label = config.uri
        self._image = np.zeros((4, 4, 3), np.uint8)
        self._image[:, :2] = 10 * int(config.uri[-1])
        self._index = 0
        self._closed = threading.Event()

    def read(self) -> Frame | None:
        if self._closed.wait(0.01):
            return None
        self._index += 1
        return Frame(self._image, self._index - 1, time.monotonic_ns())

    def close(self) -> None:
        self._closed.set()


class BrightPipeline(ScriptedPipeline):
    """The jaw opens as far as the picture's left half is bright, once the mapping has its say."""

    def __init__(self) -> None:
        super().__init__()
        self.did: list[str] = []

    def process(self, frame: Frame) -> tuple[FaceState, ...]:
        read = make_analysis({"AU26": frame.image[0, 0, 0] / 100})
        jaw = self.retargeter.retarget(read).weights[JAW]
        return (make_state(captured_ns=frame.captured_ns, jawOpen=float(jaw)),)

    def use(self, retargeter) -> None:
        self.retargeter = retargeter

    def cut(self) -> None:
        self.did.append("cut")

    def smooth_with(self, smoothing) -> None:
        self.did.append(type(smoothing).__name__)


class BrightFactory(ScriptedFactory):
    def __init__(self) -> None:
        self.pipeline = BrightPipeline()


class Pictures:
    """A previewer that gives one picture."""

    generators = ("adaptive",)

    def __init__(self) -> None:
        self.settings = PreviewSettings(5.0)
        self.given = False
        self.sets = 0
        self.broken = self.closed = False

    def set(self, settings) -> None:
        self.settings = settings
        self.sets += 1

    def make(self, ask):
        return PreviewPicture(b"jpg", 2, 2, 1, ImageKind.GENERATED, expression=ask.emotion)

    def see(self, frame) -> None:
        if self.broken:
            raise ValueError("a bug")

    def follow(self, states) -> None:
        pass

    def take(self):
        given, self.given = self.given, True
        return None if given else PreviewPicture(b"first", 2, 2, 1, ImageKind.HEAD)

    def close(self) -> None:
        self.closed = True


class Screen(ListSink):
    def __init__(self) -> None:
        super().__init__()
        self.shown: list[PreviewPicture] = []

    def show(self, picture: PreviewPicture) -> None:
        self.shown.append(picture)


class Rig:
    """A bridge that runs, and a client of it."""

    def __init__(self, sink: ListSink, control: str, uri: str) -> None:
        config = Config(
            source=SourceConfig(uri=uri),
            wire=WireConfig(publish="", control=control, insecure=True),
        )
        clock = SystemClock()
        self.sink = sink
        self.factory = BrightFactory()
        self.opened: list[MemorySink] = []
        self.previewer = Pictures()
        self.mapping = SharedMapping(build_retargeter("arkit", ACTION_UNIT_NAMES))
        self.source = SwitchedSource(config.source, Camera, device_of)
        self.bridge = Bridge(
            Parts(
                config,
                clock,
                "s",
                self.source,
                self.factory,  # type: ignore[arg-type]
                (sink,),
                previewer=self.previewer,
                preview_mapping=self.mapping,
                rack=SinkRack(self.open, ("vmc", "vts")),
            )
        )
        address = self.bridge.control_address.replace("0.0.0.0", "127.0.0.1")
        self.client = ControlClient(address, clock, timeout_s=PATIENCE_S)

    def open(self, name, options):
        if options.get("port") == "taken":
            raise SinkError("vmc: port taken is in use")
        self.opened.append(MemorySink())
        return GuardedSink(name, self.opened[-1], SystemClock())

    def jaw(self) -> float:
        return float(self.sink.states[-1].blendshapes.weights[JAW]) if self.sink.states else -1.0

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, "it never came"
            time.sleep(0.005)


@contextmanager
def running(control: str = "tcp://127.0.0.1:*", uri: str = "camera:1") -> Iterator[Rig]:
    rig = Rig(Screen(), control, uri)
    thread = threading.Thread(target=rig.bridge.run)
    thread.start()
    try:
        rig.until(lambda: bool(rig.sink.states))
        yield rig
    finally:
        rig.bridge.stop()
        thread.join(PATIENCE_S)
        rig.client.close()
    assert rig.sink.closed == 1


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AVATAR_BRIDGE_CONFIG", str(tmp_path))
    return tmp_path


def test_the_stream_goes_on_with_another_source() -> None:
    with running() as rig:
        assert rig.jaw() == pytest.approx(0.1)
        rig.client.change_settings(source="camera:4")
        rig.until(lambda: rig.jaw() == pytest.approx(0.4))
        rig.until(lambda: rig.sink.infos[-1].source == "camera:4")
        assert rig.client.settings().source == "camera:4"
        with pytest.raises(RequestRefusedError, match="got no camera there") as caught:
            rig.client.change_settings(source="camera:9")
        assert caught.value.code == "INVALID_ARGUMENT"
        went_out = len(rig.sink.states)
        rig.until(lambda: len(rig.sink.states) > went_out + 3)
        assert rig.jaw() == pytest.approx(0.4)
        assert rig.client.settings().source == "camera:4"
        rig.client.change_settings(mirror=True)
        rig.until(lambda: rig.jaw() == 0.0)
        assert rig.client.settings().mirror
        rig.until(lambda: rig.factory.pipeline.did == ["cut", "cut"])
        jaws = [round(float(s.blendshapes.weights[JAW]), 3) for s in rig.sink.states]
        assert sorted(set(jaws), key=jaws.index) == [0.1, 0.4, 0.0], "none of an old source after"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"source": "livelink:11111"}, "expected a source of pictures, got livelink:11111"),
        ({"source": "no/such/file"}, "expected performer"),
        ({"smoothing": "butter"}, "smoothing: expected one of .*balanced.*, got 'butter'"),
        ({"smoothing": "/etc/x.toml"}, "smoothing: expected one of"),
    ],
)
def test_what_cannot_be_changed_to_says_why(values: dict, said: str) -> None:
    with running() as rig:
        with pytest.raises(RequestRefusedError, match=said):
            rig.client.change_settings(**values)
        assert rig.client.settings().source == "camera:1"


def refused_from_afar(client: ControlClient, tmp_path: Path) -> None:
    """Whether a file is there is not told, either."""
    for uri in (
        *(str(tmp_path), str(tmp_path / "none"), "camera:http://10.0.0.1/x"),
        *("camera:/dev/../etc/passwd", "video:x", f"performer:{tmp_path}"),
    ):
        with pytest.raises(RequestRefusedError, match="files are not theirs to choose"):
            client.change_settings(source=uri)
    client.change_settings(source="camera:2")
    client.change_settings(mirror=True)


def test_files_are_not_for_other_machines_to_choose(tmp_path: Path) -> None:
    with running("tcp://0.0.0.0:*") as rig:
        refused_from_afar(rig.client, tmp_path)
        shown = PreviewSettings(5.0, kind=ImageKind.GENERATED)
        for ask in (
            lambda: rig.client.set_preview(shown),
            lambda: rig.client.preview(PreviewAsk(emotion="anger", intensity=0.0)),
        ):
            with pytest.raises(RequestRefusedError, match="made of the camera's pictures"):
                ask()
        rig.client.preview(PreviewAsk(emotion="anger", image=b"one of their own"))
        rig.client.set_preview(PreviewSettings(5.0, kind=ImageKind.HEAD))
        rig.client.set_preview(PreviewSettings(0.0))


def test_nor_for_whoever_comes_through_a_relay(tmp_path: Path) -> None:
    free = "tcp://127.0.0.1:*"
    with running() as rig:
        control = (Upstream(rig.bridge.control_address), free)
        relay = Relay([Upstream("tcp://127.0.0.1:9")], free, SystemClock(), control=control)
        thread = threading.Thread(target=relay.run)
        thread.start()
        try:
            address = relay.control_address
            with ControlClient(address, SystemClock(), timeout_s=PATIENCE_S) as client:
                refused_from_afar(client, tmp_path)
        finally:
            relay.stop()
            thread.join(PATIENCE_S)


def test_a_cameras_password_is_not_told() -> None:
    with running(uri="camera:rtsp://me:s@cret@10.0.0.9/1") as rig:
        now = rig.client.settings()
        assert (now.source, now.sources[0]) == ("camera:rtsp://10.0.0.9/1",) * 2
        rig.client.change_settings(source="camera:2")
        rig.client.change_settings(source=now.source)
        assert rig.source.config.uri == "camera:rtsp://me:s@cret@10.0.0.9/1"


def test_previews_follow_the_profile_in_use(home: Path) -> None:
    with running() as rig:
        smile = {"AU12": 0.5}
        before = rig.mapping.map(smile, {}).weights[SMILE]
        half = ShapeResponse(0.5, 0.0, 1.0)
        rig.client.edit_profile({"mouthSmileLeft": half})
        assert 0.3 * before < rig.mapping.map(smile, {}).weights[SMILE] < 0.7 * before
        assert rig.previewer.sets == 1, "what it shows all the time is mapped anew"
        rig.client.set_profile("arkit")
        assert rig.mapping.map(smile, {}).weights[SMILE] == pytest.approx(before)
        assert rig.previewer.sets == 2


def test_the_smoothing_changes_in_the_pipelines_thread() -> None:
    with running() as rig:
        before = rig.client.settings()
        assert (before.smoothing, "steady" in before.smoothings) == ("balanced", True)
        rig.client.change_settings(smoothing="none")
        rig.until(lambda: rig.factory.pipeline.did == ["NoSmoothing"])
        rig.client.change_settings(smoothing="none")
        assert rig.client.settings().smoothing == "none"
        assert rig.factory.pipeline.did == ["NoSmoothing"], "nothing was to be done"


def test_sinks_come_and_go_while_the_stream_goes_on() -> None:
    with running() as rig:
        assert [state.name for state in rig.client.settings().sinks] == ["vmc", "vts"]
        on = rig.client.set_sink("vmc", True, {"port": "5"})
        assert (on.on, on.state, on.options) == (True, "running", {"port": "5"})
        rig.until(lambda: bool(rig.opened[0].states) and bool(rig.opened[0].infos))
        with pytest.raises(RequestRefusedError, match="port taken is in use"):
            rig.client.set_sink("vmc", True, {"port": "taken"})
        assert rig.client.settings().sinks[0] == on
        off = rig.client.set_sink("vmc", False)
        assert (off.on, off.state) == (False, "")
        assert rig.opened[-1].closed
        stopped_at = len(rig.opened[-1].states)
        went_out = len(rig.sink.states)
        rig.until(lambda: len(rig.sink.states) > went_out + 3)
        assert len(rig.opened[-1].states) == stopped_at
        with pytest.raises(RequestRefusedError, match="expected one of vmc, vts, got 'recorder'"):
            rig.client.set_sink("recorder", True)
        rig.client.set_sink("vts", True)
    assert all(sink.closed for sink in rig.opened)


def test_an_edited_profile_takes_effect_and_is_kept(home: Path) -> None:
    with running() as rig:
        half = ShapeResponse(0.5, 0.0, 1.0)
        assert rig.client.edit_profile({"jawOpen": half}) == ""
        rig.until(lambda: rig.jaw() == pytest.approx(0.05, abs=1e-3))
        now = rig.client.settings()
        assert (now.profile, now.unsaved, now.responses[JAW]) == ("arkit", True, half)
        with pytest.raises(RequestRefusedError, match=r"jawOpen.gain: expected .*, got 11") as bad:
            rig.client.edit_profile({"jawOpen": ShapeResponse(11.0, 0.0, 1.0)})
        assert bad.value.code == "INVALID_ARGUMENT"
        path = rig.client.edit_profile(save_as="mine")
        assert path == str(home / "profiles" / "mine.toml")
        now = rig.client.settings()
        assert (now.profile, now.unsaved, "mine" in now.profiles) == ("mine", False, True)
        rig.client.set_profile("arkit")
        rig.until(lambda: rig.jaw() == pytest.approx(0.1, abs=1e-3))
        rig.client.set_profile("mine")
        rig.until(lambda: rig.jaw() == pytest.approx(0.05, abs=1e-3))
        rig.client.edit_profile({"jawOpen": ShapeResponse(0.0, 0.0, 1.0)})
        rig.until(lambda: rig.jaw() == 0.0)
        rig.client.edit_profile(reset=True)
        rig.until(lambda: rig.jaw() == pytest.approx(0.05, abs=1e-3))
        assert not rig.client.settings().unsaved


def test_made_pictures_go_to_sinks_that_show_them() -> None:
    with running() as rig:
        assert isinstance(rig.sink, Screen)
        rig.until(lambda: bool(rig.sink.shown))
        assert [picture.image for picture in rig.sink.shown] == [b"first"]
        assert rig.client.settings().preview == PreviewSettings(5.0)
        rig.client.set_preview(PreviewSettings(0.0))
        assert rig.client.settings().preview is None
        assert rig.client.settings().generators == ("adaptive",)
        rig.previewer.broken = True
        went_out = len(rig.sink.states)
        rig.until(lambda: len(rig.sink.states) > went_out + 3)
    assert rig.previewer.closed
