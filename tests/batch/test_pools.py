"""Both pools do the same with the same videos: a film, one that is broken, and a folder gone."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from avatar_bridge.batch.job import Job, Outcome, Progress
from avatar_bridge.batch.local import LocalPool
from avatar_bridge.batch.manifest import NAME
from avatar_bridge.batch.worker import Worker
from avatar_bridge.cli.main import app
from avatar_bridge.config import AnalyzeConfig, Config
from avatar_bridge.errors import AvatarBridgeError
from avatar_bridge.export.files import read_take

SETTINGS = Config().model_dump_json()


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


def by_name(outcomes: Iterator[Progress | Outcome]) -> dict[str, Outcome]:
    return {said.job.source.name: said for said in outcomes if isinstance(said, Outcome)}


def test_a_worker_makes_a_take_that_can_be_read(library: Path, tmp_path: Path) -> None:
    job = Job(library / "good.avi", tmp_path / "new" / "good.jsonl")
    outcome = Worker(SETTINGS, "jsonl").do(job)
    assert (outcome.frames, outcome.tracked, outcome.error) == (6, 0, "")
    assert len(read_take(job.output)) == 6


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


def test_a_cluster_does_the_same(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    from avatar_bridge.batch.ray_cluster import RayPool

    jobs = [Job(path, tmp_path / f"{path.stem}.jsonl") for path in sorted(library.iterdir())]
    pool = RayPool(SETTINGS, "jsonl", 1, "local", 1)
    try:
        done = by_name(pool.run(jobs))
    finally:
        pool.close()
    assert {name: outcome.frames for name, outcome in done.items()} == {
        "also good.avi": 3,
        "broken.avi": 0,
        "good.avi": 6,
    }
    assert "expected a video file" in done["broken.avi"].error
    assert len(read_take(tmp_path / "good.jsonl")) == 6
