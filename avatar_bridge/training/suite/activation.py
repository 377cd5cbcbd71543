"""Does a shape that is shown alone rise, and does it rise above the others?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.training.suite.agree import activated, rates
from avatar_bridge.training.suite.reader import Picture, Reader, Reading
from avatar_bridge.training.suite.synthetic import MESH
from avatar_bridge.training.suite.table import Cell
from avatar_bridge.training.synthetic.activations import activation_pairs
from avatar_bridge.training.synthetic.gl import open_context
from avatar_bridge.training.synthetic.mesh import load_mesh
from avatar_bridge.training.synthetic.samples import SampleMaker

SEED = 990_002
_PERCENT = 100.0
_EXTRA = "tongueOut"


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A face that shows one shape, or none.

    Attributes:
        head: who it is, and how that face is seen; each has one picture of none.
        shape: name of the blendshape that is at 1, or None.
        companions: names of the shapes that had to be shown with it.
        looks: how often it is looked at, see `Reader.read`.
    """

    head: int
    shape: str | None
    companions: tuple[str, ...]
    picture: Picture
    looks: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Activations:
    """What a reader made of them.

    Attributes:
        rates: (52,) share of the heads at which a shape was seen; NaN where none showed it.
        hits: (which shape, whether it was seen) of every picture that counts.
        lost: pictures in which no face was found; they count as not seen.
    """

    rates: NDArray[np.float64]
    hits: tuple[tuple[int, bool], ...]
    lost: int

    def share(self, without: Sequence[str] = ()) -> float:
        """Percent of the pictures whose shape was seen; NaN where nothing was shown."""
        left_out = {BLENDSHAPE_INDEX[name] for name in without}
        counted = [hit for shape, hit in self.hits if shape not in left_out]
        return _PERCENT * float(np.mean(counted)) if counted else float("nan")


def judge_activations(readers: Sequence[Reader], shown: Iterable[Shown]) -> dict[str, Activations]:
    """Read every picture and compare it with the same head at rest.

    Raises:
        ValueError: a head without a picture of no shape.
    """
    rest: dict[str, dict[int, Reading | None]] = {reader.name: {} for reader in readers}
    moved: dict[str, list[tuple[Shown, Reading | None]]] = {reader.name: [] for reader in readers}
    for one in shown:
        for reader in readers:
            reading = reader.read(one.picture, one.looks)
            if one.shape is None:
                rest[reader.name][one.head] = reading
            else:
                moved[reader.name].append((one, reading))
    return {name: _judge(rest[name], moved[name]) for name in rest}


def _judge(
    rest: dict[int, Reading | None], moved: list[tuple[Shown, Reading | None]]
) -> Activations:
    hits, lost = [], 0
    for one, reading in moved:
        if one.head not in rest:
            raise ValueError(f"head {one.head}: expected a picture at rest, got none")
        neutral = rest[one.head]
        shape = BLENDSHAPE_INDEX[str(one.shape)]
        if neutral is None or reading is None:
            lost += 1
            hits.append((shape, False))
            continue
        others = [BLENDSHAPE_INDEX[name] for name in one.companions]
        hits.append((shape, activated(neutral.weights, reading.weights, shape, others)))
    return Activations(rates(hits), tuple(hits), lost)


def measure_activation(
    readers: Sequence[Reader], cache: Path, root: Path, heads: int, console: Console
) -> tuple[dict[str, Cell], dict[str, Cell], dict[str, NDArray[np.float64]]]:
    """Rendered heads that taught nothing, each shape alone.

    Args:
        readers: all of them.
        cache: folder of what is kept between runs.
        root: folder of data sets, with ICT-FaceKit in it.
        heads: how many people.
        console: for progress.

    Returns:
        Percent of (head, shape) by reader over all shapes but the tongue; the same of the tongue
        alone, empty if it is never shown; and the rate of every shape (52,) by reader.

    Raises:
        ConfigError: no mesh, or no OpenGL.
    """
    judged = judge_activations(readers, _heads(cache, root, heads, console))
    if not all(said.hits for said in judged.values()):
        raise ConfigError(f"expected heads that show shapes, got none of {heads}")
    tongue = {
        name: Cell(_PERCENT * float(said.rates[BLENDSHAPE_INDEX[_EXTRA]]))
        for name, said in judged.items()
        if np.isfinite(said.rates[BLENDSHAPE_INDEX[_EXTRA]])
    }
    return cells_of(judged, (_EXTRA,)), tongue, {name: said.rates for name, said in judged.items()}


def _heads(cache: Path, root: Path, heads: int, console: Console) -> Iterator[Shown]:
    """The pictures of so many heads, drawn where the cache has none."""
    path = cache / f"heads_{SEED}_{heads}.npz"
    if not path.is_file():
        _draw_heads(path, root, heads, console)
    kept = load_arrays(path, {"landmarks": (70, 2), "heads": (), "shapes": (), "companions": ()})
    rows = track(range(len(kept["heads"])), "one shape at a time", console=console)
    for row in rows:
        image = np.asarray(cv2.cvtColor(kept["images"][row], cv2.COLOR_GRAY2BGR), np.uint8)
        yield Shown(
            head=int(kept["heads"][row]),
            shape=str(kept["shapes"][row]) or None,
            companions=tuple(str(kept["companions"][row]).split()),
            picture=Picture.around(image, kept["landmarks"][row]),
        )


def _draw_heads(path: Path, root: Path, heads: int, console: Console) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pairs = activation_pairs(SampleMaker(open_context(), load_mesh(root / MESH)), heads, SEED)
    total = heads * (1 + len(BLENDSHAPES))
    made = list(track(pairs, "drawing test heads", total=total, console=console))
    draft = path.with_suffix(".part.npz")  # a run that is killed leaves no half file
    np.savez_compressed(
        draft,
        images=np.stack([one.image for one in made]),
        landmarks=np.stack([one.truth.landmarks for one in made]),
        heads=np.array([one.head for one in made]),
        shapes=np.array([one.shape or "" for one in made]),
        companions=np.array([" ".join(one.companions) for one in made]),
    )
    draft.replace(path)


def cells_of(judged: dict[str, Activations], without: Sequence[str] = ()) -> dict[str, Cell]:
    """Percent by reader, with how many faces it did not find."""
    return {
        name: Cell(said.share(without), f"{said.lost} not found" if said.lost else "")
        for name, said in judged.items()
    }
