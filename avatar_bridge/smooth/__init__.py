"""Filters in time: each module but `base` and `decay` is one, by its name."""

from avatar_bridge.registry import Registry
from avatar_bridge.smooth.base import Smoother

SMOOTHERS: Registry[Smoother] = Registry("smoother", __name__, hidden=frozenset({"decay"}))
