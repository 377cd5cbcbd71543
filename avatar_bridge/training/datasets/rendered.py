"""Rendered faces made while a net is taught: a folder of shards (see `shards`) that grows.

The first shards are there before training starts. Processes beside it go on rendering, and every
`every` batches the next shard joins: batch number n sees shards 0 … first + n // every - 1, or
waits for them, so that a run which is killed and resumed sees the same pictures. Processes of
`torchrun`, whose batches are all counted, and runs that share a folder share the rendering.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.progress import track

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.datasets.makers import (
    Crew,
    missing_shards,
    shard_path,
)
from avatar_bridge.training.datasets.shards import read_shards, some_rows
from avatar_bridge.training.datasets.source import ROW_FIELDS, TEST, FaceSource
from avatar_bridge.training.synthetic.files import PICTURES, shard_seed

if TYPE_CHECKING:
    from avatar_bridge.training.synthetic.samples import SampleMaker

logger = logging.getLogger(__name__)


def create(
    root: Path,
    folder: str,
    ict: str,
    takes: str | None = None,
    seed: int = 1,
    first: int = 8,
    most: int = 40,
    every: int = 200,
    makers: int = 1,
    nodes: list[str] | None = None,
    validation: float = 0.03,
    weight: float = 1.0,
    trust: float = 1.0,
    limit: int | None = None,
    only: int | None = None,
) -> FaceSource:
    """Render the first shards where they are missing, and read them.

    The others are rendered from the first training batch on.

    Args:
        root: folder of data sets.
        folder: name of this set in it, or an absolute path; made if missing. Shards that are
            there are kept: another seed or other takes need another folder.
        ict: folder of ICT-FaceKit's mesh in `root`; read unless all shards are there.
        takes: folder of Live Link Face takes in `root`, to borrow faces from; None is none.
        seed: each shard's pictures depend on it, on the takes and on the shard's number alone.
        first: shards that are there before training starts; held-out rows are of these.
        most: shards in all.
        every: batches after which the next shard joins.
        makers: processes that render.
        nodes: see `shards.create`, as all below.
        validation: share of the rows that is held out.
        weight: see `FaceSource`.
        trust: see `FaceSource`.
        limit: read only so many rows, which do not grow, for trying things out.
        only: read only the first shards' rows of this split; there are no test rows.

    Raises:
        ConfigError: numbers that make no sense, no kit, takes or OpenGL where they are needed,
            or a node that `facs` does not know. `FaceSource.at` raises it, too, where shards
            are waited for that nobody renders.
    """
    if first < 1 or most < first or every < 1 or makers < 1:
        raise ConfigError(
            f"expected 1 <= first <= most, every >= 1 and makers >= 1, got first = {first}, "
            f"most = {most}, every = {every}, makers = {makers}"
        )
    if limit is not None:  # no more than that is worth rendering
        first = min(first, -(-limit // PICTURES))
    if only == TEST:
        first = 0
    if limit is not None or only is not None:
        most = first
    home = root / folder
    kit = Kit(root / ict, root / takes if takes else None, seed)
    if missing_shards(home, most):
        kit.check()
    crew = Crew(home, kit, first, makers)
    numbers = range(first)
    for number in track(numbers, "rendered faces") if missing_shards(home, first) else numbers:
        crew.wait(number)
    growth = Growth(
        read=lambda paths: read_shards(paths, Path(folder).name, nodes, validation, weight, trust),
        folder=home,
        hire=lambda: Crew(home, kit, most, makers),
        first=first,
        most=most,
        every=every,
    )
    return some_rows(growth.start, limit, only) if most == first else growth.start


@dataclass(frozen=True)
class Kit:
    """Makes shards of random faces, like `synthetic.command.render_samples`.

    Attributes:
        ict: folder of ICT-FaceKit's mesh.
        takes: folder of Live Link Face takes; None is none.
        seed: of the set.
    """

    ict: Path
    takes: Path | None
    seed: int

    def __call__(self, path: Path, number: int) -> None:
        """Write shard `number` to `path`."""
        from avatar_bridge.training.synthetic.files import write_shard

        made = list(self._samples.make(PICTURES, shard_seed(self.seed, number)))
        write_shard(path, [image for image, _ in made], [truth for _, truth in made])

    def check(self) -> None:
        """Make sure that what can be checked at once is there.

        Raises:
            ConfigError: no kit, or no or broken takes.
        """
        from avatar_bridge.training.synthetic.mesh import INDEX_FILE, MESH_FILE
        from avatar_bridge.training.synthetic.takes import load_takes

        for name in (MESH_FILE, INDEX_FILE):
            if not (self.ict / name).is_file():
                raise ConfigError(f"expected ICT-FaceKit's {name} in {self.ict}, got no such file")
        if self.takes:
            load_takes(self.takes)

    @cached_property
    def _samples(self) -> "SampleMaker":
        from avatar_bridge.training.synthetic.gl import open_context
        from avatar_bridge.training.synthetic.mesh import load_mesh
        from avatar_bridge.training.synthetic.samples import SampleMaker
        from avatar_bridge.training.synthetic.takes import load_takes

        takes = load_takes(self.takes) if self.takes else None
        return SampleMaker(open_context(), load_mesh(self.ict), takes=takes)


class Growth:
    """The shards that joined so far, in arrays that later ones are written behind.

    Args:
        read: reads shards.
        folder: of the shards; the first must be there.
        hire: starts those that render the others; called at the first batch.
        first: shards of `start`.
        most: shards in all.
        every: batches from one shard to the next.
    """

    def __init__(
        self,
        read: Callable[[list[Path]], FaceSource],
        folder: Path,
        hire: Callable[[], "Crew"],
        first: int,
        most: int,
        every: int,
    ) -> None:
        self._read, self._folder, self._hire = read, folder, hire
        self._first, self._most, self._every = first, most, every
        self._lock = threading.Lock()  # batches are made in threads
        self._crew: Crew | None = None
        start = read([shard_path(folder, number) for number in range(first)])
        room = len(start.crops) + PICTURES * (most - first)
        # Pages that nothing was written to take no memory.
        self._arrays = {
            field: np.empty((room, *getattr(start, field).shape[1:]), getattr(start, field).dtype)
            for field in ROW_FIELDS
        }
        self._ends: list[int] = []  # rows of the first shards, with one more, with two more …
        self._join(start)
        self.start = replace(start, **self._rows(0), grown=self.at if most > first else None)

    def at(self, step: int) -> FaceSource:
        """The set as batch number `step` sees it, waiting for shards that are not finished."""
        joined = min(step // self._every, self._most - self._first)
        if self._crew is None or joined >= len(self._ends):
            with self._lock:
                self._crew = self._crew or self._hire()
                while joined >= len(self._ends):
                    number = self._first + len(self._ends) - 1
                    if not shard_path(self._folder, number).is_file():
                        logger.info("waiting for rendered faces: shard %d", number)
                    self._join(self._read([self._crew.wait(number)]))
        return replace(self.start, **self._rows(joined), grown=None)

    def _join(self, shard: FaceSource) -> None:
        begin = self._ends[-1] if self._ends else 0
        end = begin + len(shard.crops)
        if end > len(self._arrays["crops"]):
            raise ConfigError(f"expected shards of {PICTURES} pictures, got {len(shard.crops)}")
        for field, array in self._arrays.items():
            array[begin:end] = getattr(shard, field)
        self._ends.append(end)  # last: threads that need no lock read it

    def _rows(self, joined: int) -> dict[str, Any]:
        return {field: array[: self._ends[joined]] for field, array in self._arrays.items()}
