"""The built-in performer: a short video that comes with the package, and the truth behind it.

It is always played at its own rate, so that a picture's index finds its truth.
"""

import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from avatar_bridge.capture.video import VideoSource, open_file
from avatar_bridge.clock import Clock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError
from avatar_bridge.facs.arkit import BLENDSHAPES, mirrored
from avatar_bridge.types import Float32

VIDEO = "performer.mp4"
TRUTH = "performer.npz"
LABEL = "performer"


@dataclass(frozen=True, slots=True, eq=False)
class PerformerTruth:
    """The weights that the performer's face was made with.

    Attributes:
        weights: (N, 52) float32 in [0, 1], one row a picture, in canonical order; read-only.
    """

    weights: Float32

    def __post_init__(self) -> None:
        weights = np.array(self.weights, np.float32)
        if weights.ndim != 2 or weights.shape[1] != len(BLENDSHAPES) or not len(weights):
            raise ValueError(
                f"weights: expected shape (N, {len(BLENDSHAPES)}), got {weights.shape}"
            )
        # A comparison with NaN is false, so this refuses what is not a number, too.
        if not bool(((weights >= 0) & (weights <= 1)).all()):
            raise ValueError("weights: expected 0 to 1, got numbers beyond")
        weights.setflags(write=False)
        object.__setattr__(self, "weights", weights)

    def at(self, index: int) -> Float32:
        """The (52,) weights of one picture, by `Frame.index`, in any round of a loop."""
        return np.asarray(self.weights[index % len(self.weights)], np.float32)

    def mirrored(self) -> "PerformerTruth":
        """The truth of the mirrored performer: left and right exchanged."""
        order = [BLENDSHAPES.index(mirrored(name)) for name in BLENDSHAPES]
        return PerformerTruth(self.weights[:, order])


def assets() -> Traversable:
    """The folder of packaged files."""
    return files("avatar_bridge") / "assets"


def load_truth(folder: Traversable | None = None) -> PerformerTruth:
    """Read the packaged truth.

    Args:
        folder: where it lies; None is the package's own.

    Raises:
        CaptureError: missing, or not what the performer's file has to be.
    """
    source = (assets() if folder is None else folder) / TRUTH
    try:
        with as_file(source) as path, np.load(path, allow_pickle=False) as stored:
            names = [str(name) for name in stored["blendshape_names"]]
            order = [names.index(name) for name in BLENDSHAPES]
            return PerformerTruth(stored["weights"][:, order])
    except FileNotFoundError as error:
        raise _missing(TRUTH) from error
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile) as error:
        raise CaptureError(f"{TRUTH}: expected weights by blendshape name, got: {error}") from error


def create(
    target: str, config: SourceConfig, clock: Clock, folder: Traversable | None = None
) -> VideoSource:
    """Open the performer's video; it follows `config.realtime` and `config.loop`.

    Args:
        target: has to be empty.
        config: how to play it; it has a rate of its own.
        clock: paces the playing.
        folder: where the video lies; None is the package's own.

    Raises:
        CaptureError: a target, a rate, or an installation without the video.
    """
    if target:
        raise CaptureError(f"expected performer alone, got performer:{target}")
    if config.fps is not None:
        raise CaptureError(f"expected the performer at its own rate, got {config.fps} fps")
    source = (assets() if folder is None else folder) / VIDEO
    with ExitStack() as stack:
        try:
            path: Path = stack.enter_context(as_file(source))
        except FileNotFoundError as error:
            raise _missing(VIDEO) from error
        if not path.is_file():
            raise _missing(VIDEO)
        played = VideoSource(partial(open_file, path), LABEL, config, clock)
        played.call_on_close(stack.pop_all().close)
        return played


def _missing(name: str) -> CaptureError:
    return CaptureError(f"expected {name} in the package, got none: install avatar-bridge again")
