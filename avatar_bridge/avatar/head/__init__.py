"""The avatar that ships: a stylised head with all 52 blendshapes, made by code."""

from avatar_bridge.avatar.head.build import Head, Part, build_head
from avatar_bridge.avatar.head.document import head_glb
from avatar_bridge.avatar.head.vrm import head_vrm

__all__ = ["Head", "Part", "build_head", "head_glb", "head_vrm"]
