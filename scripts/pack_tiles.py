"""Re-encode a folder of tile sheets so that it travels over a narrow line.

    python scripts/pack_tiles.py DATA/fer2013 OUT/fer2013

Sheets become JPEG of quality 95, and of the teacher only what emotion recipes read stays: the
head's pose, and the points of the test rows. FER-2013 shrinks from 62 MB to about 40.
"""

import shutil
import sys
from pathlib import Path

import cv2
import numpy as np

QUALITY = 95


def pack(source: Path, target: Path) -> None:
    """Write a smaller copy of a folder of sheets."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("sheet_*")):
        sheet = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        cv2.imwrite(str(target / f"{path.stem}.jpg"), sheet, options)
    shutil.copyfile(source / "labels.npz", target / "labels.npz")
    with np.load(source / "labels.npz") as labels, np.load(source / "teacher.npz") as teacher:
        points = teacher["landmarks"].astype(np.float16)
        points[labels["usage"] == 0] = np.nan
        np.savez_compressed(
            target / "teacher.npz", landmarks=points, pose=teacher["pose"].astype(np.float32)
        )


if __name__ == "__main__":
    pack(*(Path(argument) for argument in sys.argv[1:3]))
