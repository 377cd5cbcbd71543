import numpy as np
import pytest

from avatar_bridge.facs.emotions import EMOTIONS, LABELS
from avatar_bridge.training.datasets.emotions.fer import FERPLUS, own_shares, vote_shares


def _shares(**counts: int) -> dict[str, float]:
    votes = np.array([[counts.get(name, 0) for name in FERPLUS]])
    return {name: float(share) for name, share in zip(LABELS, vote_shares(votes)[0], strict=True)}


@pytest.mark.parametrize("label", LABELS)
def test_every_column_finds_its_label(label: str) -> None:
    assert _shares(**{label: 10})[label] == 1.0


def test_single_votes_are_dropped_where_others_agree() -> None:
    shares = _shares(happiness=6, surprise=3, fear=1)
    assert shares["happiness"] == pytest.approx(2 / 3)
    assert shares["fear"] == 0.0


def test_single_votes_count_where_there_are_no_others() -> None:
    shares = _shares(anger=1, fear=1)
    assert shares["anger"] == shares["fear"] == 0.5


@pytest.mark.parametrize("nameless", ["unknown", "NF"])
def test_what_most_could_not_name_is_unknown(nameless: str) -> None:
    assert all(np.isnan(list(_shares(happiness=4, **{nameless: 6}).values())))
    assert _shares(happiness=6, **{nameless: 4})["happiness"] == 1.0


def test_no_votes_are_unknown() -> None:
    assert all(np.isnan(list(_shares().values())))


def test_own_labels_are_indices_of_the_emotions() -> None:
    np.testing.assert_array_equal(own_shares(np.arange(7)), np.eye(len(EMOTIONS)))
    # As the challenge's page lists them.
    assert EMOTIONS[0] == "anger"
    assert EMOTIONS[3:] == ("happiness", "sadness", "surprise", "neutral")
