import pytest

from avatar_bridge.analyze import ANALYZERS
from avatar_bridge.capture import SOURCES
from avatar_bridge.detect import DETECTORS
from avatar_bridge.errors import ConfigError
from avatar_bridge.registry import Registry
from avatar_bridge.sinks import SINKS
from avatar_bridge.track import TRACKERS

ALL = [ANALYZERS, SOURCES, DETECTORS, SINKS, TRACKERS]


@pytest.mark.parametrize("registry", ALL, ids=lambda registry: registry.kind)
def test_every_entry_has_a_factory(registry: Registry[object]) -> None:
    assert registry.names()
    for name in registry.names():
        assert callable(registry.get(name))


def test_a_miss_lists_the_choices() -> None:
    with pytest.raises(ConfigError, match=r"unknown tracker 'nobody'; expected one of: kcf, land"):
        TRACKERS.get("nobody")


def test_helpers_are_no_entries() -> None:
    assert {"base", "identity"}.isdisjoint(TRACKERS.names())
    assert ANALYZERS.names() == ("face",)
    with pytest.raises(ConfigError):
        TRACKERS.get("base")


def test_a_duplicate_is_refused() -> None:
    registry: Registry[object] = Registry("tracker", "avatar_bridge.track")
    registry.add("mine", object)
    assert registry.get("mine") is object
    with pytest.raises(ConfigError, match="'mine' is registered already"):
        registry.add("mine", object)
    with pytest.raises(ConfigError, match="'kcf' is registered already"):
        registry.add("kcf", object)


def test_arguments_that_a_factory_does_not_take_are_told() -> None:
    registry: Registry[float] = Registry("tracker", "avatar_bridge.track")
    registry.add("mine", lambda *, strength=1.0: strength)
    assert registry.create("mine", strength=2.0) == 2.0
    with pytest.raises(ConfigError, match=r"tracker 'mine': .*'power'"):
        registry.create("mine", power=2.0)
