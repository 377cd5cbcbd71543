"""Putting a made face into the picture that it was made of.

A generator knows luminance alone, and only as finely as its own input. So it is asked by how much
the luminance changes. That change is smooth: it is brought to the picture's own scale and added,
and skin keeps its pores and its colour. Where much changes, as where a mouth opens, the fine
detail and the colour of what was there before would shine through, so there they go, too:

    Y' = Y + m · (c - r · (Y - b))

with c the change and b the generator's own input, both at the picture's scale, m the face's mask
and r how much of the picture is replaced, which rises with the size of the change.

A generator that moves the picture before it changes it says how. The picture is then moved alike,
at its own scale and as far as m goes, with its colours and its masks, and Y and b are those of the
moved one: pores and lipstick go where the skin goes.

What is known of faces mends what a generator gets wrong: a change that is hardly one is none; skin
far from brows, eyes and mouth is shaded, but does not open; nothing gets far darker than a mouth
is within; and a mouth is red within where it is dark, and white where it is bright.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.inference.session import Made
from avatar_bridge.preview.mask import FaceMask, pulled, smooth_step
from avatar_bridge.types import FaceCrop, Float32, Image

_WEIGHTS = np.array([0.114, 0.587, 0.299], np.float32)  # luminance of B, G and R (ITU-R BT.601)
_IDLE, _MEANT = 1.0, 5.0  # grey levels: a change below the first is none, from the second it counts
_SHADE = 0.22  # of its luminance: by how much skin gets darker or brighter, at most
_GLOOM = 0.15  # of the skin's luminance: about as dark as a mouth is within
_DEEPER = 0.25  # of what a change goes below that
# Grey levels of change from which on detail begins to go, and at which it is gone.
_KEPT, _REPLACED = 20.0, 60.0
_NEAR = 0.02  # of the crop: how far around a large change detail goes with it
_AROUND = 0.08  # of the crop: from how far the skin's colour is taken
_BRIGHT = 2.0  # exponent of a place's luminance, by which it counts as skin
_MIDDLE = 128.0  # luminance of a skin that is not seen
_NOTHING = 1e-4  # what every place counts, so that there is a colour everywhere
# B, G and R as shares of the luminance, and the luminance as a share of the skin's up to which,
# or from which on, a mouth looks so.
_CAVITY, _CAVITY_TO = np.array([0.75, 0.80, 1.49], np.float32), (0.25, 0.55)
_TEETH, _TEETH_FROM = np.array([0.93, 1.00, 1.03], np.float32), (1.00, 1.35)


def luminance(image: Image) -> Image:
    """(H, W) uint8 of (H, W, 3) BGR, as a generator takes it."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def compose(image: Image, crop: FaceCrop, made: Made, mask: FaceMask) -> Image:
    """The picture with the made face in it.

    Args:
        image: (H, W, 3) uint8 BGR.
        crop: what the generator was shown, cut out of it.
        made: what it gave.
        mask: where it counts, (S, S) each.

    Returns:
        A new picture. Where the face's mask is 0 every pixel is as it was.
    """
    result = image.copy()
    x0, y0, x1, y1 = _covered(crop, image)
    if x0 >= x1 or y0 >= y1:
        return result
    to_patch = crop.to_frame.copy()
    to_patch[:, 2] -= (x0, y0)

    def at_scale(plane: Float32, flags: int) -> Float32:
        warped = cv2.warpAffine(plane, to_patch, (x1 - x0, y1 - y0), flags=flags)
        return np.asarray(warped, np.float32)

    weight = at_scale(mask.face, cv2.INTER_LINEAR)
    inside = weight > 0
    if not inside.any():
        return result
    patch, source = image[y0:y1, x0:x1].astype(np.float32), crop.image
    before = luminance(source).astype(np.float32)
    change = made.luminance - before
    if made.flow is not None:
        change = made.luminance - pulled(before, made.flow, cv2.INTER_LINEAR)
        flow = np.asarray(made.flow * mask.face[..., None], np.float32)
        source, mask = pulled(source, flow, cv2.INTER_CUBIC), mask.moved(flow)
        before = luminance(source).astype(np.float32)
        frame_flow = np.asarray(flow @ crop.to_frame[:, :2].T, np.float32)
        patch = pulled(patch, at_scale(frame_flow, cv2.INTER_LINEAR), cv2.INTER_CUBIC)
    change = _meant(change, before, mask)
    own = patch @ _WEIGHTS
    replaced = at_scale(_replaced(change) * mask.moving, cv2.INTER_LINEAR)
    detail = own - at_scale(before, cv2.INTER_CUBIC)
    added = weight * (at_scale(change, cv2.INTER_CUBIC) - replaced * detail)
    tint, held = _tint(source, before, before + change, mask)
    fresh = replaced * weight * (1.0 - at_scale(held, cv2.INTER_LINEAR))
    tint = at_scale(tint, cv2.INTER_LINEAR)
    coloured = _shade(patch, own, added, fresh, tint)
    painted = np.clip(np.rint(coloured), 0, 255).astype(np.uint8)
    result[y0:y1, x0:x1][inside] = painted[inside]
    return result


def _covered(crop: FaceCrop, image: Image) -> tuple[int, int, int, int]:
    """The part of the picture that a crop covers: x0, y0, x1, y1."""
    size = crop.image.shape[0]
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]], np.float32)
    places = corners @ crop.to_frame[:, :2].T + crop.to_frame[:, 2]
    height, width = image.shape[:2]
    low = np.clip(np.floor(places.min(axis=0)), 0, (width, height)).astype(int)
    high = np.clip(np.ceil(places.max(axis=0)) + 1, 0, (width, height)).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _meant(change: Float32, before: Float32, mask: FaceMask) -> Float32:
    """(S, S) by how much the luminance changes, as far as a face can."""
    change = change * smooth_step(np.abs(change), _IDLE, _MEANT)
    most = _SHADE * before + 1.0
    change += (1.0 - mask.moving) * (most * np.tanh(change / most) - change)
    darkest = np.minimum(before, _GLOOM * _light(before, mask))
    too_deep = np.minimum(before + change - darkest, 0.0)
    return np.asarray(change - (1.0 - _DEEPER) * too_deep, np.float32)


def _light(before: Float32, mask: FaceMask) -> float:
    """The skin's luminance."""
    skin = before[(mask.face > 0.5) & (mask.moving < 0.5)]
    return max(float(np.median(skin)), 1.0) if skin.size else _MIDDLE


def _tint(image: Image, before: Float32, made: Float32, mask: FaceMask) -> tuple[Float32, Float32]:
    """Colours of what is new, and where there is nothing new but luminance.

    Args:
        image: (S, S, 3) BGR that the generator was shown.
        before: its luminance.
        made: the luminance that it gets.
        mask: the face's.

    Returns:
        (S, S, 3) B, G and R as shares of the luminance, and (S, S) in [0, 1]: eyes and lips keep
        their colours, but not where a mouth is dark or bright.
    """
    colours = _skin(image, before, mask.face)
    lit = made / _light(before, mask)
    dark = mask.mouth * (1.0 - smooth_step(lit, *_CAVITY_TO))
    white = mask.mouth * smooth_step(lit, *_TEETH_FROM) * mask.own
    colours += dark[..., None] * (_CAVITY - colours)
    colours += white[..., None] * (_TEETH - colours)
    return colours, np.asarray(mask.own * (1.0 - np.maximum(dark, white)), np.float32)


def _replaced(change: Float32) -> Float32:
    """(S, S) in [0, 1]: how much of the picture's own detail the change leaves nothing of."""
    reach = max(round(_NEAR * len(change)), 1)
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    around = cv2.GaussianBlur(cv2.dilate(np.abs(change), element), (0, 0), reach)
    return smooth_step(np.asarray(around, np.float32), _KEPT, _REPLACED)


def _skin(image: Image, before: Float32, mask: Float32) -> Float32:
    """(S, S, 3) the colour of the skin round about, as a share of its luminance.

    The brighter a place, the more it counts: brows, lashes, nostrils and lips do not.
    """
    counts = mask * (before / 255.0) ** _BRIGHT + _NOTHING
    reach = _AROUND * len(mask)
    colour = cv2.GaussianBlur(image.astype(np.float32) * counts[..., None], (0, 0), reach)
    light = cv2.GaussianBlur(np.maximum(before, 1.0) * counts, (0, 0), reach)
    return np.asarray(colour / light[..., None], np.float32)


def _shade(
    patch: Float32, own: Float32, added: Float32, fresh: Float32, tint: Float32
) -> NDArray[np.floating]:
    """Colours (H, W, 3) whose luminance is changed: darker as in shadow, brighter as in light.

    As far as it is fresh, a place gets the colour of the skin instead of what was there.
    """
    darker = np.minimum(added, 0.0) / np.maximum(own, 1.0)
    kept = patch * np.maximum(1.0 + darker, 0.0)[..., None] + np.maximum(added, 0.0)[..., None]
    skin = np.maximum(own + added, 0.0)[..., None] * tint
    return np.asarray(kept + fresh[..., None] * (skin - kept))
