"""A fitted profile as TOML that a person can go on with."""

import json
from collections.abc import Mapping

from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.retarget.fit import POOR, Fit


def profile_toml(name: str, title: str, fit: Fit) -> str:
    """The text of a profile that drives an avatar's own shapes.

    Args:
        name: of the profile.
        title: one line for people.
        fit: its targets.
    """
    lines = [
        "# Drafted by `avatar-bridge profile fit`. Gains are for you to change; what a shape gets",
        "# from several of the 52 is added up and held in [0, 1].",
        *_remarks(fit),
        "",
        f"name = {quoted(name)}",
        f"title = {quoted(title)}",
        'extends = "arkit"',
        "",
        "[targets]",
        *(f"{quoted(target)} = {_mix(mix)}" for target, mix in fit.mixes().items()),
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """As a TOML string. JSON escapes alike, but for what lies beyond 16 bits and for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _mix(mix: Mapping[str, float]) -> str:
    return "{ " + ", ".join(f"{name} = {gain}" for name, gain in mix.items()) + " }"


def _remarks(fit: Fit) -> list[str]:
    said = list(zip(BLENDSHAPES, fit.likeness, fit.sources, strict=True))
    poor = [f"{shape} ({like:.2f})" for shape, like, source in said if source and like < POOR]
    none = [shape for shape, _, source in said if not source]
    remarks = []
    if poor:
        remarks.append(f"# Unsure, by likeness of 0 to 1: {', '.join(poor)}.")
    if none:
        remarks.append(f"# Nothing of this avatar shows: {', '.join(none)}.")
    return remarks
