"""A unit that a net cannot tell yet is left out, not sent as noise."""

from avatar_bridge.analyze.face import FaceAnalyzer
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, Capability
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.retarget.solver import Solver


def test_unread_units_are_marked_in_the_stream() -> None:
    model = ModelStore().find("student")
    assert "AU29" in model.card.action_units
    units = FaceAnalyzer(Net(model)).action_units
    assert set(model.card.action_units) - set(units) == set(model.card.unread)
    capability = Solver(load_profile("arkit"), units).capabilities
    assert capability[BLENDSHAPE_INDEX["jawForward"]] is Capability.UNSUPPORTED
    assert capability[BLENDSHAPE_INDEX["cheekSquintLeft"]] is Capability.DERIVED
    assert capability[BLENDSHAPE_INDEX["tongueOut"]] is Capability.MEASURED
