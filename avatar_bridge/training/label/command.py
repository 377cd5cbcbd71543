"""What `avatar-bridge-train label` does."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.progress import track

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.label.films import find_clips, open_film
from avatar_bridge.training.label.labels import need_free, write_readings
from avatar_bridge.training.label.landmarker import (
    Landmarker,
    OpenLandmarker,
    Reading,
    open_mediapipe,
)
from avatar_bridge.training.label.sheets import original_views, tile_count, tile_views
from avatar_bridge.training.label.views import View

TEACHER = "teacher.npz"
_COARSE_SIDE = 256  # px of a tile up to which float16 is good enough: within 0.06 px

Item = TypeVar("Item")


def label(
    folder: Path,
    task_file: Path,
    tile: int | None,
    out: Path | None,
    limit: int | None,
    console: Console,
    *,
    originals: Path | None = None,
    force: bool = False,
    open_landmarker: OpenLandmarker = open_mediapipe,
) -> Path:
    """Let a teacher read a folder of tile sheets or of clips.

    A file is there whole or not at all. Clips that have theirs are left out, so that a run that
    was stopped goes on.

    Args:
        folder: `sheet_NN.png` or `.jpg`, and `labels.npz`, whose rows say how many tiles hold a
            picture (all where it is missing); or clips (.mp4, .mov).
        task_file: MediaPipe's `face_landmarker.task`.
        tile: side of a tile in pixels; None for clips.
        out: folder for the files; None is `folder`.
        limit: stop after so many tiles, or pictures of each clip. For trying things out: the
            file then has as many rows, and loaders refuse it.
        console: where to show how far it is.
        originals: folder of the photographs that the tiles were made of, by `file_name` of
            `labels.npz`. The teacher then reads those, and finds more in them than in the tiles.
        force: overwrite files.
        open_landmarker: the teacher.

    Returns:
        `teacher.npz` for tiles; the folder of the `NAME.teacher.npz` for clips.

    Raises:
        ConfigError: nothing to read, no place to write, a file that is there already, or no
            MediaPipe.
        ModelError: the model is not the one that this project knows.
    """
    if limit is not None and limit < 1:
        raise ConfigError(f"limit: expected at least 1, got {limit}")
    if not folder.is_dir():
        raise ConfigError(f"expected a folder of sheets or clips, got none at {folder}")
    clips = find_clips(folder)
    sheets = any(folder.glob("sheet_*"))
    if bool(clips) == sheets:
        got = "both" if sheets else "neither"
        raise ConfigError(f"expected sheet_NN.png or .jpg or else clips in {folder}, got {got}")
    target = out or folder
    if clips:
        if tile is not None or originals is not None:
            raise ConfigError(f"{folder}: expected neither tile nor originals for clips, got one")
        for clip in clips:
            path = target / f"{clip.stem}.teacher.npz"
            if path.exists() and not force:
                console.print(f"kept {path}", highlight=False, soft_wrap=True)
                continue
            need_free(path, force)
            with open_landmarker(task_file, True) as read:
                _label_clip(clip, path, read, limit, console)
        return target
    if tile is None:
        raise ConfigError(f"{folder}: expected the side of its tiles in pixels, got none")
    path = target / TEACHER
    need_free(path, force)
    total = tile_count(folder, tile)
    total = min(total, limit or total)
    views = original_views(folder, tile, originals) if originals else tile_views(folder, tile)
    with open_landmarker(task_file, False) as read:
        shown = _shown(islice(views, total), folder.name, total, console)
        precision = np.float16 if tile <= _COARSE_SIDE else np.float32
        counts = write_readings(path, (_read_view(view, read) for view in shown), precision)
    _tell(console, path, counts)
    return path


def _read_view(view: View, read: Landmarker) -> Reading | None:
    reading = read(view.picture, 0)
    if reading is None:
        return None
    return Reading(view.to_tile(reading.points), reading.blendshapes, reading.pose)


def _label_clip(
    clip: Path, path: Path, read: Landmarker, limit: int | None, console: Console
) -> None:
    with open_film(clip) as film:
        total = min(film.length, limit or film.length)
        shown = _shown(islice(film.pictures, limit), clip.name, total, console)
        readings = (read(picture, milliseconds) for picture, milliseconds in shown)
        counts = write_readings(path, readings, np.float32, film.fps)
    _tell(console, path, counts)


def _shown(items: Iterable[Item], name: str, total: int, console: Console) -> Iterator[Item]:
    return iter(track(items, name, total=total, console=console, disable=not console.is_terminal))


def _tell(console: Console, path: Path, counts: tuple[int, int]) -> None:
    rows, faces = counts
    console.print(f"wrote {path}: a face in {faces} of {rows}", highlight=False, soft_wrap=True)
