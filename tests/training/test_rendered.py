"""Growing sets with fake shards: nothing here needs OpenGL or the kit."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.training.datasets import makers, rendered, shards
from avatar_bridge.training.datasets.makers import make_shard, missing_shards, shard_path
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION, FaceSource

ROWS, FIRST, MOST, EVERY = 12, 2, 5, 3
PATIENCE = 60.0  # s; a process starts slowly on a busy machine


def write_fake(path: Path, number: int, rows: int = ROWS) -> None:
    """Small random pictures, the shard's number told by every weight."""
    rng = np.random.default_rng(number)
    np.savez(
        path,
        images=rng.integers(0, 256, (rows, 64, 64), dtype=np.uint8),
        landmarks=rng.uniform(16, 48, (rows, 70, 2)).astype(np.float32),
        weights=np.full((rows, 52), number / 100, np.float32),
        blendshape_names=np.array(BLENDSHAPES),
    )


def write_when_told(path: Path, number: int, go: Path) -> None:
    while not go.exists():
        time.sleep(0.02)
    write_fake(path, number)


def fail(path: Path, number: int) -> None:
    raise ConfigError(f"no OpenGL for shard {number}")


def vanish(path: Path, number: int) -> None:
    os._exit(9)


@dataclass(frozen=True)
class FakeKit:
    make: makers.Make

    def __call__(self, path: Path, number: int) -> None:
        self.make(path, number)

    def check(self) -> None: ...


@pytest.fixture
def put(tmp_path: Path) -> Callable[[int], None]:
    """Puts the first shards into the set's folder."""

    def write(count: int) -> None:
        (tmp_path / "set").mkdir(exist_ok=True)
        for number in range(count):
            if not shard_path(tmp_path / "set", number).is_file():
                write_fake(shard_path(tmp_path / "set", number), number)

    return write


@pytest.fixture
def open_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FaceSource]:
    """Opens the set with something that stands for the kit."""
    monkeypatch.setattr(rendered, "PICTURES", ROWS)

    def build(make: makers.Make = fail, **options: object) -> FaceSource:
        monkeypatch.setattr(rendered, "Kit", lambda *_: FakeKit(make))
        numbers = {"first": FIRST, "most": MOST, "every": EVERY, "validation": 0.4}
        return rendered.create(tmp_path, "set", "ict", **numbers | options)  # type: ignore[arg-type]

    return build


def shards_seen(source: FaceSource, step: int) -> set[int]:
    """Numbers of the shards that batch number `step` may show."""
    now = source.at(step)
    return {round(value * 100) for value in np.nanmax(now.units[now.rows(TRAIN)], axis=1)}


def test_a_shard_joins_every_so_many_batches(
    put: Callable[[int], None], open_set: Callable[..., FaceSource]
) -> None:
    put(MOST)
    source = open_set()
    assert len(source.crops) == FIRST * ROWS
    expected = {0: 2, EVERY - 1: 2, EVERY: 3, 2 * EVERY: 4, 3 * EVERY: 5, 99 * EVERY: 5}
    for step in (0, 99 * EVERY, *expected):  # in any order
        assert shards_seen(source, step) == set(range(expected[step]))
    whole = source.at(99 * EVERY)
    np.testing.assert_array_equal(whole.crops[: FIRST * ROWS], source.crops)
    assert (whole.name, whole.weight) == (source.name, source.weight)


def test_batches_are_a_function_of_seed_and_step(
    put: Callable[[int], None],
    open_set: Callable[..., FaceSource],
    live_units: tuple[str, ...],
) -> None:
    import torch

    from avatar_bridge.training.datasets.augment import Augment
    from avatar_bridge.training.datasets.faces import CropSpec, FaceStream

    def stream() -> FaceStream:
        spec = CropSpec(1.3, 32)
        return FaceStream([open_set()], live_units, spec, Augment(), 16, 0.2, 20, seed=4)

    put(MOST)
    straight, resumed = stream(), stream()
    batches = [straight[step] for step in range(10)]
    for step in (8, 9, 1, 4):  # resumed late, and read again
        torch.testing.assert_close(dict(resumed[step]), dict(batches[step]), equal_nan=True)
    assert not torch.equal(batches[0]["image"], batches[1]["image"])


def test_held_out_rows_are_those_of_the_first_shards(
    tmp_path: Path, put: Callable[[int], None], open_set: Callable[..., FaceSource]
) -> None:
    put(MOST)
    source, everything = open_set(), shards.create(tmp_path, "set", validation=0.4)
    held = source.crops[source.rows(VALIDATION)]
    assert 0 < len(held) < len(source.crops)
    np.testing.assert_array_equal(source.splits, everything.splits[: FIRST * ROWS])
    grown = source.at(99 * EVERY)
    np.testing.assert_array_equal(grown.splits, everything.splits)  # none is taught that was held
    np.testing.assert_array_equal(source.crops[source.rows(VALIDATION)], held)
    np.testing.assert_array_equal(open_set(only=VALIDATION).crops, held)


def test_first_shards_are_made_and_kept(
    tmp_path: Path, open_set: Callable[..., FaceSource]
) -> None:
    source = open_set(write_fake, most=FIRST)
    assert len(source.crops) == FIRST * ROWS
    assert source.at(99 * EVERY) is source
    names = sorted(path.name for path in (tmp_path / "set").iterdir())
    assert names == ["shard_000.npz", "shard_001.npz"]
    again = open_set(fail, most=FIRST)  # nothing is left to make
    np.testing.assert_array_equal(again.crops, source.crops)


def test_a_slow_maker_is_waited_for(
    tmp_path: Path,
    put: Callable[[int], None],
    open_set: Callable[..., FaceSource],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    put(FIRST)
    go = tmp_path / "go"
    source = open_set(partial(write_when_told, go=go), most=FIRST + 1)
    assert shards_seen(source, 0) == {0, 1}
    assert not caplog.messages
    assert missing_shards(tmp_path / "set", FIRST + 1) == [FIRST]
    go.touch()
    assert shards_seen(source, EVERY) == {0, 1, 2}
    assert set(caplog.messages) <= {"waiting for rendered faces: shard 2"}


@pytest.mark.parametrize(
    ("make", "message"), [(fail, "no OpenGL for shard 2"), (vanish, r"codes \[9\]")]
)
def test_a_dead_maker_is_told(
    put: Callable[[int], None],
    open_set: Callable[..., FaceSource],
    caplog: pytest.LogCaptureFixture,
    make: makers.Make,
    message: str,
) -> None:
    caplog.set_level(logging.INFO)
    put(FIRST)
    source = open_set(make)
    assert shards_seen(source, 0) == {0, 1}
    for _ in range(2):  # to every thread that asks
        with pytest.raises(ConfigError, match=f"shard_002.npz, but its .*{message}"):
            source.at(EVERY)
    assert "waiting for rendered faces: shard 2" in caplog.messages


def test_a_shard_is_made_by_one_alone(tmp_path: Path) -> None:
    asked = []

    def make(path: Path, number: int) -> None:
        asked.append(make_shard(tmp_path, fail, number))  # while this one has it in hand
        assert missing_shards(tmp_path, 1) == [0]
        write_fake(path, number)

    assert make_shard(tmp_path, make, 0)
    assert asked == [False]
    assert make_shard(tmp_path, fail, 0)  # there already
    assert [path.name for path in tmp_path.iterdir()] == ["shard_000.npz"]


def test_makers_end_with_a_killed_training(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "import sys, time\n"
        "from functools import partial\n"
        "from pathlib import Path\n"
        "from test_rendered import makers, write_when_told\n"
        "if __name__ == '__main__':\n"
        "    folder = Path(sys.argv[1])\n"
        "    crew = makers.Crew(folder, partial(write_when_told, go=folder / 'go'), 1, 1)\n"
        "    time.sleep(600)\n"
    )
    paths = os.pathsep.join(sys.path)
    training = subprocess.Popen(
        [sys.executable, script, tmp_path], env=os.environ | {"PYTHONPATH": paths}
    )
    try:
        _until(lambda: (tmp_path / "draft_000.npz").exists())
        assert not make_shard(tmp_path, write_fake, 0)  # the maker has it in hand
    finally:
        training.send_signal(signal.SIGKILL)
        training.wait()
    _until(lambda: make_shard(tmp_path, write_fake, 0))


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_little_is_read_for_trials_and_nothing_for_tests(
    tmp_path: Path, put: Callable[[int], None], open_set: Callable[..., FaceSource]
) -> None:
    assert len(open_set(only=TEST).crops) == 0
    assert not (tmp_path / "set").exists()
    put(1)
    trial = open_set(limit=3)
    assert (len(trial.crops), trial.at(99 * EVERY)) == (3, trial)


def test_mistakes_are_told(tmp_path: Path, put: Callable[[int], None]) -> None:
    with pytest.raises(ConfigError, match=r"expected ICT-FaceKit's ict_facekit.npz in .*nowhere"):
        rendered.create(tmp_path, "set", "nowhere")
    assert not (tmp_path / "set").exists()
    with pytest.raises(ConfigError, match="first = 3, most = 2"):
        rendered.create(tmp_path, "set", "ict", first=3, most=2)
    put(2)
    with pytest.raises(ConfigError, match="AU99"):
        rendered.create(tmp_path, "set", "nowhere", first=1, most=2, nodes=["AU99"])
