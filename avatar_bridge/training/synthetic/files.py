"""Writes clips, truth files and shards."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.training.synthetic.truth import Truth

# Quality of H.264, lower is better and larger: the clip has to stay below a megabyte.
_RATE_FACTOR = 21


PICTURES = 500  # of random faces in one shard
_SEEDS = 100_003  # from one set's seed to the next: more shards than a set has


def shard_seed(seed: int, number: int) -> int:
    """The seed of one shard of the set that `seed` decides."""
    return seed * _SEEDS + number


class ClipWriter:
    """Writes an mp4: H.264 where the ffmpeg command is installed, else OpenCV's MPEG-4.

    Args:
        path: of the file.
        size: pixels across and down.
        fps: pictures a second.

    Raises:
        ConfigError: the file cannot be written.
    """

    def __init__(self, path: Path, size: int, fps: int) -> None:
        self._path = path
        self._encoder: subprocess.Popen[bytes] | None = None
        self._writer: cv2.VideoWriter | None = None
        program = shutil.which("ffmpeg")
        if program:
            source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size}x{size}", "-r", str(fps)]
            coding = ["-c:v", "libx264", "-preset", "veryslow", "-crf", str(_RATE_FACTOR)]
            layout = ["-pix_fmt", "yuv420p", "-g", "60", "-movflags", "+faststart"]
            command = [program, "-y", "-loglevel", "error", *source, "-i", "-", *coding, *layout]
            self._encoder = subprocess.Popen([*command, str(path)], stdin=subprocess.PIPE)
        else:
            codec = cv2.VideoWriter.fourcc(*"mp4v")
            self._writer = cv2.VideoWriter(str(path), codec, fps, (size, size))
            if not self._writer.isOpened():
                raise ConfigError(f"expected a file that can be written, got {path}")

    def write(self, picture: NDArray[np.uint8]) -> None:
        """Append an (H, W, 3) uint8 RGB picture."""
        if self._encoder is not None and self._encoder.stdin is not None:
            self._encoder.stdin.write(np.ascontiguousarray(picture).tobytes())
        elif self._writer is not None:
            self._writer.write(np.ascontiguousarray(picture[..., ::-1]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.release()
        if self._encoder is not None:
            if self._encoder.stdin is not None:
                self._encoder.stdin.close()
            if self._encoder.wait() != 0 and error is None:
                raise ConfigError(f"ffmpeg could not write {self._path}")


def write_truth(path: Path, truths: Sequence[Truth], rig_names: tuple[str, ...], fps: int) -> None:
    """Write the truth of a clip, compressed.

    The arrays: `weights` (N, 52), `blendshape_names`, `rig_weights` (N, 57), `rig_names`,
    `head_position` (N, 3), `head_orientation` (N, 4), `gaze` (N, 2, 2), `landmarks` (N, 70, 2)
    and `fps`, in the units and conventions of `truth.Truth`.
    """
    np.savez_compressed(
        path,
        weights=np.stack([t.weights for t in truths]).round(4),
        blendshape_names=np.array(BLENDSHAPES),
        rig_weights=np.stack([t.rig for t in truths]).astype(np.float16),
        rig_names=np.array(rig_names),
        head_position=np.stack([t.head_position for t in truths]),
        head_orientation=np.stack([t.head_orientation for t in truths]),
        gaze=np.stack([t.gaze for t in truths]).round(5),
        landmarks=np.stack([t.landmarks for t in truths]).round(2),
        fps=np.float32(fps),
    )


def write_shard(
    path: Path,
    images: Sequence[NDArray[np.uint8]],
    truths: Sequence[Truth],
    moments: bool = False,
) -> None:
    """Write random faces: `images`, `landmarks`, `weights`, `gaze` and the head's pose.

    `moments` says whether every second picture shows the head of the one before; the array of
    that name gives, for each, how many pictures on its partner is.
    """
    steps = np.where(np.arange(len(images)) % 2, -1, 1).astype(np.int8)
    if len(images) % 2:
        steps[-1] = 0
    np.savez_compressed(
        path,
        images=np.stack(images),
        landmarks=np.stack([t.landmarks for t in truths]),
        weights=np.stack([t.weights for t in truths]),
        gaze=np.stack([t.gaze for t in truths]),
        head_position=np.stack([t.head_position for t in truths]),
        head_orientation=np.stack([t.head_orientation for t in truths]),
        moments=steps * np.int8(moments),
        blendshape_names=np.array(BLENDSHAPES),
    )
