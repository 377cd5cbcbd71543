"""The packaged net in the whole runtime path agrees with the teacher on real clips."""

from pathlib import Path

from teacher_agreement import CLIPS, measure

LEAST_R = 0.65
LEAST_R_OF_A_CLIP = 0.6


def test_the_weights_move_as_the_teachers_do(data_root: Path) -> None:
    result = measure(data_root, {})
    assert result["pooled_mean_r"] >= LEAST_R
    assert result["mean_of_clips"] >= LEAST_R
    for clip in CLIPS:
        assert result["clip_mean_r"][clip] >= LEAST_R_OF_A_CLIP, clip
        assert result["tracked"][clip] >= 0.99, clip
