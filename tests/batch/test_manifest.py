import os
from pathlib import Path

import pytest

from avatar_bridge.batch.job import Job, Outcome
from avatar_bridge.batch.manifest import NAME, Manifest, fingerprint
from avatar_bridge.config import Config, SourceConfig
from avatar_bridge.errors import SinkError


@pytest.fixture
def job(tmp_path: Path) -> Job:
    source, output = tmp_path / "a.mp4", tmp_path / "a.mcap"
    source.write_bytes(b"film")
    output.write_bytes(b"take")
    return Job(source, output)


def note(folder: Path, outcome: Outcome, settings: str = "s") -> None:
    manifest = Manifest(folder, settings)
    manifest.add(outcome)
    manifest.close()


def knows(folder: Path, job: Job, settings: str = "s") -> bool:
    manifest = Manifest(folder, settings)
    manifest.close()
    return manifest.has(job)


def test_what_was_done_is_known_to_the_next_run(tmp_path: Path, job: Job) -> None:
    assert not knows(tmp_path, job)
    note(tmp_path, Outcome(job, frames=3))
    assert knows(tmp_path, job)


def test_other_settings_make_other_takes(tmp_path: Path, job: Job) -> None:
    note(tmp_path, Outcome(job, frames=3))
    assert not knows(tmp_path, job, "other")


def test_a_changed_video_and_a_missing_take_are_done_again(tmp_path: Path, job: Job) -> None:
    note(tmp_path, Outcome(job, frames=3))
    os.utime(job.source, ns=(1, 1))
    assert not knows(tmp_path, job)
    note(tmp_path, Outcome(job, frames=3))
    job.output.unlink()
    assert not knows(tmp_path, job)


def test_what_failed_is_done_again(tmp_path: Path, job: Job) -> None:
    note(tmp_path, Outcome(job, frames=3))
    note(tmp_path, Outcome(job, error="it broke"))
    assert not knows(tmp_path, job)


@pytest.mark.parametrize(
    "torn", [b'{"source": "/a', b"[]\n", b"null\n", b"[" * 5000, b"\xff\xfe\n"]
)
def test_a_torn_line_costs_only_itself(tmp_path: Path, job: Job, torn: bytes) -> None:
    note(tmp_path, Outcome(job, frames=3))
    with (tmp_path / NAME).open("ab") as file:
        file.write(torn)
    assert knows(tmp_path, job)
    other = Job(job.source.with_name("b.mp4"), job.output)
    other.source.write_bytes(b"film")
    note(tmp_path, Outcome(other, frames=1))
    assert knows(tmp_path, other)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(SinkError, match="expected to write"):
        Manifest(tmp_path, "s")


def test_the_fingerprint_tells_settings_apart_but_not_sources() -> None:
    here, there = (Config(source=SourceConfig(uri=uri)) for uri in ("a.mp4", "b.mp4"))
    assert fingerprint(here, "mcap") == fingerprint(there, "mcap")
    assert fingerprint(here, "mcap") != fingerprint(here, "livelink")
    assert fingerprint(here, "mcap") != fingerprint(Config(smoothing="none"), "mcap")


def test_a_take_that_another_video_overwrote_is_made_again(tmp_path: Path, job: Job) -> None:
    other = Job(tmp_path / "b" / "a.mp4", job.output)
    other.source.parent.mkdir()
    other.source.write_bytes(b"film")
    note(tmp_path, Outcome(job, frames=3))
    note(tmp_path, Outcome(other, frames=4))
    assert knows(tmp_path, other)
    assert not knows(tmp_path, job)
