"""Loss and recovery on real video, with the packaged net: the whole path at once."""

from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.build import PipelineFactory
from avatar_bridge.capture.address import open_source
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import parse_config
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.track import TRACKERS


def tracked_in(clip: Path, tracker: str) -> np.ndarray:
    """Whether a face was tracked (N,) in every second frame."""
    settings = {
        "source": {"uri": str(clip), "realtime": False},
        "track": {"tracker": tracker},
    }
    config = parse_config(settings, "test")
    pipeline = PipelineFactory(config).make(Telemetry(SystemClock()))
    source = open_source(config.source, SystemClock())
    seen = []
    while (frame := source.read()) is not None:
        if frame.index % 2 == 0:
            seen.append(pipeline.process(frame)[0].tracked)
    source.close()
    return np.array(seen)


@pytest.mark.parametrize("tracker", TRACKERS.names())
@pytest.mark.parametrize("name", ["face_noface.mov", "noface_face.mov", "no_face.mp4"])
def test_a_face_is_tracked_when_it_is_there_and_only_then(
    data_root: Path, name: str, tracker: str
) -> None:
    clip = data_root / "clips" / name
    seen = tracked_in(clip, tracker)
    teacher = np.load(clip.parent / f"{clip.stem}.teacher.npz")["landmarks"][::2]
    count = min(len(seen), len(teacher))
    there = ~np.isnan(teacher[:count, 0, 0])
    assert (seen[:count] == there).mean() > 0.95
    if there.any():
        assert seen[:count][there].mean() > 0.93
