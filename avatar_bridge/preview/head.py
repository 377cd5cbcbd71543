"""The built-in head, or an avatar, drawn with an expression."""

from functools import cached_property
from pathlib import Path

from scipy.spatial.transform import Rotation

from avatar_bridge.avatar.pile import Scene
from avatar_bridge.avatar.render import built_in, render
from avatar_bridge.avatar.scene import read_scene
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.types import Blendshapes, Float32, Image


class Head:
    """Draws one avatar.

    Args:
        path: of a `.glb`; None is the built-in head.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    @cached_property
    def _scene(self) -> Scene:
        if self._path is None:
            return built_in()
        scene = read_scene(self._path)
        if not scene.moves.keys() & set(BLENDSHAPES):
            raise ConfigError(
                f"{self._path}: expected shapes with ARKit's names, such as jawOpen, got "
                f"{', '.join(sorted(scene.moves)[:5]) or 'none'}"
            )
        return scene

    def draw(self, weights: Blendshapes, side: int, orientation: Float32 | None = None) -> Image:
        """The head as (side, side, 3) uint8 BGR.

        Args:
            weights: the 52 that it shows.
            side: pixels.
            orientation: (4,) quaternion x, y, z, w of the head in camera axes; None is straight.

        Raises:
            ConfigError: the file cannot be read as an avatar with such shapes.
        """
        turned = None if orientation is None else Rotation.from_quat(orientation).as_matrix()
        return render(self._scene, weights.weights, size=side, rotation=turned)
