from builders import make_state

from avatar_bridge.clock import ManualClock
from avatar_bridge.sinks import SINKS


def test_it_keeps_what_it_is_given():
    sink = SINKS.create("memory", ManualClock())
    first, second = make_state(), make_state(tracked=False)
    sink.publish(first)
    sink.publish(second)
    sink.describe("info")
    sink.report("status")
    sink.close()
    assert sink.states == [first, second]
    assert (sink.infos, sink.statuses, sink.closed) == (["info"], ["status"], True)
