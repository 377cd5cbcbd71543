"""How good an emotion net is on faces that taught it nothing."""

from collections.abc import Iterable
from pathlib import Path

from avatar_bridge.training.classification import Classified
from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.datasets.source import TEST
from avatar_bridge.training.emotion.judge import Reader, judge_rows
from avatar_bridge.training.emotion.report import confusion_picture, predictions_csv, scores_csv
from avatar_bridge.training.emotion.subsets import hard_subsets
from avatar_bridge.training.task import Scores

# What a label set is called in the name of a score.
SCORE_NAMES = {"emotions": "emotion", "fer2013": "own_label"}
_DIGITS = 4


def evaluate(reader: Reader, sources: Iterable[EmotionSource], folder: Path | None) -> Scores:
    """Judge a net on the test rows of some sets.

    Args:
        reader: runs the net.
        sources: the sets; one without test rows is left out.
        folder: gets `SET_scores.csv`, `SET_confusion.png` and `SET_predictions.csv`; None for none.

    Returns:
        All figures of `Classified` by `SET_LABELS_FIGURE`, and the accuracy on every hard subset
        by `SET_LABELS_SUBSET_accuracy`.
    """
    scores = Scores()
    for source in sources:
        rows = source.rows(TEST)
        if not len(rows):
            continue
        reading = reader(source.images[rows])
        judged = judge_rows(reading, source, rows)
        for label_set, result in judged.items():
            for figure, value in result.figures().items():
                scores.summary[_name(source, label_set, figure)] = round(value, _DIGITS)
        hard = hard_subsets(reader, source, rows)
        for subset, results in hard.items():
            for label_set, result in results.items():
                scores.summary.update(_subset(source, label_set, subset, result))
        if folder is not None:
            scores_csv({"all": judged} | hard, folder / f"{source.name}_scores.csv")
            confusion_picture(judged, folder / f"{source.name}_confusion.png")
            predictions_csv(source, rows, reading, folder / f"{source.name}_predictions.csv")
    return scores


def _subset(
    source: EmotionSource, label_set: str, subset: str, result: Classified
) -> dict[str, float]:
    name = _name(source, label_set, f"{subset}_accuracy")
    rows = _name(source, label_set, f"{subset}_rows")
    return {name: round(result.accuracy, _DIGITS), rows: float(result.rows)}


def _name(source: EmotionSource, label_set: str, figure: str) -> str:
    return f"{source.name}_{SCORE_NAMES[label_set]}_{figure}"
