"""The noise of the face net, recorded: what the whole path reads off a face that does not move.

The first picture of a clip is shown again and again, each time as a camera would have taken it
anew: with the noise of a sensor, a body that sways by a fraction of a pixel, and JPEG.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.progress import track

from avatar_bridge.build import PipelineFactory
from avatar_bridge.capture.address import open_source
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.config import Config, SourceConfig, parse_config
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES, mirrored
from avatar_bridge.smooth.regions import GAZE, PLACE, to_values
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.training.filters.run import TURN, table
from avatar_bridge.training.filters.series import FPS, Series
from avatar_bridge.types import FaceState, Frame, Image, Motion

CLIPS = ("d0", "d3", "d10", "d12", "d18", "single_face")
FRAMES, SETTLE = 600, 30  # kept of each face, and left out before
GREY_LEVELS = 2.0  # standard deviation of a webcam's pixels in a lit room
SWAY_PX, SWAY_S = 0.2, 0.3  # how far a body sways, and how long a sway lasts
JPEG_QUALITY = 90
LEAST = 0.002  # a shape that hardly trembled may tremble more on another face


def recorded_noise(clips: Path, cache: Path) -> list[Series]:
    """The noise of every clip's face, recorded unless the cache has it.

    Args:
        clips: folder of `CLIPS`.
        cache: an .npz that is read, or written.

    Raises:
        ConfigError: a clip is missing, or a face was not held.
    """
    if not cache.is_file():
        faces = {clip: record(clips / f"{clip}.mp4") for clip in track(CLIPS, "recording noise")}
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            cache,
            values=np.stack([face.values for face in faces.values()]).astype(np.float32),
            turns=np.stack([face.turns for face in faces.values()]).astype(np.float32),
        )
    try:
        with np.load(cache) as file:
            values, turns = file["values"].astype(float), file["turns"].astype(float)
    except (OSError, KeyError, ValueError) as error:
        raise ConfigError(f"expected recorded noise in {cache}, got: {error}") from error
    times = np.arange(FRAMES) / FPS
    return [Series(c, times, v, t) for c, v, t in zip(CLIPS, values, turns, strict=True)]


def noise_of(still: list[Series]) -> dict[str, Any]:
    """How `smooth/noise.toml` says it: of the worst face, and of the worse side of a face.

    Args:
        still: what was read off faces that did not move.
    """
    std = np.max([table(face).std(0) for face in still], axis=0)
    own = dict(zip(BLENDSHAPES, std.tolist(), strict=False))
    weights = {name: max(own[name], own[mirrored(name)], LEAST) for name in BLENDSHAPES}
    return {
        "head_position": _digits(std[PLACE].max()),
        "head_orientation": _digits(std[TURN].max()),
        "gaze": _digits(std[GAZE].max()),
        "weights": {name: _digits(value) for name, value in weights.items()},
    }


def _digits(value: float) -> float:
    return float(f"{value:.3g}")


def record(clip: Path) -> Series:
    """What is read off a clip's first picture when it is taken again and again."""
    config = _config(clip)
    source = open_source(config.source, SystemClock())
    frame = source.read()
    source.close()
    if frame is None:
        raise ConfigError(f"expected a picture in {clip}, got none")
    pictures = _taken_again(frame.image, np.random.default_rng(0))
    frames = (
        Frame(next(pictures), index, round(index * NS_PER_S / FPS))
        for index in range(SETTLE + FRAMES)
    )
    return read_motion(config, frames, clip.stem).part(slice(SETTLE, None))


def read_clip(clip: Path) -> Series:
    """What is read off a whole clip, unsmoothed."""
    config = _config(clip)
    source = open_source(config.source, SystemClock())
    try:
        return read_motion(config, iter(source.read, None), clip.stem)
    finally:
        source.close()


def read_motion(config: Config, frames: Iterator[Frame], name: str) -> Series:
    """The motion of the one face in frames."""
    pipeline = PipelineFactory(config).make(Telemetry(SystemClock()))
    states: list[FaceState] = [pipeline.process(frame)[0] for frame in frames]
    lost = sum(not state.tracked for state in states)
    if lost > 0.1 * len(states):
        raise ConfigError(f"{name}: expected a face in every frame, got none in {lost}")
    return Series(
        name,
        np.array([state.captured_ns / NS_PER_S for state in states]),
        np.stack([to_values(Motion(s.blendshapes, s.head_pose, s.gaze)) for s in states]),
        np.stack([state.head_pose.orientation for state in states]).astype(float),
    )


def _config(clip: Path) -> Config:
    source = SourceConfig(uri=str(clip), realtime=False)
    return parse_config({"smoothing": "none", "source": source.model_dump()}, "noise")


def _taken_again(image: Image, rng: np.random.Generator) -> Iterator[Image]:
    keep = np.exp(-1.0 / (FPS * SWAY_S))
    sway = np.zeros(2)
    size = (image.shape[1], image.shape[0])
    while True:
        sway = keep * sway + np.sqrt(1.0 - keep**2) * SWAY_PX * rng.standard_normal(2)
        moved = cv2.warpAffine(
            image, np.array([[1, 0, sway[0]], [0, 1, sway[1]]]), size, borderMode=cv2.BORDER_REFLECT
        )
        grain = GREY_LEVELS * rng.standard_normal(image.shape, dtype=np.float32)
        noisy = np.clip(moved + grain, 0, 255).astype(np.uint8)
        _, packed = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        yield np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
