"""`avatar-bridge preview`: what a face looks like with an expression, as a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import cv2
import numpy as np
import typer

from avatar_bridge.build import PipelineFactory, build_finder, build_retargeter
from avatar_bridge.capture.images import read_image
from avatar_bridge.cli.console import errors
from avatar_bridge.cli.options import DetectorName, FaceNet, TierName, analysis, assemble
from avatar_bridge.clock import SystemClock
from avatar_bridge.errors import ConfigError
from avatar_bridge.export.atomic import write_whole
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.preview.asked import read_units
from avatar_bridge.preview.base import UNITS
from avatar_bridge.preview.expression import Expression, emotion_scores, of_weights, takes_weights
from avatar_bridge.preview.generator import Generators, choose_generator, generator_names
from avatar_bridge.preview.portrait import check_size, choose_face
from avatar_bridge.preview.sheet import beside, sheet
from avatar_bridge.preview.view import View, cut_view
from avatar_bridge.types import Blendshapes, Image

if TYPE_CHECKING:  # it takes half a second to load, and few ask for it
    from avatar_bridge.preview.head import Head

INTENSITIES = (0.25, 0.5, 0.75, 1.0)
_AS_IT_IS = "as it is"
_CELL = 224  # pixels of a face on a sheet, at most
_MIN_FACE = 24  # px: smaller ones are named as too small rather than overlooked
_KINDS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
_PROFILE = "arkit"
_THREADS = 2
_HEAD_SIDE = 1024  # pixels: a larger face gets a head that is drawn smaller and stretched


def preview(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture with a face.")],
    emotion: Annotated[
        str | None, typer.Option(help=f"What it shows: {', '.join(EMOTIONS)}.")
    ] = None,
    intensity: Annotated[float, typer.Option(help="How strongly, 0 to 1.")] = 1.0,
    aus: Annotated[
        Path | None,
        typer.Option(
            help="JSON or TOML: action units or blendshapes, each 0 to 1.", metavar="FILE"
        ),
    ] = None,
    strip: Annotated[
        bool, typer.Option("--strip", help="One sheet: every emotion at four intensities.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="OUT.png, .jpg, .webp or .bmp.")
    ] = None,
    net: Annotated[str, typer.Option(help="Generator, from `models`.", metavar="NAME")] = "",
    face: Annotated[
        int | None, typer.Option(help="Which of several faces, from the left.", metavar="N")
    ] = None,
    head: Annotated[
        bool, typer.Option("--head", help="The built-in head beside it, in the same expression.")
    ] = False,
    avatar: Annotated[
        Path | None, typer.Option(help="A .glb beside it, in the same expression.")
    ] = None,
    detector: DetectorName = None,
    tier: TierName = None,
    face_net: FaceNet = None,
) -> None:
    """Show a face with another expression, at any intensity."""
    if sum((emotion is not None, aus is not None, strip)) != 1:
        raise ConfigError("expected one of --emotion, --aus and --strip")
    target = _target(image, output, "strip" if strip else emotion or "units")
    chosen = choose_generator(
        net, UNITS if aus else emotion or EMOTIONS[0], generator_names(ModelStore())
    )
    studio = _Studio(chosen, _head(avatar) if head or avatar else None)
    rows = studio.every_emotion() if strip else {"": (_asked(emotion, intensity, aus),)}
    overrides = {
        "track.detector": detector,
        "track.min_face": _MIN_FACE,
        **analysis(tier, face_net, None, None),
    }
    with errors.status(f"looking at {image}"):
        picture = read_image(image)
        check_size(picture.shape[1], picture.shape[0], str(image))
        finder = build_finder(PipelineFactory(assemble(None, overrides)), SystemClock())
        view = View(picture, choose_face(finder.find(picture), face, str(image)), (0, 0))
    with errors.status("drawing"):
        if strip:
            view = cut_view(view.image, view.landmarks, _CELL)
        cells = [[studio.make(view, each) for each in shown] for shown in rows.values()]
        made = cells[0][0]
        if strip:
            columns = [_AS_IT_IS, *(f"{intensity:g}" for intensity in INTENSITIES)]
            plain = studio.leave(view)
            made = sheet(list(rows), columns, [[plain, *row] for row in cells])
        _write(target, made)
    errors.print(f"wrote {target}, made by {chosen}", highlight=False)


class _Studio:
    """Makes pictures with one generator, and perhaps a head beside each.

    Args:
        net: name of the generator.
        head: what is drawn beside the face, or None.
    """

    def __init__(self, net: str, head: "Head | None") -> None:
        self._generators = Generators(ModelStore(), _THREADS)
        self._net = net
        self._head = head
        self._card = self._generators.net(net).card

    def every_emotion(self) -> dict[str, tuple[Expression, ...]]:
        """Each emotion that the generator can show, at every intensity."""
        known = EMOTIONS if takes_weights(self._card) else self._card.emotions or EMOTIONS
        return {
            name: tuple(_asked(name, intensity, None) for intensity in INTENSITIES)
            for name in known
        }

    def make(self, view: View, expression: Expression) -> Image:
        """The face with the expression, and the head beside it."""
        made = self._generators.make(view.image, view.landmarks, expression, self._net)
        return self._beside(made, expression.weights)

    def leave(self, view: View) -> Image:
        """The face as it is, and the head at rest beside it."""
        return self._beside(view.image, Blendshapes.neutral())

    def _beside(self, face: Image, weights: Blendshapes) -> Image:
        if self._head is None:
            return face
        return beside(face, self._head.draw(weights, min(face.shape[0], _HEAD_SIDE)))


def _head(avatar: Path | None) -> "Head":
    from avatar_bridge.preview.head import Head

    return Head(avatar)


def _asked(emotion: str | None, intensity: float, aus: Path | None) -> Expression:
    """What the options ask for."""
    mapping = build_retargeter(_PROFILE, ACTION_UNIT_NAMES)
    if aus is not None:
        return of_weights(read_units(aus, mapping.map))
    name = emotion or ""
    if not 0.0 <= intensity <= 1.0:
        raise ConfigError(f"--intensity: expected 0 to 1, got {intensity:g}")
    return Expression(name, intensity, mapping.map({}, emotion_scores(name, intensity)))


def _target(image: Path, output: Path | None, what: str) -> Path:
    """Where to write: what was said, or a name beside no other file in this folder."""
    target = output or Path(f"{image.stem}_{what}{_KINDS[0]}")
    if target.suffix.lower() not in _KINDS:
        raise ConfigError(f"{target}: expected a name that ends in {' '.join(_KINDS)}")
    if output is None and target.exists():
        raise ConfigError(f"expected -o FILE, since {target} exists already")
    return target


def _write(path: Path, image: Image) -> None:
    try:
        whole, data = cv2.imencode(path.suffix.lower(), image)
    except cv2.error:  # of more pixels than the kind can hold
        whole = False
    if not whole:
        raise ConfigError(f"{path}: expected a picture that this kind of file can hold")
    write_whole(path, (np.asarray(data, np.uint8).tobytes(),))
