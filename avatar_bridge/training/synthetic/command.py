"""What `avatar-bridge-train render` does."""

from pathlib import Path

from rich.progress import track

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.synthetic.files import (
    PICTURES,
    ClipWriter,
    shard_seed,
    write_shard,
    write_truth,
)
from avatar_bridge.training.synthetic.gl import open_context
from avatar_bridge.training.synthetic.mesh import load_mesh
from avatar_bridge.training.synthetic.performance import FPS, FRAMES
from avatar_bridge.training.synthetic.performer import perform
from avatar_bridge.training.synthetic.samples import SampleMaker
from avatar_bridge.training.synthetic.sittings import sittings, write_sittings
from avatar_bridge.training.synthetic.takes import load_takes

_OF_A_FILE = 50  # sittings
CLIP = "performer.mp4"
TRUTH = "performer.npz"


def render(out: Path, ict: Path, frames: int | None, size: int) -> None:
    """Draw the performer's clip and write it with its truth.

    Args:
        out: folder for `performer.mp4` and `performer.npz`.
        ict: folder of ICT-FaceKit's mesh.
        frames: stop after so many; None is the whole script.
        size: pixels across and down.

    Raises:
        ConfigError: no mesh, no OpenGL, a size that no codec takes, or no place to write.
    """
    if size < 64 or size % 2:
        raise ConfigError(f"size: expected an even number from 64, got {size}")
    if frames is not None and frames < 1:
        raise ConfigError(f"frames: expected at least 1, got {frames}")
    mesh = load_mesh(ict)
    gl = open_context()
    out.mkdir(parents=True, exist_ok=True)
    total = min(frames or FRAMES, FRAMES)
    truths = []
    with ClipWriter(out / CLIP, size, FPS) as clip:
        pictures = perform(gl, mesh, size, total)
        for picture, truth in track(pictures, "performer", total=total):
            clip.write(picture)
            truths.append(truth)
    write_truth(out / TRUTH, truths, mesh.shapes, FPS)


def render_samples(
    out: Path,
    ict: Path,
    count: int,
    seed: int,
    takes: Path | None = None,
    moments: bool = False,
) -> None:
    """Draw random faces and write them as `shard_NNN.npz`; a shard that is there is kept.

    Args:
        out: folder for the shards.
        ict: folder of ICT-FaceKit's mesh.
        count: how many pictures.
        seed: each shard's pictures depend on it, on the takes and on the shard's number alone.
        takes: folder of Live Link Face takes, some of whose frames are drawn too; None is none.
        moments: show each face twice, the second time a moment later.

    Raises:
        ConfigError: no mesh, no OpenGL, broken takes, or a count that is not positive.
    """
    if count < 1:
        raise ConfigError(f"samples: expected at least 1, got {count}")
    real = load_takes(takes) if takes else None
    mesh = load_mesh(ict)
    maker = SampleMaker(open_context(), mesh, takes=real)
    out.mkdir(parents=True, exist_ok=True)
    shards = range((count + PICTURES - 1) // PICTURES)
    for shard in track(shards, "random faces"):
        path = out / f"shard_{shard:03d}.npz"
        if path.exists():
            continue
        wanted = min(PICTURES, count - shard * PICTURES)
        made = list(maker.make(wanted, shard_seed(seed, shard), moments))
        write_shard(path, [image for image, _ in made], [truth for _, truth in made], moments)


def render_sittings(
    out: Path, ict: Path, count: int, seed: int, size: int, margin: float, lift: float
) -> None:
    """Draw heads that show many expressions each and write them as `sittings_NNN.npz`.

    Args:
        out: folder for the files; one that is there is kept.
        ict: folder of ICT-FaceKit's mesh.
        count: how many heads.
        seed: each file's pictures depend on it and on the file's number alone.
        size: side of the cut pictures in pixels.
        margin: of the cut, in face boxes (`geometry.crop_transform`).
        lift: of the cut, in face boxes.

    Raises:
        ConfigError: no mesh, no OpenGL, or a count that is not positive.
    """
    if count < 1:
        raise ConfigError(f"sittings: expected at least 1, got {count}")
    maker = SampleMaker(open_context(), load_mesh(ict))
    out.mkdir(parents=True, exist_ok=True)
    for number in track(range(-(-count // _OF_A_FILE)), "sittings"):
        path = out / f"sittings_{number:03d}.npz"
        if path.exists():
            continue
        wanted = min(_OF_A_FILE, count - number * _OF_A_FILE)
        own = shard_seed(seed, number)
        write_sittings(path, list(sittings(maker, wanted, own, size, margin, lift)))
