"""The ablations without regions: global pooling and one dense layer."""

from collections.abc import Sequence

from torch import Tensor, nn

from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.nets.action_units.base import FaceNet, FaceOutput

SIZE = 96


class PooledNet(FaceNet):
    """Grey (B, 1, S, S) → `FaceOutput`: everything from the pooled last map, by one layer.

    Args:
        action_units: (K,) names of the nodes to read.
        trunk: (B, 1, S, S) → (B, outputs, h, w), or the maps of its stages.
        outputs: channels of its last map.
        size: side of the input in pixels.
        dropout: share of the features that the emotions miss in training.
    """

    def __init__(
        self,
        action_units: Sequence[str],
        trunk: nn.Module,
        outputs: int,
        size: int = SIZE,
        dropout: float = 0.3,
    ) -> None:
        super().__init__(action_units, size)
        self.trunk = trunk
        self.presence = nn.Linear(outputs, 1)
        self.landmarks = nn.Linear(outputs, 2 * POINTS)
        self.units = nn.Linear(outputs, len(self.action_units))
        self.emotions = nn.Sequential(nn.Dropout(dropout), nn.Linear(outputs, len(EMOTIONS)))
        self.gaze = nn.Linear(outputs, 4)
        nn.init.normal_(self.landmarks.weight, 0.0, 0.01)

    @property
    def unit_bias(self) -> Tensor:
        return self.units.bias

    def features(self, image: Tensor) -> Sequence[Tensor]:
        maps = self.trunk(image)
        last = maps if isinstance(maps, Tensor) else maps[-1]
        return (last.mean(dim=(2, 3)),)

    def heads(self, features: Sequence[Tensor]) -> FaceOutput:
        pooled = features[0].float()
        return FaceOutput(
            presence=self.presence(pooled),
            landmarks=self.place_points(self.landmarks(pooled)),
            action_units=self.units(pooled),
            emotions=self.emotions(pooled),
            gaze=self.gaze(pooled).reshape(-1, 2, 2),
        )
