import pytest
import torch

from avatar_bridge.nets.layers.attention import NodeAttention
from avatar_bridge.nets.layers.graph import (
    GraphConvolution,
    SemanticGraph,
    normalised,
    semantic_edges,
)


def test_attention_is_a_mean_of_its_own_region() -> None:
    torch.manual_seed(0)
    layer = NodeAttention([1, 0, 1], 4)
    features = torch.randn(2, 2, 4, 9)
    seen = layer(features)
    assert seen.shape == (2, 3, 4)
    own = features[:, [1, 0, 1]]
    assert (seen <= own.amax(dim=-1)).all()
    assert (seen >= own.amin(dim=-1)).all()
    assert not torch.allclose(seen[:, 0], seen[:, 2])  # one region, two looks
    features[:, 0] += 5
    moved = layer(features)
    torch.testing.assert_close(moved[:, [0, 2]], seen[:, [0, 2]])
    torch.testing.assert_close(moved[:, 1], seen[:, 1] + 5)


def test_attention_goes_where_its_query_points() -> None:
    layer = NodeAttention([0], 2)
    features = torch.tensor([[[[1.0, 2.0, 0.0], [4.0, 0.0, 8.0]]]])
    with torch.no_grad():
        layer.query.copy_(torch.zeros(1, 2))
        torch.testing.assert_close(layer(features), features.mean(dim=-1))
        layer.query.copy_(torch.tensor([[50.0, 0.0]]))
    torch.testing.assert_close(layer(features)[0, 0], torch.tensor([2.0, 0.0]))


def test_edges_share_out_a_nodes_weight() -> None:
    chance = torch.tensor([
        [1.0, 0.9, 0.4, 0.1],
        [0.5, 1.0, 0.39, 0.2],
        [0.0, 0.1, 1.0, 0.3],
        [0.4, 0.4, 0.4, 1.0],
    ])  # fmt: skip
    torch.testing.assert_close(
        semantic_edges(chance, threshold=0.4, share=0.24),
        torch.tensor([
            [0.0, 0.12, 0.12, 0.0],
            [0.24, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0],
            [0.08, 0.08, 0.08, 0.0],
        ]),
    )  # fmt: skip
    assert chance.diagonal().tolist() == [1.0] * 4


def test_the_adjacency_is_normalised_as_printed() -> None:
    edges = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    # A + I has the row sums 2, 1 and 4.
    root = 0.5**0.5
    expected = torch.tensor([[0.5, root, 0.0], [0.0, 1.0, 0.0], [0.0, 1.5, 0.25]])
    torch.testing.assert_close(normalised(edges), expected)


def test_an_isolated_node_stays_itself() -> None:
    graph = SemanticGraph(3)
    torch.testing.assert_close(graph(), torch.eye(3))
    chance = torch.tensor([[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]])
    graph.connect(chance, torch.eye(3))
    adjacency = graph().detach()
    assert adjacency[2].tolist() == [0.0, 0.0, 1.0]
    assert adjacency[:, 2].tolist() == [0.0, 0.0, 1.0]
    torch.testing.assert_close(adjacency[0, 1], torch.tensor(0.2))  # 1/4 among 5/4


def test_correlation_adds_and_a_learned_residual_takes_away() -> None:
    graph = SemanticGraph(2)
    chance = torch.tensor([[1.0, 0.8], [0.0, 1.0]])
    correlation = torch.tensor([[1.0, 0.5], [-0.5, 1.0]])
    graph.connect(chance, correlation)
    torch.testing.assert_close(graph(), normalised(torch.tensor([[0.0, 0.3], [0.0, 0.0]])))
    with torch.no_grad():
        graph.residual[0, 1] = -1.0
    torch.testing.assert_close(graph(), torch.eye(2))  # never a negative edge


def test_edges_are_learned_and_the_prior_is_not() -> None:
    graph = SemanticGraph(2)
    graph.connect(torch.tensor([[1.0, 0.8], [0.8, 1.0]]), torch.eye(2))
    graph()[0, 1].backward()
    assert graph.residual.grad is not None
    assert graph.residual.grad[0, 1] != 0
    assert [name for name, _ in graph.named_parameters()] == ["residual"]
    assert "prior" in graph.state_dict()


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_graph_convolution_is_its_equation(sign: float) -> None:
    layer = GraphConvolution(2, 1)
    with torch.no_grad():
        layer.weight.weight.copy_(sign * torch.tensor([[2.0, 3.0]]))
        layer.weight.bias.zero_()
    nodes = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    adjacency = torch.tensor([[0.5, 0.5], [0.0, 1.0]])
    slope = 1.0 if sign > 0 else -0.2  # of the leaky ReLU
    expected = slope * torch.tensor([[[2.5], [3.0]]])
    torch.testing.assert_close(layer(nodes, adjacency), expected)
