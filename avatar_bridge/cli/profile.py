"""`avatar-bridge profile`: which mappings there are, and which one suits an avatar."""

import json
from collections import Counter
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from avatar_bridge.avatar.face import AvatarFace, Morphs
from avatar_bridge.cli.console import errors, out
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.regions import region_of
from avatar_bridge.retarget.check import Finding, State, check, fallbacks, known_shapes
from avatar_bridge.retarget.descriptors import moving
from avatar_bridge.retarget.examples import read_examples
from avatar_bridge.retarget.fit import POOR, Fit, fit_examples, fit_movements, fit_names
from avatar_bridge.retarget.profile import load_profile, profile_names
from avatar_bridge.retarget.write import profile_toml

_AvatarFile = Annotated[Path, typer.Argument(metavar="AVATAR", help="A .glb, .vrm or .gltf file.")]
_AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
_JUDGED = ("movement", "examples")  # else the names were believed
_USABLE = (State.MATCHED, State.ALIASED)
_STYLES = {State.ALIASED: "cyan", State.STILL: "yellow", State.MISSING: "red"}

app = typer.Typer(help="Mappings from a face to an avatar.", no_args_is_help=True)


@app.command("list")
def list_profiles(as_json: _AsJson = False) -> None:
    """List the profiles that come with the package, and your own."""
    found = [load_profile(name) for name in profile_names()]
    if as_json:
        rows = [{"name": p.name, "title": p.title, "targets": len(p.targets)} for p in found]
        out.print_json(json.dumps(rows))
        return
    table = Table("profile", "what it is", "targets")
    for profile in found:
        table.add_row(profile.name, profile.title, str(len(profile.targets) or ""))
    out.print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A profile, or the path of a TOML file.")],
    as_json: _AsJson = False,
) -> None:
    """Show what a profile says, with all that it takes from the one it extends."""
    profile = load_profile(name)
    if as_json:
        out.print_json(json.dumps(profile.model_dump(mode="json")))
        return
    out.print(f"{profile.name}: {profile.title}", highlight=False)
    table = Table("shape", "made of", "answers")
    for shape in BLENDSHAPES:
        mixes = " else ".join(_mix(mix) for mix in profile.shapes.get(shape, ()))
        said = profile.response_of(shape, region_of(shape)).model_dump(exclude_unset=True)
        table.add_row(shape, mixes, ", ".join(f"{key} {value}" for key, value in said.items()))
    out.print(table)
    for one, others in profile.rivals.items():
        for other, share in others.items():
            out.print(f"rivals: {one} and {other}, {share:g}", highlight=False)
    for pair, lock in profile.locks.items():
        out.print(f"lock: {pair} to the {lock.to} of both sides, {lock.share:g}", highlight=False)
    for shape, ceiling in profile.ceilings.items():
        out.print(f"ceiling: {shape} never above {ceiling}", highlight=False)
    if profile.targets:
        targets = Table("target", "gets")
        for target, mix in profile.targets.items():
            targets.add_row(target, _mix(mix))
        out.print(targets)


@app.command("check")
def check_avatar(
    avatar: _AvatarFile,
    profile: Annotated[str, typer.Option(help="Which profile is to drive it.")] = "arkit",
    as_json: _AsJson = False,
) -> None:
    """Say which of a profile's shapes an avatar has, lacks, and what moves instead."""
    face = AvatarFace(avatar)
    names = (*face.expressions, *face.morphs)
    still = _still(face)
    findings = check(load_profile(profile), names, still)
    suited = {name: _share(check(load_profile(name), names, still)) for name in profile_names()}
    if as_json:
        rows = [{**asdict(finding), "state": finding.state.value} for finding in findings]
        out.print_json(
            json.dumps(
                {
                    "avatar": str(avatar),
                    "kind": face.kind,
                    "morphs": len(face.morphs),
                    "expressions": list(face.expressions),
                    "profile": profile,
                    "findings": rows,
                    "suited": suited,
                }
            )
        )
        return
    title = f"{avatar.name}: {face.kind}, {len(face.morphs)} shapes"
    if face.expressions:
        title += f", {len(face.expressions)} expressions"
    table = Table(profile, "avatar", "its name", "falls back to", title=title, title_justify="left")
    for finding in findings:
        table.add_row(
            finding.name,
            finding.state.value,
            finding.own,
            _fallback(finding),
            style=_STYLES.get(finding.state),
        )
    out.print(table)
    counts = Counter(finding.state for finding in findings)
    without = sum(finding.state not in _USABLE and not finding.fallback for finding in findings)
    said = ", ".join(f"{counts[state]} {state.value}" for state in State)
    out.print(f"{said}; {without} without a fallback", highlight=False)
    best = ", ".join(f"{name} {share:.0%}" for name, share in _best(suited))
    out.print(f"profiles whose names it has: {best or 'none'}", highlight=False)


@app.command("fit")
def fit_avatar(
    avatar: _AvatarFile,
    output: Annotated[Path, typer.Option("--output", "-o", help="TOML file to write.")],
    examples: Annotated[
        Path | None, typer.Option(help="Poses, TOML or JSON: the 52 and the avatar's own.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Shapes of the avatar to leave alone.")
    ] = None,
    by_movement: Annotated[
        bool, typer.Option("--by-movement", help="Pay no heed to what the shapes are called.")
    ] = False,
) -> None:
    """Draft a profile for an avatar whose shapes are not ARKit's."""
    if output.suffix != ".toml":
        raise ConfigError(f"-o: expected the name of a .toml file, got {output}")
    face = AvatarFace(avatar)
    still = _still(face)
    names = dict.fromkeys((*face.expressions, *face.morphs))
    banned = {n for n in names if any(fnmatch(n, glob) for glob in without or ())}
    usable = [n for n in names if n not in still and n not in banned]
    if not usable and examples is None:
        raise ConfigError(f"{avatar}: expected shapes that move, got none")
    known = {} if by_movement else known_shapes(usable, ())
    fitted = fit_names(usable, known, {} if by_movement else fallbacks(usable, ()))
    rows = [index for index, name in enumerate(face.morphs) if name in usable]
    if rows and not all(fitted.sources):
        fitted = _by_movement(face.read_morphs(), rows, fitted)
    if examples is not None:
        poses = read_examples(examples)
        fitted = fit_examples(poses, fitted)
        strange = {name for pose in poses for name in pose.avatar} - names.keys()
        if strange:
            said = ", ".join(sorted(strange))
            errors.print(f"{avatar} has no {said}, of the examples", style="yellow")
    text = profile_toml(output.stem, f"fitted to {avatar.name}", fitted)
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(f"expected to write {output}, got: {error.strerror}") from error
    _tell(fitted, output)


def _by_movement(morphs: Morphs, rows: list[int], before: Fit) -> Fit:
    """Fit the morphs among an avatar's names, and put the others back beside them."""
    part = Morphs(tuple(morphs.names[i] for i in rows), morphs.points, morphs.moves[rows])
    places = [before.names.index(name) for name in part.names]
    fitted = fit_movements(
        part, Fit(part.names, before.gains[places], before.likeness, before.sources)
    )
    gains = before.gains.copy()
    gains[places] = fitted.gains
    return Fit(before.names, gains, fitted.likeness, fitted.sources)


def _tell(fitted: Fit, output: Path) -> None:
    table = Table("shape", "by", "made of", "residual")
    for column, shape in enumerate(BLENDSHAPES):
        source, residual = fitted.sources[column], fitted.residuals[column]
        used = np.flatnonzero(fitted.gains[:, column])
        made = ", ".join(f"{fitted.names[i]} {fitted.gains[i, column]:.2f}" for i in used)
        poor = bool(source) and fitted.likeness[column] < POOR
        table.add_row(
            shape,
            source or "nothing",
            made,
            (f"{residual:.2f}" + (" poor" if poor else "")) if source in _JUDGED else "",
            style="red" if not source else "yellow" if poor else None,
        )
    out.print(table)
    poor = sum(
        bool(s) and like < POOR for s, like in zip(fitted.sources, fitted.likeness, strict=True)
    )
    none = sum(not source for source in fitted.sources)
    out.print(
        f"{len(BLENDSHAPES) - poor - none} fit, {poor} poorly, {none} not at all; in {output}",
        highlight=False,
    )
    if poor or none:
        errors.print("look at the result: a movement does not tell what it means", style="yellow")


def _still(face: AvatarFace) -> frozenset[str]:
    """The avatar's shapes that move nothing, as far as its numbers can be read."""
    if not face.morphs:
        return frozenset()
    try:
        morphs = face.read_morphs()
    except ConfigError as error:
        errors.print(f"whether its shapes move is not known: {error}", style="yellow")
        return frozenset()
    return frozenset(n for n, moves in zip(morphs.names, moving(morphs), strict=True) if not moves)


def _fallback(finding: Finding) -> str:
    if finding.state in _USABLE:
        return ""
    return ", ".join(finding.fallback) or "nothing"


def _share(findings: tuple[Finding, ...]) -> float:
    return sum(finding.state in _USABLE for finding in findings) / max(len(findings), 1)


def _best(suited: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(((n, s) for n, s in suited.items() if s > 0), key=lambda pair: -pair[1])


def _mix(mix: dict[str, Any]) -> str:
    return " + ".join(f"{gain:g} {name}" for name, gain in mix.items())
