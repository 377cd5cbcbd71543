"""Outputs that are turned on and off."""

from typing import ClassVar

import pytest
from builders import make_state

from avatar_bridge.clock import ManualClock
from avatar_bridge.errors import ConfigError, SinkError
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.sinks.guard import GuardedSink
from avatar_bridge.sinks.rack import SinkRack, SinkState


class Place(QuietSink):
    """Takes a port, as long as nobody has it."""

    taken: ClassVar[set[str]] = set()

    def __init__(self, port: str) -> None:
        if port in self.taken:
            raise SinkError(f"expected a free port, got {port}")
        if port == "no":
            raise ConfigError("expected a port, got no")
        self.port = port
        self.failure: Exception | None = None
        self.taken.add(port)

    def publish(self, state) -> None:
        if self.failure:
            raise self.failure

    def close(self) -> None:
        self.taken.discard(self.port)


class Rig:
    def __init__(self) -> None:
        self.opened: list[Place] = []
        self.passes = 0
        self.rack = SinkRack(self.open, ("vmc", "livelink"))

    def open(self, name, options):
        self.opened.append(Place(options.get("port", "1")))
        return GuardedSink(name, self.opened[-1], ManualClock())

    def passed(self) -> None:
        self.passes += 1
        assert not self.rack.sinks, "it is no longer used when it is closed"


@pytest.fixture
def rig() -> Rig:
    Place.taken = set()
    return Rig()


def test_a_sink_comes_and_goes_with_its_options(rig: Rig) -> None:
    rack = rig.rack
    assert rack.states() == (SinkState("livelink", False), SinkState("vmc", False))
    rack.turn_on("vmc", {"port": "5"}, rig.passed)
    assert rack.state("vmc") == SinkState("vmc", True, "running", {"port": "5"})
    assert len(rack.sinks) == 1
    rack.turn_off("vmc", rig.passed)
    assert (rack.sinks, Place.taken, rig.passes) == ((), set(), 1)
    assert rack.state("vmc") == SinkState("vmc", False, "", {"port": "5"})
    rack.turn_on("vmc", {}, rig.passed)
    assert Place.taken == {"5"}
    rack.turn_on("vmc", {}, rig.passed)
    assert len(rig.opened) == 2, "nothing was to be done"


def test_a_failing_sink_says_why(rig: Rig) -> None:
    rig.rack.turn_on("vmc", {}, rig.passed)
    rig.opened[0].failure = SinkError("nobody\nthere")
    rig.rack.sinks[0].publish(make_state())
    assert rig.rack.state("vmc").state == "paused: nobody there"


def test_what_cannot_be_opened_leaves_what_was(rig: Rig) -> None:
    rack = rig.rack
    rack.turn_on("vmc", {"port": "5"}, rig.passed)
    with pytest.raises(ConfigError, match="expected a port"):
        rack.turn_on("vmc", {"port": "no"}, rig.passed)
    assert rack.state("vmc") == SinkState("vmc", True, "running", {"port": "5"})
    with pytest.raises(SinkError, match="free port"):
        rack.turn_on("livelink", {"port": "5"}, rig.passed)
    assert not rack.state("livelink").on
    rack.turn_on("vmc", {"port": "6"}, rig.passed)
    assert Place.taken == {"6"}


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("recorder", {}, "expected one of livelink, vmc, got 'recorder'"),
        ("vmc", {"insecure": "true"}, "expected insecure to be given where the server starts"),
    ],
)
def test_what_is_not_for_requests(rig: Rig, name: str, options: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        rig.rack.turn_on(name, options, rig.passed)
    assert rig.opened == []


def test_two_of_a_name_go_together_and_all_are_closed(rig: Rig) -> None:
    rack = rig.rack
    rack.add("vmc", {"port": "1"})
    rack.add("vmc", {"port": "2"})
    rack.turn_off("vmc", rig.passed)
    rack.turn_on("vmc", {}, rig.passed)
    assert Place.taken == {"1", "2"}
    rack.close()
    assert Place.taken == set()
    rack.turn_on("livelink", {}, rig.passed)
    assert Place.taken == set(), "what comes too late is closed again"
