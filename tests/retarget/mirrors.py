"""What a mirror makes of units, cues, weights and targets."""

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES
from avatar_bridge.facs.action_units import mirrored as mirrored_unit
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, mirrored

UNITS = [ACTION_UNIT_INDEX[mirrored_unit(name)] for name in ACTION_UNIT_NAMES]
SHAPES = [BLENDSHAPE_INDEX[mirrored(name)] for name in BLENDSHAPES]
