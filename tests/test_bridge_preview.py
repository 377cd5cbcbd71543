"""Previews beside the weights, from the command's words to whoever subscribes."""

import threading
import time
import tomllib
from pathlib import Path

import pytest
import tomli_w
from tiny_generators import link_real_models, write_generator

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.cli.options import assemble, parse_preview
from avatar_bridge.clock import SystemClock
from avatar_bridge.errors import ConfigError, UnsupportedError
from avatar_bridge.inference import store
from avatar_bridge.wire import topics
from avatar_bridge.wire.picture import ImageKind, picture_size
from avatar_bridge.wire.picture_codec import ReceivedPicture
from avatar_bridge.wire.subscriber import Subscriber

LIMIT_S = 100.0
WIRE = {"source.loop": True, "wire.publish": "tcp://127.0.0.1:*", "wire.control": ""}


def test_pictures_are_published_beside_the_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link_real_models(tmp_path / "models")
    write_generator(tmp_path / "models", "tiny", size=128)
    monkeypatch.setattr(store, "packaged_models", lambda: tmp_path / "models")
    words = parse_preview("fps=20,emotion=happiness,intensity=0.5,net=tiny")
    parts = build(assemble(None, {**WIRE, "preview": words}), SystemClock())
    bridge = Bridge(parts)
    address = parts.sinks[0]._sink.address  # type: ignore[attr-defined]
    running = threading.Thread(target=bridge.run)
    running.start()
    faces, pictures = 0, []
    until = time.monotonic() + LIMIT_S
    try:
        with Subscriber(address, (topics.FACE, topics.PREVIEW)) as subscriber:
            while len(pictures) < 3 and time.monotonic() < until:
                received = subscriber.receive(0.2)
                if isinstance(received, ReceivedPicture):
                    pictures.append(received.picture)
                elif received is not None:
                    faces += 1
    finally:
        bridge.stop()
        running.join(LIMIT_S)
    assert len(pictures) == 3 and faces > 3
    last = pictures[-1]
    assert (last.kind, last.expression, last.net) == (ImageKind.GENERATED, "happiness", "tiny")
    assert last.intensity == pytest.approx(0.5) and last.face_id == 1
    assert picture_size(last.image) == (last.width, last.height)
    assert not any(thread.name.startswith("preview") for thread in threading.enumerate())


def test_words_that_mean_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link_real_models(tmp_path / "models")
    write_generator(tmp_path / "models", "tiny")
    monkeypatch.setattr(store, "packaged_models", lambda: tmp_path / "models")
    with pytest.raises(ConfigError, match="expected KEY=VALUE, got 'fast'"):
        parse_preview("fast")
    assert parse_preview(None) is None
    for words, error, said in (
        ("fps=99", ConfigError, "less than or equal to 30"),
        ("speed=9", ConfigError, "preview.speed"),
        ("emotion=joy,net=tiny", ConfigError, "expected one of anger"),
        ("emotion=fear,net=other", ConfigError, "unknown generator 'other'"),
    ):
        with pytest.raises(error, match=said):
            build(assemble(None, {**WIRE, "preview": parse_preview(words)}), SystemClock())


def test_a_machine_without_the_generator_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link_real_models(tmp_path / "models")
    manifest = tmp_path / "models" / store.MANIFEST
    installed = tomllib.loads(manifest.read_text(encoding="utf-8"))
    del installed["mma_gan"]
    manifest.write_text(tomli_w.dumps(installed), encoding="utf-8")
    monkeypatch.setattr(store, "packaged_models", lambda: tmp_path / "models")
    with pytest.raises(UnsupportedError, match="mma_gan"):
        build(assemble(None, {**WIRE, "preview": parse_preview("emotion=fear")}), SystemClock())
