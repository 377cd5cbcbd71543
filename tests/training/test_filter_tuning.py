from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.smooth import load_smoothing
from avatar_bridge.smooth.noise import net_noise, parse_noise
from avatar_bridge.smooth.preset import load_preset
from avatar_bridge.smooth.regions import REGIONS, VALUES, to_motion, to_values
from avatar_bridge.training.filters.figures import blinks, lag_ms, measure
from avatar_bridge.training.filters.noise import noise_of
from avatar_bridge.training.filters.published import published
from avatar_bridge.training.filters.run import by_preset, columns_of, table
from avatar_bridge.training.filters.series import Series, load_series, louder, with_noise

BLINK = BLENDSHAPE_INDEX["eyeBlinkLeft"]
JAW = BLENDSHAPE_INDEX["jawOpen"]


def take(seconds: float = 3.0, late_s: float = 0.0) -> Series:
    """A jaw that talks, a lid that blinks once a second, a head that nods."""
    times = np.arange(round(60 * seconds)) / 60
    at = times - late_s
    values = np.zeros((len(times), VALUES))
    values[:, JAW] = 0.3 - 0.3 * np.cos(2 * np.pi * 3 * at)
    values[:, BLINK] = 0.9 * np.exp(-((((at % 1.0) - 0.5) / 0.06) ** 2))
    half = 0.1 * np.sin(2 * np.pi * at)
    turns = np.column_stack([np.sin(half), 0 * half, 0 * half, np.cos(half)])
    return Series("made", times, values, turns)


def still(frames: int = 120) -> Series:
    rng = np.random.default_rng(0)
    values = 0.3 + 0.01 * rng.standard_normal((frames, VALUES))
    half = 0.002 * rng.standard_normal(frames)
    turns = np.column_stack([np.sin(half), 0 * half, 0 * half, np.cos(half)])
    return Series("still", np.arange(frames) / 60, values, turns)


def test_the_lag_of_a_late_take_is_found() -> None:
    clean, late = take(), take(late_s=0.025)
    everywhere = np.ones(len(clean.times), bool)
    found = lag_ms(late.values[:, JAW], clean.values[:, JAW], everywhere)
    assert found == pytest.approx(25, abs=1)


def test_blinks_are_found() -> None:
    assert len(blinks(take().values[:, BLINK])) == 3


def test_what_is_tuned_is_what_runs() -> None:
    series, preset = take(), load_preset("balanced")
    ours = by_preset(preset, net_noise())(series)
    live = load_smoothing("balanced").motion()
    before = float(series.times[0])
    for time, values, turn, value, turned in zip(
        series.times, series.values, series.turns, ours.values, ours.turns, strict=True
    ):
        out = live.smooth(to_motion(values, tuple(turn)), float(time) - before)
        before = float(time)
        assert to_values(out) == pytest.approx(value, abs=1e-4)
        assert out.head_pose.orientation == pytest.approx(turned, abs=1e-4)


def test_a_preset_beats_the_published_filter_on_lag() -> None:
    clean, face = take(), still()
    pairs = [(clean, with_noise(clean, [face], 0))]
    ours = measure(by_preset(load_preset("balanced"), net_noise()), pairs, [face])
    theirs = measure(published, pairs, [face])
    assert ours.keys() == set(REGIONS)
    assert ours["jaw"].lag_ms < theirs["jaw"].lag_ms
    assert ours["blink"].kept > max(0.9, theirs["blink"].kept)


def test_noise_is_added_around_the_take_and_the_same_each_time() -> None:
    clean, face = take(), still()
    noisy = with_noise(clean, [face], 3)
    again = with_noise(clean, [face], 3)
    assert (noisy.values == again.values).all()
    assert table(noisy)[:, JAW].std() > 0
    assert 0 <= noisy.values[:, :52].min() <= noisy.values[:, :52].max() <= 1
    assert np.linalg.norm(noisy.turns, axis=1) == pytest.approx(np.ones(len(clean.times)))


def test_louder_noise_has_the_same_middle() -> None:
    face = still()
    loud = louder(face, 2.0)
    assert loud.values.mean(0) == pytest.approx(face.values.mean(0))
    assert table(loud).std(0)[[JAW, -3]] == pytest.approx(2 * table(face).std(0)[[JAW, -3]], 1e-3)


def test_the_noise_that_is_written_is_the_noise_that_is_read() -> None:
    face = still()
    noise = parse_noise(noise_of([face]))
    assert noise.values[JAW] == pytest.approx(face.values[:, JAW].std(), rel=0.01)
    assert noise.turn == pytest.approx(
        table(face)[:, columns_of("head_orientation")].std(0).max(), rel=0.01
    )


def test_takes_are_read_with_their_heads(data_root: Path) -> None:
    takes = load_series(data_root / "arkit_takes")
    assert len(takes) == 3
    for one in takes:
        assert one.values.shape == (len(one.times), VALUES)
        assert np.diff(one.times) == pytest.approx(1 / 60, abs=1e-4)
        assert np.linalg.norm(one.turns, axis=1) == pytest.approx(np.ones(len(one.times)))


def test_a_folder_without_takes_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"expected two or more .* got 0"):
        load_series(tmp_path)
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("Timecode,BlendshapeCount\n1,61\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"expected a Live Link Face take, got .*a\.csv"):
        load_series(tmp_path)
