"""The guard against what becomes slower: ratios, their comparison and the command around it."""

import importlib
import json
import sys
from pathlib import Path

import pytest

from avatar_bridge.cli import regress
from avatar_bridge.cli.main import main
from avatar_bridge.cli.tiers import TierRun
from avatar_bridge.clock import SystemClock
from avatar_bridge.errors import ConfigError
from avatar_bridge.telemetry import StageTiming

# The package's own name for it is the command.
bench = importlib.import_module("avatar_bridge.cli.bench")

BEFORE = {"student": {"analyze": 1.0, "smooth": 0.05, "total": 2.0}}


def timed(net: str = "student", **stages_ms: float) -> TierRun:
    timings = tuple(StageTiming(name, ms, ms, ms) for name, ms in stages_ms.items())
    return TierRun("fast", net, "int8", 100.0, None, timings)


def slower(now: regress.Ratios, tolerance: float = 0.3) -> list[tuple[str, str]]:
    changes = regress.compare(BEFORE, now, tolerance)
    return [(each.net, each.stage) for each in changes if each.slower]


def test_a_ratio_is_free_of_the_machine() -> None:
    runs = [timed(analyze=2.0, total=6.0), timed("other", analyze=3.0)]
    here = regress.ratios(runs, [2.0, 4.0, 6.0])
    assert here == {
        "student": {"analyze": pytest.approx(2 / 3), "total": 2.0},
        "other": {"analyze": pytest.approx(0.6)},
    }
    half_as_fast = [timed(analyze=4.0, total=12.0), timed("other", analyze=6.0)]
    assert regress.ratios(half_as_fast, [4.0, 8.0, 12.0]) == here


def test_what_is_not_ours_or_hardly_runs_is_left_out() -> None:
    (stages,) = regress.ratios([timed(capture=9.0, detect=30.0, track=1.0)], [1.0, 1.0]).values()
    assert stages == {"track": 1.0}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({"analyze": 1.29, "smooth": 0.05, "total": 2.5}, []),
        ({"analyze": 1.31, "smooth": 0.05, "total": 2.5}, ["analyze"]),
        ({"analyze": 0.5, "smooth": 0.05, "total": 2.7}, ["total"]),
        ({"analyze": 1.0, "smooth": 0.145, "total": 2.0}, []),  # much, of nearly nothing
        ({"analyze": 1.0, "smooth": 0.155, "total": 2.0}, ["smooth"]),
        ({"analyze": 1.0, "total": 2.0, "emotion": 5.0}, []),  # one is gone, one is new
    ],
)
def test_slower_is_beyond_the_tolerance_and_more_than_noise(now, expected) -> None:
    assert slower({"student": now}) == [("student", stage) for stage in expected]


def test_tolerance_is_a_part_of_what_it_was() -> None:
    now = {"student": {**BEFORE["student"], "analyze": 1.2}}
    assert slower(now, 0.3) == []
    assert slower(now, 0.1) == [("student", "analyze")]


def test_nets_that_came_or_went_are_told_and_never_slower() -> None:
    changes = regress.compare(BEFORE, {"new": {"total": 9.0}})
    assert {(each.net, each.before, each.now) for each in changes if each.stage == "total"} == {
        ("new", None, 9.0),
        ("student", 2.0, None),
    }
    assert not any(each.slower for each in changes)


def test_calibration_takes_a_measurable_time() -> None:
    assert 0.1 < regress.calibrate(SystemClock()) < 1000


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    regress.save(file, "performer", 600, BEFORE)
    assert regress.load(file, "performer") == BEFORE
    with pytest.raises(ConfigError, match=r"measured on, 'performer', got 'clip\.mp4'"):
        regress.load(file, "clip.mp4")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "expected JSON"),
        ("[]", "expected what bench --save writes"),
        ('{"format": 2, "ratios": {}}', "expected what bench --save writes"),
        ('{"format": 1, "ratios": {"net": {"total": "1"}}}', "expected what bench --save writes"),
    ],
)
def test_another_kind_of_file_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=said):
        regress.load(file, "performer")


def test_the_command_exits_with_1_where_a_stage_is_slower(monkeypatch, capsys, tmp_path) -> None:
    speed = {"ms": 2.0}
    monkeypatch.setattr(bench, "_measure", lambda *_, **__: timed(total=speed["ms"]))
    monkeypatch.setattr(regress, "calibrate", lambda _: 1.0)
    file = tmp_path / "baseline.json"

    def call(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["avatar-bridge", "bench", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    assert call("--tier", "fast", "--save", file)[0] == 0
    assert call("--tier", "fast", "--compare", file)[0] == 0
    speed["ms"] = 3.0
    code, said = call("--tier", "fast", "--compare", file)
    assert code == bench.EXIT_SLOWER
    assert "+50% slower" in said
    code, said = call("--tier", "fast", "--compare", file, "--json")
    assert code == bench.EXIT_SLOWER
    assert json.loads(said)["changes"][0]["slower"] is True
    assert call("--tier", "fast", "--compare", file, "--tolerance", 0.6)[0] == 0


def test_the_committed_baseline_can_be_read() -> None:
    file = Path(__file__).parents[2] / "benchmarks" / "baseline.json"
    measured = regress.load(file, "performer")
    assert all(stages["total"] > stages["analyze"] > 0 for stages in measured.values())
