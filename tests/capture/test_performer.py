import numpy as np
import pytest

from avatar_bridge.capture import performer
from avatar_bridge.capture.performer import PerformerTruth, load_truth
from avatar_bridge.clock import ManualClock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES

from .conftest import level

WEIGHTS = np.random.default_rng(0).random((5, 52)).astype(np.float32)


@pytest.fixture
def folder(make_video, tmp_path):
    make_video(5, name=performer.VIDEO)
    np.savez(tmp_path / performer.TRUTH, weights=WEIGHTS, blendshape_names=np.array(BLENDSHAPES))
    return tmp_path


def test_plays_its_video_at_its_own_rate(folder) -> None:
    config = SourceConfig(realtime=False, loop=True)
    source = performer.create("", config, ManualClock(), folder)
    assert (source.label, source.fps, source.frame_count) == ("performer", 25, None)
    assert [level(source.read().image) for _ in range(6)] == [0, 1, 2, 3, 4, 0]
    source.close()


def test_has_no_other_rate(folder) -> None:
    with pytest.raises(CaptureError, match=r"at its own rate, got 5\.0 fps"):
        performer.create("", SourceConfig(fps=5), ManualClock(), folder)


def test_plays_once_unless_it_loops(folder) -> None:
    source = performer.create("", SourceConfig(realtime=False), ManualClock(), folder)
    frames = [source.read() for _ in range(6)]
    assert [frame is None for frame in frames] == [False] * 5 + [True]
    source.close()


def test_takes_no_target(folder) -> None:
    with pytest.raises(CaptureError, match="expected performer alone, got performer:2"):
        performer.create("2", SourceConfig(), ManualClock(), folder)


def test_without_its_files(tmp_path) -> None:
    with pytest.raises(CaptureError, match=r"performer\.mp4 in the package"):
        performer.create("", SourceConfig(), ManualClock(), tmp_path)
    with pytest.raises(CaptureError, match=r"performer\.npz in the package"):
        load_truth(tmp_path)


def test_truth_by_index(folder) -> None:
    truth = load_truth(folder)
    np.testing.assert_array_equal(truth.weights, WEIGHTS)
    np.testing.assert_array_equal(truth.at(7), WEIGHTS[2])
    with pytest.raises(ValueError, match="read-only"):
        truth.weights[0, 0] = 1


def test_truth_in_another_order(tmp_path) -> None:
    names = np.array(BLENDSHAPES[::-1])
    np.savez(tmp_path / performer.TRUTH, weights=WEIGHTS[:, ::-1], blendshape_names=names)
    np.testing.assert_array_equal(load_truth(tmp_path).weights, WEIGHTS)


def test_truth_in_the_mirror() -> None:
    weights = np.zeros((1, 52), np.float32)
    weights[0, BLENDSHAPE_INDEX["mouthSmileLeft"]] = 0.5
    weights[0, BLENDSHAPE_INDEX["jawOpen"]] = 0.25
    mirrored = PerformerTruth(weights).mirrored().weights[0]
    assert mirrored[BLENDSHAPE_INDEX["mouthSmileRight"]] == 0.5
    assert mirrored[BLENDSHAPE_INDEX["mouthSmileLeft"]] == 0
    assert mirrored[BLENDSHAPE_INDEX["jawOpen"]] == 0.25


@pytest.mark.parametrize(
    "stored",
    [
        {"weights": WEIGHTS},
        {"weights": WEIGHTS, "blendshape_names": np.array(BLENDSHAPES[:51])},
        {"weights": WEIGHTS[:, :9], "blendshape_names": np.array(BLENDSHAPES)},
        {"weights": WEIGHTS[:0], "blendshape_names": np.array(BLENDSHAPES)},
        {"weights": WEIGHTS + 1, "blendshape_names": np.array(BLENDSHAPES)},
        {"weights": WEIGHTS * np.nan, "blendshape_names": np.array(BLENDSHAPES)},
    ],
    ids=["no names", "a name short", "narrow", "no rows", "beyond 1", "nan"],
)
def test_a_truth_that_is_none(tmp_path, stored) -> None:
    np.savez(tmp_path / performer.TRUTH, **stored)
    with pytest.raises(CaptureError, match=r"performer\.npz: expected weights"):
        load_truth(tmp_path)


def test_a_truth_that_is_no_archive(tmp_path) -> None:
    (tmp_path / performer.TRUTH).write_bytes(b"nonsense")
    with pytest.raises(CaptureError, match=r"performer\.npz: expected weights"):
        load_truth(tmp_path)


def test_the_packaged_performer() -> None:
    if not (performer.assets() / performer.VIDEO).is_file():
        pytest.skip("needs the packaged performer, which is made by a tool of its own")
    truth = load_truth()
    source = performer.create("", SourceConfig(realtime=False), ManualClock())
    count = 0
    while source.read() is not None:
        count += 1
    source.close()
    assert count == len(truth.weights) == source.frame_count
