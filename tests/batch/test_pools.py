"""Both pools do the same with the same videos: a film, one that is broken, and a folder gone."""

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
from typer.testing import CliRunner

from avatar_bridge.batch.job import Job, Outcome
from avatar_bridge.batch.local import LocalPool
from avatar_bridge.batch.manifest import NAME
from avatar_bridge.batch.worker import Worker
from avatar_bridge.cli.main import EXIT_INTERRUPTED, app
from avatar_bridge.config import AnalyzeConfig, Config
from avatar_bridge.errors import AvatarBridgeError, ConfigError
from avatar_bridge.export.files import read_take

SETTINGS = Config().model_dump_json()
PATIENCE_S = 120.0


def film(path: Path, frames: int = 6) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (96, 64))
    rng = np.random.default_rng(0)
    for _ in range(frames):
        writer.write(rng.integers(0, 255, (64, 96, 3), np.uint8))
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
    pool = LocalPool(settings, "jsonl", 1)
    try:
        with pytest.raises(AvatarBridgeError, match="unknown model 'nobody'"):
            list(pool.run([Job(library / "good.avi", tmp_path / "good.jsonl")]))
    finally:
        pool.close()


def test_a_worker_that_dies_takes_one_job_with_it(library: Path, tmp_path: Path) -> None:
    film(library / "long.avi", frames=4000)
    jobs = [Job(library / n, tmp_path / f"{n}.jsonl") for n in ("long.avi", "good.avi")]
    pool = LocalPool(SETTINGS, "jsonl", 1)
    outcomes = []
    try:
        for said in pool.run(jobs):
            if isinstance(said, Outcome):
                outcomes.append(said)
            elif said.job == jobs[0]:
                os.kill(pool.pids[0], signal.SIGKILL)
    finally:
        pool.close()
    assert [outcome.job for outcome in outcomes] == jobs
    assert "SIGKILL" in outcomes[0].error
    assert outcomes[1].frames == 6


def test_the_command_goes_on_after_a_broken_file_and_never_repeats(
    library: Path, tmp_path: Path
) -> None:
    out = tmp_path / "takes"
    call = ["batch", str(library), "--out", str(out), "--to", "jsonl", "--workers", "1"]
    first = CliRunner().invoke(app, call)
    assert first.exit_code == 1
    assert "broken.avi: expected a video file" in first.stderr
    assert "2 takes, 9 frames" in first.stderr
    assert sorted(path.name for path in out.glob("*.jsonl")) == [
        "also good.jsonl",
        NAME,
        "good.jsonl",
    ]
    (library / "broken.avi").unlink()
    film(library / "broken.avi", frames=2)
    second = CliRunner().invoke(app, call)
    assert second.exit_code == 0
    assert "2 of 3 were done before" in second.stderr
    assert "1 takes, 2 frames" in second.stderr


def kill_the_actor(mark: str) -> bool:
    """Kill the process of an actor that was started with this in its environment."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            marked = mark.encode() in (process / "environ").read_bytes()
            if marked and (process / "cmdline").read_bytes().startswith(b"ray::_Actor"):
                os.kill(int(process.name), signal.SIGKILL)
                return True
        except OSError:
            continue
    return False


def test_a_cluster_does_the_same_and_what_a_lost_worker_had_is_done_elsewhere(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    from avatar_bridge.batch.ray_cluster import RayPool

    monkeypatch.setenv("AVATAR_BRIDGE_TEST", str(tmp_path))
    film(library / "long.avi", frames=2500)
    jobs = [Job(path, tmp_path / f"{path.stem}.jsonl") for path in sorted(library.iterdir())]
    try:
        pool = RayPool(SETTINGS, "jsonl", 1, "local", 1)
    except ConfigError as error:
        if "timed out during startup" not in str(error):
            raise
        pytest.skip("Ray gives a machine 30 s to start, and this one is too busy")
    done: dict[str, Outcome] = {}
    killed = False
    try:
        for said in pool.run(jobs):
            if isinstance(said, Outcome):
                done[said.job.source.name] = said
            elif said.job.source.name == "long.avi" and not killed:
                killed = kill_the_actor(str(tmp_path))
    finally:
        pool.close()
    assert killed or sys.platform != "linux"
    assert {name: outcome.frames for name, outcome in done.items()} == {
        "also good.avi": 3,
        "broken.avi": 0,
        "good.avi": 6,
        "long.avi": 2500,
    }
    assert "expected a video file" in done["broken.avi"].error
    assert len(read_take(tmp_path / "good.jsonl")) == 6


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_a_name_that_is_no_text_ends_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    film(folder / "good.avi", frames=2)
    (folder / os.fsdecode(b"b\xff.avi")).write_bytes(b"RIFF nothing more")
    call = ["batch", str(folder), "--out", str(tmp_path / "takes"), "--to", "jsonl"]
    told = CliRunner().invoke(app, [*call, "--workers", "1"])
    assert told.exit_code == 1, told.exception
    assert "1 takes, 2 frames" in told.stderr
    assert "1 failed" in told.stderr


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
    film(library / "z.avi", frames=6000)
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
