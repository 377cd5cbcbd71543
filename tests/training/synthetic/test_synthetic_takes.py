from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.export.livelink_csv import COLUMNS
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.synthetic.takes import load_takes

HEADER = ",".join(("Timecode", "BlendshapeCount", *COLUMNS))


def row(count: int = 61, **values: str) -> str:
    cells = [values.get(name, "0.0" if count else "") for name in COLUMNS]
    return ",".join(["00:00:00:00.000", str(count), *cells])


def write(folder: Path, *rows: str) -> None:
    (folder / "take.csv").write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")


def test_tracked_frames_come_clipped_and_in_canonical_order(tmp_path: Path) -> None:
    write(tmp_path, row(JawOpen="0.5", TongueOut="-0.2"), row(0), row(BrowInnerUp="1.25"))
    takes = load_takes(tmp_path)
    assert takes.shape == (2, len(BLENDSHAPES))
    assert takes.dtype == np.float32
    assert takes[0, BLENDSHAPE_INDEX["jawOpen"]] == 0.5
    assert takes[0, BLENDSHAPE_INDEX["tongueOut"]] == 0.0
    assert takes[1, BLENDSHAPE_INDEX["browInnerUp"]] == 1.0
    assert takes.sum() == 1.5


def test_a_folder_without_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\*\.csv"):
        load_takes(tmp_path)


@pytest.mark.parametrize("value", ["abc", "nan", ""])
def test_a_cell_that_is_no_number_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    write(tmp_path, row(), row(JawOpen=value))
    with pytest.raises(ConfigError, match=r"take\.csv:3"):
        load_takes(tmp_path)


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "take.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="EyeBlinkLeft"):
        load_takes(tmp_path)


def test_a_take_in_which_no_face_was_found_is_refused(tmp_path: Path) -> None:
    write(tmp_path, row(0))
    with pytest.raises(ConfigError, match="face"):
        load_takes(tmp_path)
