"""Filters in time, by preset, and what a face does when it is lost and found."""

from avatar_bridge.errors import ConfigError
from avatar_bridge.smooth.base import EmotionFilter, MotionFilter, Smoothing
from avatar_bridge.smooth.emotion import EmotionSmoother
from avatar_bridge.smooth.noise import net_noise
from avatar_bridge.smooth.none import NoSmoothing
from avatar_bridge.smooth.preset import Preset, load_preset, preset_names
from avatar_bridge.smooth.regional import RegionalFilter

__all__ = ["NONE", "NoSmoothing", "PresetSmoothing", "load_smoothing", "smoothing_names"]

NONE = "none"


class PresetSmoothing:
    """The filters that a preset describes."""

    def __init__(self, preset: Preset) -> None:
        self._preset = preset

    def motion(self) -> MotionFilter:
        return RegionalFilter(self._preset.regions, net_noise())

    def emotions(self) -> EmotionFilter:
        return EmotionSmoother(self._preset.emotion)


def smoothing_names() -> tuple[str, ...]:
    """What may be asked for by name."""
    return (*preset_names(), NONE)


def load_smoothing(name: str) -> Smoothing:
    """The smoothing of a name, or of a preset's file.

    Raises:
        ConfigError: unknown name, or a file that is no preset; one line says what is expected.
    """
    if name == NONE:
        return NoSmoothing()
    if name not in preset_names() and not name.endswith(".toml"):
        raise ConfigError(
            f"unknown smoothing {name!r}; expected one of: {', '.join(smoothing_names())}, "
            "or the path of a .toml file"
        )
    return PresetSmoothing(load_preset(name))
