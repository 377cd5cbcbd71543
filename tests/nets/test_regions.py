import pytest
import torch

from avatar_bridge.nets.layers.regions import Stitch, face_regions

SIDES = [4, 6, 8, 10, 14, 96, 224]


@pytest.mark.parametrize("overlap", [True, False])
@pytest.mark.parametrize("side", SIDES)
def test_regions_cover_the_face(side: int, overlap: bool) -> None:
    count = torch.zeros(side, side)
    for region in face_regions(overlap):
        count[region.box(side)] += 1
    assert count.min() == 1
    assert count.max() == (2 if overlap and side > 4 else 1)


def test_regions_are_cut_as_the_paper_draws_them() -> None:
    boxes = {region.name: region.box(20) for region in face_regions()}
    assert boxes == {
        "left_eye": (slice(0, 10), slice(0, 10)),
        "right_eye": (slice(0, 10), slice(10, 20)),
        "left_cheek": (slice(10, 17), slice(0, 10)),
        "right_cheek": (slice(10, 17), slice(10, 20)),
        "mouth": (slice(13, 20), slice(0, 20)),
    }


@pytest.mark.parametrize("part", range(5))
def test_a_map_lands_where_its_part_was(part: int) -> None:
    regions = face_regions(overlap=False)
    maps = [torch.zeros(1, 1, 3, 5) for _ in regions]
    maps[part] += 1
    expected = torch.zeros(14, 14)
    expected[regions[part].box(14)] = 1
    torch.testing.assert_close(Stitch(regions, 14)(maps)[0, 0], expected)


def test_a_part_keeps_its_left_and_its_top() -> None:
    regions = face_regions(overlap=False)
    maps = [torch.zeros(1, 1, 7, 7) for _ in regions]
    maps[1][0, 0, 2, 1] = 1  # in the right eye: third row, second column
    stitched = Stitch(regions, 14)(maps)[0, 0]
    assert stitched.nonzero().tolist() == [[2, 8]]


def test_shared_rows_are_averaged() -> None:
    regions = face_regions()
    maps = [torch.full((1, 1, 4, 4), float(part)) for part in (0, 0, 2, 2, 4)]
    column = Stitch(regions, 20)(maps)[0, 0, :, 0]
    assert column.tolist() == [0] * 10 + [2] * 3 + [3] * 4 + [4] * 3
