"""Both pools do the same with the same videos: a film, one that is broken, and a folder gone."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from deadly import Deadly, Hanging
from typer.testing import CliRunner

from avatar_bridge.batch.job import GIVE_UP_S, Job, Outcome
from avatar_bridge.batch.local import LocalPool
from avatar_bridge.batch.manifest import NAME
from avatar_bridge.batch.worker import Worker
from avatar_bridge.cli.main import EXIT_INTERRUPTED, app
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.config import AnalyzeConfig, Config
from avatar_bridge.errors import AvatarBridgeError, ConfigError
from avatar_bridge.export.files import read_take

SETTINGS = Config().model_dump_json()
PATIENCE_S = 120.0
CLOCK = SystemClock()


def film(path: Path, frames: int = 6) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (96, 64))
    picture = np.random.default_rng(0).integers(0, 255, (64, 96, 3), np.uint8)
    for _ in range(frames):
        writer.write(picture)
    writer.release()
    return path


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    film(folder / "good.avi")
    (folder / "broken.avi").write_bytes(b"RIFF nothing more")
    film(folder / "also good.avi", frames=3)
    return folder


def test_a_worker_makes_a_take_that_can_be_read(library: Path, tmp_path: Path) -> None:
    job = Job(library / "good.avi", tmp_path / "new" / "good.jsonl")
    job.output.parent.mkdir()
    (job.output.parent / ".good.jsonl.1234.part").write_bytes(b"of a worker that was killed")
    outcome = Worker(SETTINGS, "jsonl").do(job)
    assert (outcome.frames, outcome.tracked, outcome.error) == (6, 0, "")
    assert len(read_take(job.output)) == 6
    assert list(job.output.parent.iterdir()) == [job.output]


def test_a_take_that_cannot_be_written_is_the_outcome(library: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    job = Job(library / "good.avi", tmp_path / "file" / "good.jsonl")
    assert "file" in Worker(SETTINGS, "jsonl").do(job).error


def test_settings_that_cannot_be_used_end_the_pool(library: Path, tmp_path: Path) -> None:
    settings = Config(analyze=AnalyzeConfig(face_net="nobody")).model_dump_json()
    pool = LocalPool(settings, "jsonl", 1, CLOCK)
    try:
        with pytest.raises(AvatarBridgeError, match="unknown model 'nobody'"):
            list(pool.run([Job(library / "good.avi", tmp_path / "good.jsonl")]))
    finally:
        pool.close()


class Leaping:
    """A clock that stands still; while there is a mark, it leaps whenever it is read."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark
        self._now_s = 0.0

    def now_ns(self) -> int:
        if self._mark.exists():
            self._now_s += GIVE_UP_S
        return round(self._now_s * NS_PER_S)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_worker_that_dies_or_hangs_takes_one_job_with_it(library: Path, tmp_path: Path) -> None:
    died, caught = tmp_path / "died", tmp_path / "caught"
    sources = (Deadly(library / "good.avi", died), Hanging(caught), library / "good.avi")
    jobs = [Job(source, tmp_path / "take.jsonl") for source in sources]  # type: ignore[arg-type]
    pool = LocalPool(SETTINGS, "jsonl", 1, Leaping(caught))
    outcomes = []
    try:
        for said in pool.run(jobs):
            if isinstance(said, Outcome):
                outcomes.append(said)
                caught.unlink(missing_ok=True)
    finally:
        pool.close()
    assert [outcome.job for outcome in outcomes] == jobs
    assert [outcome.error for outcome in outcomes] == [
        "the worker died (signal SIGKILL)",
        "given up: its worker gave no sign for 300 s",
        "",
    ]
    assert outcomes[2].frames == 6
    assert not multiprocessing.active_children()


def test_the_command_goes_on_after_broken_files_and_never_repeats(
    library: Path, tmp_path: Path
) -> None:
    out = tmp_path / "takes"
    call = ["batch", str(library), "--out", str(out), "--to", "jsonl", "--workers", "1"]
    no_text = library / os.fsdecode(b"b\xff.avi")
    if sys.platform == "linux":  # elsewhere file names are no bytes
        no_text.write_bytes(b"RIFF nothing more")
    first = CliRunner().invoke(app, call)
    assert first.exit_code == 1, first.exception
    assert "broken.avi: expected a video file" in first.stderr
    assert "2 takes, 9 frames" in first.stderr
    assert f"{2 if no_text.exists() else 1} failed" in first.stderr
    assert sorted(path.name for path in out.glob("*.jsonl")) == [
        "also good.jsonl",
        NAME,
        "good.jsonl",
    ]
    no_text.unlink(missing_ok=True)
    (library / "broken.avi").unlink()
    film(library / "broken.avi", frames=2)
    second = CliRunner().invoke(app, call)
    assert second.exit_code == 0
    assert "2 of 3 were done before" in second.stderr
    assert "1 takes, 2 frames" in second.stderr


def test_a_cluster_does_the_same_and_what_a_lost_worker_had_is_done_elsewhere(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    from avatar_bridge.batch.ray_cluster import RayPool

    monkeypatch.setenv("RAY_worker_niceness", "0")  # else a busy machine has no time for it
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    sources = {
        "deadly": Deadly(library / "good.avi", tmp_path / "died"),
        "good": library / "also good.avi",
        "broken": library / "broken.avi",
        "hanging": Hanging(tmp_path / "caught"),
    }
    jobs = [Job(source, tmp_path / f"{n}.jsonl") for n, source in sources.items()]  # type: ignore[arg-type]
    try:
        pool = RayPool(SETTINGS, "jsonl", 1, "local", 1, give_up_s=3.0)
    except ConfigError as error:
        if "timed out during startup" not in str(error):
            raise
        pytest.skip("Ray gives a machine 30 s to start, and this one is too busy")
    try:
        done = {o.job.output.stem: o for o in pool.run(jobs) if isinstance(o, Outcome)}
    finally:
        pool.close()
    assert {name: outcome.frames for name, outcome in done.items()} == {
        "deadly": 6,
        "good": 3,
        "broken": 0,
        "hanging": 0,
    }
    assert (tmp_path / "died").exists()
    assert "expected a video file" in done["broken"].error
    assert done["hanging"].error == "given up: its worker gave no sign for 3 s"
    assert len(read_take(tmp_path / "good.jsonl")) == 3


def until(look: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX")
@pytest.mark.parametrize("early", [True, False], ids=["while workers load", "at work"])
def test_what_is_asked_to_end_leaves_no_worker_and_no_half_take(
    library: Path, tmp_path: Path, early: bool
) -> None:
    film(library / "z.avi", frames=3000)
    record = tmp_path / "takes" / NAME
    call = ["batch", str(library), "--out", str(tmp_path / "takes"), "--workers", "1"]
    batch = subprocess.Popen(
        [sys.executable, "-m", "avatar_bridge", *call],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with batch:
        if early:  # Ctrl-C in a terminal is for the whole group
            until(record.is_file)
            time.sleep(0.3)
            os.killpg(batch.pid, signal.SIGINT)
        else:
            until(lambda: record.is_file() and record.read_text().count("\n") == 3)
            batch.terminate()
        _, told = batch.communicate(timeout=PATIENCE_S)
    assert batch.returncode == EXIT_INTERRUPTED, told
    assert "Traceback" not in told
    until(lambda: gone(batch.pid))  # what tidies up after `multiprocessing` ends a little later
    assert not list(record.parent.glob(".*.part"))
    assert not (record.parent / "z.mcap").exists()
