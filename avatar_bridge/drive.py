"""What an avatar's own shapes get over a take, by a profile."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from avatar_bridge.avatar.face import AvatarFace
from avatar_bridge.errors import ConfigError
from avatar_bridge.export.curves import Curves, arkit_curves
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.retarget.check import Finding, State, check
from avatar_bridge.retarget.descriptors import moving
from avatar_bridge.retarget.profile import Profile, load_profile, packaged_profiles
from avatar_bridge.retarget.targets import TargetMixer
from avatar_bridge.take import Take
from avatar_bridge.types import Blendshapes, EmotionScores

DEFAULT_PROFILE = "arkit"
_ENOUGH = 0.75  # of the 52: whoever has so many is driven by them, which say most
_USABLE = (State.MATCHED, State.ALIASED)


def drive(take: Take, profile: str | None = None, avatar: Path | None = None) -> Curves:
    """The curves of an avatar's shapes.

    Args:
        take: what moves it.
        profile: whose targets are driven, or the 52 where it has none; None for the one whose
            names the avatar has most of, and for the 52 without an avatar or where it has most
            of them.
        avatar: a `.glb` or `.vrm`, whose spellings the names then get; shapes that it lacks are
            left out, or moved by what stands in for them.

    Raises:
        ConfigError: no such profile, an avatar that cannot be read, or one without the shapes.
    """
    if avatar is None:
        return _named(take, load_profile(profile or DEFAULT_PROFILE))
    face = AvatarFace(avatar)
    names, still = (*face.expressions, *face.morphs), _still(face)
    chosen = load_profile(profile) if profile else _best(names, still)
    curves = _owned(_named(take, chosen), check(chosen, names, still))
    if not curves.names:
        raise ConfigError(
            f"{avatar}: expected shapes that the profile {chosen.name} drives, got none; "
            "`avatar-bridge profile fit` drafts one for it"
        )
    return curves


def _named(take: Take, profile: Profile) -> Curves:
    """The curves under the profile's names."""
    if not profile.targets:
        return arkit_curves(take)
    mixer = TargetMixer(profile)
    neutral = np.array([name == "neutral" for name in EMOTIONS], np.float32)
    emotions = np.tile(neutral, (len(take), 1)) if take.emotions is None else take.emotions
    rows = [
        mixer.mix(Blendshapes(weights), EmotionScores(scores))
        for weights, scores in zip(take.weights, emotions, strict=True)
    ]
    return Curves(mixer.names, np.array(rows))


def _owned(curves: Curves, findings: tuple[Finding, ...]) -> Curves:
    """The same under the avatar's names; where several move one, the strongest counts."""
    own: dict[str, np.ndarray] = {}
    for finding, values in zip(findings, curves.values.T, strict=True):
        places: Collection[str] = ()
        if finding.state in _USABLE:
            places = (finding.own,)
        elif finding.name in BLENDSHAPE_INDEX:  # of a target, it is what the target is made of
            places = finding.fallback
        for place in places:
            own[place] = np.maximum(own.get(place, values), values)
    values = np.stack(list(own.values()), axis=1) if own else curves.values[:, :0]
    return Curves(tuple(own), values)


def _best(names: Collection[str], still: Collection[str]) -> Profile:
    """The packaged profile whose names an avatar has most of; the 52 if it has most of those."""
    default = load_profile(DEFAULT_PROFILE)
    if _share(check(default, names, still)) >= _ENOUGH:
        return default
    profiles = [default, *map(load_profile, packaged_profiles())]
    return max(profiles, key=lambda profile: _share(check(profile, names, still)))


def _share(findings: tuple[Finding, ...]) -> float:
    return sum(finding.state in _USABLE for finding in findings) / max(len(findings), 1)


def _still(face: AvatarFace) -> frozenset[str]:
    """The avatar's shapes that move nothing, as far as its numbers can be read."""
    if not face.morphs:
        return frozenset()
    try:
        morphs = face.read_morphs()
    except ConfigError:
        return frozenset()
    return frozenset(n for n, moves in zip(morphs.names, moving(morphs), strict=True) if not moves)
