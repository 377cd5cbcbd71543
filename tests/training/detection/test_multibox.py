import math

import pytest
import torch

from avatar_bridge.nets.detection.priors import corners, encode
from avatar_bridge.nets.detection.ssd import SsdOutput
from avatar_bridge.training.detection.multibox import (
    LEAST,
    NEGATIVES,
    hard_negatives,
    match,
    multibox_loss,
    overlaps,
)

NAN = float("nan")
# Four squares of 16 in a row, a stride apart, and a large one around all of them.
PRIORS = torch.tensor([[8.0, 8, 16], [24.0, 8, 16], [40.0, 8, 16], [56.0, 8, 16], [32.0, 8, 64]])


def boxes(*rows: tuple[float, float, float, float]) -> torch.Tensor:
    return torch.tensor([rows])


def test_overlap_is_intersection_over_union() -> None:
    shares = overlaps(PRIORS, boxes((0, 0, 16, 16), (8, 0, 24, 16), (NAN,) * 4))
    assert shares.shape == (1, 5, 3)
    assert shares[0, :2, 0].tolist() == [1, 0]
    assert shares[0, :2, 1].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert shares[0, 4, 0] == pytest.approx(16 * 16 / 64**2)
    assert shares[0, :, 2].isnan().all()


def test_a_face_has_every_prior_that_overlaps_it_enough() -> None:
    seen, truth = match(PRIORS, boxes((18, 0, 34, 16), (NAN,) * 4))
    assert seen.tolist() == [[False, True, False, False, False]]
    assert truth[0, 1].tolist() == [18, 0, 34, 16]


def test_a_face_that_fits_no_prior_has_its_best() -> None:
    seen, truth = match(PRIORS, boxes((36, 4, 42, 10), (NAN,) * 4))
    assert seen.tolist() == [[False, False, True, False, False]]
    assert truth[0, 2].tolist() == [36, 4, 42, 10]


def test_the_face_without_another_prior_goes_first() -> None:
    large, small = (0.0, 0.0, 16.0, 16.0), (1.0, 1.0, 5.0, 5.0)
    seen, truth = match(PRIORS, boxes(large, small))
    assert seen[0].tolist() == [True, False, False, False, False]
    assert truth[0, 0].tolist() == list(small)


def test_a_picture_without_a_face_has_no_match() -> None:
    seen, _ = match(PRIORS, torch.full((2, 3, 4), NAN))
    assert seen.shape == (2, 5) and not seen.any()


def test_the_hardest_negatives_count() -> None:
    crossed = torch.arange(40.0).expand(2, 40)
    seen = torch.zeros(2, 40, dtype=torch.bool)
    seen[1, 30:36] = True
    chosen = hard_negatives(crossed, seen)
    assert chosen[0].nonzero()[:, 0].tolist() == list(range(40 - LEAST, 40))
    expected = [place for place in range(40) if not seen[1, place]][-6 * NEGATIVES :]
    assert chosen[1].nonzero()[:, 0].tolist() == expected


def test_a_net_that_is_right_costs_nothing() -> None:
    faces = boxes((16, 0, 32, 16))
    seen, truth = match(PRIORS, faces)
    face = torch.stack([torch.where(seen, -50.0, 50.0), torch.where(seen, 50.0, -50.0)], dim=2)
    box = torch.where(seen[..., None], encode(truth, PRIORS), torch.zeros(4))
    assert multibox_loss(SsdOutput(face, box, PRIORS), faces).total == 0


def test_a_net_in_doubt_costs_its_known_value() -> None:
    output = SsdOutput(torch.zeros(1, 5, 2), torch.zeros(1, 5, 4), PRIORS)
    losses = multibox_loss(output, corners(PRIORS)[None, :1])
    assert losses.face == pytest.approx(5 * math.log(2))  # one positive, the rest negatives
    assert losses.box == 0
    torch.testing.assert_close(losses.total, losses.face + losses.box)


def test_boxes_are_taught_where_faces_are() -> None:
    box = torch.zeros(1, 5, 4, requires_grad=True)
    face = torch.zeros(1, 5, 2, requires_grad=True)
    multibox_loss(SsdOutput(face, box, PRIORS), boxes((18, 0, 36, 16), (NAN,) * 4)).total.backward()
    assert box.grad is not None and torch.isfinite(box.grad).all()
    assert (box.grad != 0).any(dim=2).tolist() == [[False, True, False, False, False]]


def test_a_picture_without_a_face_teaches_too() -> None:
    face = torch.zeros(1, 5, 2, requires_grad=True)
    output = SsdOutput(face, torch.zeros(1, 5, 4), PRIORS)
    losses = multibox_loss(output, torch.full((1, 1, 4), NAN))
    assert losses.box == 0
    losses.total.backward()
    assert face.grad is not None and face.grad.all()
