"""What the nets of paper 000 know before they learn: regions, experts, the graph."""

from collections.abc import Sequence

import pytest
import torch

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES, mirrored, nodes_of
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT, LIPS_OUTER, MIRROR
from avatar_bridge.nets.action_units.base import FaceNet
from avatar_bridge.nets.action_units.evidence import emotion_priors
from avatar_bridge.nets.action_units.places import eye_places, node_places
from avatar_bridge.nets.action_units.regional import RegionalNet
from avatar_bridge.nets.layers.bottleneck import SHALLOW
from avatar_bridge.nets.registry import nets

UNITS = ("AU1", "AU2L", "AU2R", "AU12L", "AU12R", "AU26")
PROTOTYPES = {
    "anger": (4, 5, 7, 23, 24), "disgust": (9, 10, 15, 16, 17), "fear": (1, 2, 4, 5, 7, 20, 26),
    "happiness": (6, 12), "sadness": (1, 4, 15, 17), "surprise": (1, 2, 5, 26),
}  # fmt: skip


def small(units: Sequence[str] = UNITS, graph: bool = True) -> RegionalNet:
    torch.manual_seed(0)
    return RegionalNet(units, SHALLOW, graph=graph, width=0.125)


def test_every_node_has_a_place() -> None:
    places, region_of = node_places(ACTION_UNIT_NAMES)
    assert len(region_of) == len(ACTION_UNIT_NAMES)
    assert set(region_of) == set(range(len(places)))  # and every place a node
    assert len({place.name for place in places}) == len(places)
    for place in places:
        assert place.points
        assert max(place.points) < 70


@pytest.mark.parametrize("name", ACTION_UNIT_NAMES)
def test_sides_look_at_each_others_mirror_image(name: str) -> None:
    places, region_of = node_places((name, mirrored(name)))
    place, partner = (places[region] for region in region_of)
    assert {MIRROR[point] for point in place.points} == set(partner.points)
    assert place.reach == partner.reach


def test_the_left_is_the_subjects() -> None:
    (corner,), _ = node_places(("AU12L",))
    assert 54 in corner.points
    left, right = eye_places()
    assert left.points == tuple(range(42, 48))
    assert right.points == tuple(range(36, 42))


def test_a_node_without_a_place_is_told() -> None:
    with pytest.raises(KeyError, match="AU99"):
        node_places(("AU99",))


@pytest.mark.parametrize("emotion", PROTOTYPES)
def test_a_prototype_speaks_for_its_emotion(emotion: str) -> None:
    priors = emotion_priors(ACTION_UNIT_NAMES)
    face = torch.zeros(len(ACTION_UNIT_NAMES))
    for code in PROTOTYPES[emotion]:
        for node in nodes_of(f"AU{code}"):
            face[ACTION_UNIT_INDEX[node]] = 1.0
            assert priors[EMOTION_INDEX[emotion], ACTION_UNIT_INDEX[node]] > 0
    said = priors @ face
    assert said[EMOTION_INDEX[emotion]] == pytest.approx(3.0)
    others = {name: float(said[EMOTION_INDEX[name]]) for name in EMOTIONS if name != emotion}
    if emotion == "fear":  # which has all that surprise has
        assert others.pop("surprise") == pytest.approx(3.0)
    assert max(others.values()) < 2.0
    assert others["neutral"] < 0


def test_units_of_no_prototype_say_nothing() -> None:
    priors = emotion_priors(("AU34", "AU12L", "AU12R"))
    assert (priors[:, 0] == 0).all()
    assert priors[EMOTION_INDEX["happiness"]].tolist() == pytest.approx([0.0, 0.75, 0.75])
    assert priors[EMOTION_INDEX["neutral"]].tolist() == pytest.approx([0.0, -0.5, -0.5])


def test_a_new_net_believes_the_experts() -> None:
    net = small()
    torch.testing.assert_close(net.evidence.weight.detach(), emotion_priors(UNITS))


def test_connect_draws_the_graph() -> None:
    net = small()
    before = net.adjacency()
    assert before is not None
    torch.testing.assert_close(before, torch.eye(len(UNITS)))
    chance = torch.eye(len(UNITS))
    chance[3, 4] = 0.9
    net.connect(chance, torch.eye(len(UNITS)))
    after = net.adjacency()
    assert after is not None
    assert not after.requires_grad
    assert after[3, 4] > 0
    assert (after != before).nonzero().tolist() == [[3, 3], [3, 4]]


def test_nodes_hear_of_their_neighbours_alone() -> None:
    net = small()
    chance = torch.eye(len(UNITS))
    chance[3, 4] = 0.9
    net.connect(chance, torch.eye(len(UNITS)))
    with torch.no_grad():
        net.reader.weight.normal_()
    features = torch.randn(1, len(UNITS), net.reader.weight.shape[1] - 96)
    said = net.reader(features)
    features[:, 4] += 1.0
    assert (net.reader(features) != said)[0].nonzero().flatten().tolist() == [3, 4]


@pytest.mark.parametrize("name", ["baseline", "se_resnet50", "se_resnet50_nogcn", "student"])
def test_nets_without_a_graph_ignore_it(name: str) -> None:
    width = 12 if name == "student" else 0.125
    net = nets("face").create(name, UNITS, width=width)
    assert isinstance(net, FaceNet)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    net.connect(torch.ones(6, 6), torch.ones(6, 6))
    assert net.adjacency() is None
    torch.testing.assert_close(net.state_dict(), before, rtol=0, atol=0)


def frontal() -> torch.Tensor:
    """(70, 2) points of a face whose eyes lie 0.3 crop sides apart."""
    shape = torch.full((70, 2), 0.5)
    shape[EYE_RIGHT, 0], shape[EYE_LEFT, 0] = 0.35, 0.65
    shape[EYE_RIGHT, 1] = shape[EYE_LEFT, 1] = 0.4
    shape[LIPS_OUTER, 1] = 0.65
    return shape


def test_regions_follow_a_shifted_face() -> None:
    net = small().eval()
    cut: list[torch.Tensor] = []
    net.align.register_forward_hook(lambda *call: cut.append(call[2].detach()))
    with torch.no_grad():
        net.landmarks.weight.zero_()
        net.landmarks.bias.zero_()
    scene, pooled = torch.randn(1, 64, 12, 12), torch.randn(1, net.trunk.outputs[-1])
    for shift in ((0, 0), (1, 0), (0, -2)):  # cells right and down
        moved = torch.roll(scene, (shift[1], shift[0]), dims=(2, 3))
        start = frontal() + torch.tensor(shift) / 12
        net.start_at(start, torch.ones(70, 2), torch.full((6,), 0.1))
        net.heads((moved, pooled))
        net.heads((scene, pooled))
    assert cut[0].shape == (1, net.align.regions, 64, 5, 5)
    inner = [place.reach < 0.6 for place in (*node_places(UNITS)[0], *eye_places())]
    assert sum(inner) >= 6  # the others reach over the edge that was rolled
    for here, stale in ((2, 3), (4, 5)):
        torch.testing.assert_close(cut[here][:, inner], cut[0][:, inner], atol=1e-4, rtol=1e-4)
        assert not torch.allclose(cut[stale][:, inner], cut[0][:, inner], atol=0.1)


def test_regions_are_placed_by_the_points_without_pulling_at_them() -> None:
    net = small()
    asked: list[torch.Tensor] = []
    net.align.register_forward_pre_hook(lambda _, inputs: asked.append(inputs[1]))
    output = net.train()(torch.randn(2, 1, 64, 64))
    assert output.landmarks.requires_grad
    assert not asked[0].requires_grad
    torch.testing.assert_close(asked[0], output.landmarks.detach())


@pytest.mark.parametrize("size", [64, 96])
def test_any_size_of_picture_works(size: int) -> None:
    output = small(ACTION_UNIT_NAMES).eval()(torch.randn(1, 1, size, size))
    assert output.action_units.shape == (1, len(ACTION_UNIT_NAMES))
    assert torch.isfinite(output.landmarks).all()
