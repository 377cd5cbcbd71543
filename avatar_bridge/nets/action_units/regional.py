"""The body of paper 000's nets: trunk, multi-scale map, regions, attention, graph.

*Facial expression recognition by IMMTCNN and SE-ResNet50-GCN*, sections on AU detection, figures
5 and 6, equations 6 to 8. The reading, where the text leaves it open:

- The predefined landmarks are those that the net itself finds, so that a crop that is aimed badly
  still has its regions in the right place; no gradient flows back through them.
- A node's feature is its attended region, and beside it the pooled global features, which know
  the predicted points.
- A node is read from what the graph gives and from its own feature: three layers of convolution
  alone make neighbours alike.
- Emotion: a softmax head, plus what the action units say, starting from EMFACS.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.nets.action_units.base import FaceNet, FaceOutput
from avatar_bridge.nets.action_units.evidence import emotion_priors
from avatar_bridge.nets.action_units.places import eye_places, node_places
from avatar_bridge.nets.layers.attention import NodeAttention
from avatar_bridge.nets.layers.bottleneck import RESNET50, BottleneckTrunk
from avatar_bridge.nets.layers.dense import dense, narrow
from avatar_bridge.nets.layers.graph import GraphConvolution, SemanticGraph
from avatar_bridge.nets.layers.pyramid import MultiScale
from avatar_bridge.nets.layers.region_align import RegionAlign

SIZE = 96
_SIDE = 12  # cells of the multi-scale map: those of the second stage at 96 px
_CELLS = 5  # of a region
_PYRAMID, _LOCAL, _NODE = 128, 48, 96  # channels at full width; the last two at any width
_NARROW, _PLACE, _GLOBAL = 24, 192, 96
_GRAPH_LAYERS = 3  # more over-smooths


class GraphReader(nn.Module):
    """Graph convolutions over the nodes' features, and one dense readout a node."""

    def __init__(self, nodes: int, features: int, hidden: int) -> None:
        super().__init__()
        self.graph = SemanticGraph(nodes)
        widths = [features] + [hidden] * _GRAPH_LAYERS
        self.layers = nn.ModuleList(GraphConvolution(a, b) for a, b in pairwise(widths))
        self.weight = nn.Parameter(torch.randn(nodes, features + hidden) * 0.02)
        self.bias = nn.Parameter(torch.zeros(nodes))

    def forward(self, features: Tensor) -> Tensor:
        """(B, K, F) → (B, K) logits."""
        adjacency = self.graph()
        hidden = features
        for layer in self.layers:
            hidden = layer(hidden, adjacency)
        both = torch.cat([hidden, features], dim=2)
        return (both * self.weight).sum(dim=2) + self.bias


class IndependentReader(nn.Module):
    """Two dense layers of its own for every node: the ablation without a graph."""

    def __init__(self, nodes: int, features: int, hidden: int) -> None:
        super().__init__()
        self.first = nn.Parameter(torch.randn(nodes, features, hidden) * features**-0.5)
        self.first_bias = nn.Parameter(torch.zeros(nodes, hidden))
        self.weight = nn.Parameter(torch.randn(nodes, hidden) * 0.02)
        self.bias = nn.Parameter(torch.zeros(nodes))

    def forward(self, features: Tensor) -> Tensor:
        """(B, K, F) → (B, K) logits."""
        hidden = torch.matmul(features.unsqueeze(2), self.first).squeeze(2) + self.first_bias
        hidden = nn.functional.leaky_relu(hidden, 0.2)
        return (hidden * self.weight).sum(dim=2) + self.bias


class RegionalNet(FaceNet):
    """Grey (B, 1, S, S) → `FaceOutput`.

    Args:
        action_units: (K,) names of the nodes to read.
        depths: bottlenecks in each stage of the trunk.
        squeeze: whether they squeeze and excite.
        graph: whether nodes talk to each other; without, each has two dense layers of its own.
        width: share of ResNet-50's channels; 1 is the paper's net.
        size: side of the input in pixels; any works, at 96 the map needs no resizing.
        dropout: share of the features that the emotion head misses in training.
    """

    def __init__(
        self,
        action_units: Sequence[str],
        depths: Sequence[int] = RESNET50,
        squeeze: bool = True,
        graph: bool = True,
        width: float = 1.0,
        size: int = SIZE,
        dropout: float = 0.3,
    ) -> None:
        super().__init__(action_units, size)
        self.trunk = BottleneckTrunk(self.channels, width, depths, squeeze)
        pyramid, top = round(_PYRAMID * max(width, 0.5)), self.trunk.outputs[-1]
        self.merge = MultiScale(self.trunk.outputs, pyramid, _SIDE)

        self.narrow = narrow(pyramid, _NARROW)
        self.place = dense(_NARROW * _SIDE**2, _PLACE)
        self.landmarks = nn.Linear(_PLACE, 2 * POINTS)
        self.whole = dense(top + _PLACE + 2 * POINTS, _GLOBAL)

        places, region_of = node_places(self.action_units)
        self.align = RegionAlign((*places, *eye_places()), _CELLS)
        regions = self.align.regions
        # A convolution of its own for every region: skin at the nose is not skin at the lid.
        self.local = nn.Sequential(
            nn.Conv2d(regions * pyramid, regions * _LOCAL, 3, 1, 1, groups=regions, bias=False),
            nn.BatchNorm2d(regions * _LOCAL),
            nn.ReLU(inplace=True),
        )
        self.attention = NodeAttention(region_of, _LOCAL)
        count, features = len(self.action_units), _LOCAL + _GLOBAL
        kind = GraphReader if graph else IndependentReader
        self.reader = kind(count, features, _NODE)

        self.emotions = nn.Sequential(nn.Dropout(dropout), nn.Linear(_GLOBAL + top, len(EMOTIONS)))
        self.evidence = nn.Linear(count, len(EMOTIONS), bias=False)
        with torch.no_grad():
            self.evidence.weight.copy_(emotion_priors(self.action_units))
        self.presence = nn.Linear(top, 1)
        self.gaze = nn.Linear(2 * _LOCAL * _CELLS**2 + _GLOBAL, 4)
        nn.init.normal_(self.gaze.weight, 0.0, 0.005)

    @property
    def unit_bias(self) -> Tensor:
        return self.reader.bias

    def connect(self, chance: Tensor, correlation: Tensor) -> None:
        if isinstance(self.reader, GraphReader):
            self.reader.graph.connect(chance, correlation)

    @torch.no_grad()
    def adjacency(self) -> Tensor | None:
        return self.reader.graph() if isinstance(self.reader, GraphReader) else None

    def features(self, image: Tensor) -> Sequence[Tensor]:
        maps = self.trunk(image)
        return self.merge(maps), maps[-1].mean(dim=(2, 3))

    def heads(self, features: Sequence[Tensor]) -> FaceOutput:
        scene, pooled = (part.float() for part in features)  # (B, P, 12, 12), (B, top)
        place = self.place(self.narrow(scene).flatten(1))
        deviation = self.landmarks(place)
        points = self.place_points(deviation)
        whole = self.whole(torch.cat([pooled, place, deviation], dim=1))  # (B, _GLOBAL)
        cut = self.align(scene, points.detach())  # (B, R, P, n, n)
        local = self.local(cut.flatten(1, 2))  # (B, R * L, n, n)
        local = local.reshape(-1, self.align.regions, _LOCAL, _CELLS**2)
        attended = self.attention(local)  # (B, K, L)
        spread = whole.unsqueeze(1).expand(-1, attended.shape[1], -1)
        units = self.reader(torch.cat([attended, spread], dim=2))
        said = self.evidence(torch.sigmoid(units))
        eyes = local[:, -2:].flatten(1)  # the regions that `eye_places` added last
        return FaceOutput(
            presence=self.presence(pooled),
            landmarks=points,
            action_units=units,
            emotions=self.emotions(torch.cat([whole, pooled], dim=1)) + said,
            gaze=self.gaze(torch.cat([eyes, whole], dim=1)).reshape(-1, 2, 2),
        )
