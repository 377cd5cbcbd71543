from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.avatar.face import AvatarFace, Morphs
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, mirrored
from avatar_bridge.retarget.descriptors import AXES, COLUMNS, EVENNESS, REACH, ROWS
from avatar_bridge.retarget.fit import (
    POOR,
    Example,
    Fit,
    fit_examples,
    fit_movements,
    fit_names,
    reference,
)
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.retarget.write import profile_toml

SHOWN = [name for name in BLENDSHAPES if name != "tongueOut"]


def doll(names: list[str] = SHOWN, scale: float = 0.04) -> Morphs:
    """A head that moves as the reference does, of another size, its shapes in another order."""
    x, y = np.linspace(-REACH, REACH, COLUMNS), np.linspace(-REACH, REACH, ROWS)
    flat = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    points = np.column_stack([flat, np.zeros(len(flat))]) * scale + [0.0, 1.5, 0.1]
    forms = reference().forms[[BLENDSHAPE_INDEX[name] for name in names]]
    moves = (np.sign(forms) * np.abs(forms) ** (1 / EVENNESS)).reshape(len(names), -1, 3)
    moves = moves / AXES * scale
    return Morphs(tuple(names), points.astype(np.float32), moves.astype(np.float32))


def hidden(morphs: Morphs, seed: int = 3) -> tuple[Morphs, list[str]]:
    """The same shapes, shuffled and nameless, and what they were called."""
    order = np.random.default_rng(seed).permutation(len(morphs.names))
    names = tuple(f"k{number}" for number in range(len(order)))
    return Morphs(names, morphs.points, morphs.moves[order]), [morphs.names[i] for i in order]


def by_movement(morphs: Morphs) -> Fit:
    return fit_movements(morphs, fit_names(morphs.names, {}))


def led_by(fit: Fit, called: list[str]) -> dict[str, str]:
    """Blendshape → what the avatar's shape that moves most for it was called."""
    return {
        shape: called[int(fit.gains[:, column].argmax())]
        for column, shape in enumerate(BLENDSHAPES)
        if fit.gains[:, column].any()
    }


def test_the_reference_shows_all_but_the_tongue() -> None:
    forms = reference().forms
    lengths = np.linalg.norm(forms.reshape(52, -1), axis=1)
    assert [n for n, size in zip(BLENDSHAPES, lengths, strict=True) if size < 0.99] == ["tongueOut"]
    flipped = reference().mirrored()
    others = [BLENDSHAPE_INDEX[mirrored(name)] for name in BLENDSHAPES]
    alike = (flipped * forms[others]).sum((1, 2, 3))
    assert alike[[BLENDSHAPE_INDEX[name] for name in SHOWN]].min() > 0.9


def test_a_head_that_moves_alike_is_read_without_names() -> None:
    morphs, called = hidden(doll())
    fit = by_movement(morphs)
    found = led_by(fit, called)
    wrong = [shape for shape in SHOWN if found.get(shape) != shape]
    assert len(wrong) <= 2, wrong
    assert fit.sources[BLENDSHAPE_INDEX["tongueOut"]] == ""
    assert np.median(fit.residuals[[BLENDSHAPE_INDEX[name] for name in SHOWN]]) < 0.45
    assert fit.gains.min() >= 0
    assert fit.gains.max() <= 1


def test_one_lid_for_both_eyes_gets_half_of_each() -> None:
    morphs = doll()
    left, right = (morphs.names.index(f"eyeBlink{side}") for side in ("Left", "Right"))
    moves = np.delete(morphs.moves, [left, right], 0)
    moves = np.concatenate([moves, morphs.moves[[left]] + morphs.moves[[right]]])
    names = tuple(n for n in morphs.names if not n.startswith("eyeBlink"))
    fit = by_movement(Morphs((*names, "close"), morphs.points, moves))
    gains = fit.mixes()["close"]
    assert gains["eyeBlinkLeft"] == pytest.approx(gains["eyeBlinkRight"], abs=0.02)
    assert 0.2 < gains["eyeBlinkLeft"] <= 0.5


def test_a_head_that_only_shakes_fits_nothing_well() -> None:
    morphs = doll()
    noise = np.random.default_rng(5).normal(0, 0.004, (20, len(morphs.points), 3))
    fit = by_movement(Morphs(tuple(map(str, range(20))), morphs.points, noise.astype(np.float32)))
    assert np.all(fit.likeness < POOR)


def test_names_go_before_movements() -> None:
    morphs = doll()
    fit = fit_movements(morphs, fit_names(morphs.names, {"jawOpen": "mouthPucker"}))
    column = fit.gains[:, BLENDSHAPE_INDEX["jawOpen"]]
    assert np.flatnonzero(column).tolist() == [morphs.names.index("mouthPucker")]
    assert fit.sources[BLENDSHAPE_INDEX["jawOpen"]] == "name"


def test_fallbacks_share_what_several_of_them_move() -> None:
    fit = fit_names(
        ["smile", "squint"],
        {"eyeSquintLeft": "squint"},
        {"mouthSmileLeft": "smile", "mouthSmileRight": "smile", "cheekSquintLeft": "squint"},
    )
    assert fit.mixes() == {
        "smile": {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5},
        "squint": {"eyeSquintLeft": 1.0, "cheekSquintLeft": 0.5},
    }


def test_examples_give_the_gains_they_were_made_with() -> None:
    truth = {"Wide": {"jawOpen": 0.8, "mouthFunnel": 0.3}, "Grin": {"mouthSmileLeft": 1.0}}
    rng = np.random.default_rng(1)
    examples = []
    for _ in range(40):
        pose = {
            shape: float(rng.random()) for shape in ("jawOpen", "mouthFunnel", "mouthSmileLeft")
        }
        own = {
            name: sum(gain * pose[shape] for shape, gain in mix.items())
            for name, mix in truth.items()
        }
        examples.append(Example(pose, own))
    fit = fit_examples(examples, fit_names([], {}))
    for name, mix in truth.items():
        assert fit.mixes()[name] == pytest.approx(mix, abs=0.02)
    assert fit.sources[BLENDSHAPE_INDEX["jawOpen"]] == "examples"
    assert fit.residuals[BLENDSHAPE_INDEX["jawOpen"]] < 0.3


def test_a_fit_is_a_profile_one_can_load(tmp_path: Path) -> None:
    morphs, _ = hidden(doll())
    fit = by_movement(morphs)
    text = profile_toml("mine", 'fitted to "x"', fit)
    path = tmp_path / "mine.toml"
    path.write_text(text)
    profile = load_profile(str(path))
    assert profile.targets == fit.mixes()
    assert profile.name == "mine"
    assert "# Nothing of this avatar shows: tongueOut." in text


def test_a_real_avatar_is_read_without_names(data_root: Path) -> None:
    morphs, called = hidden(AvatarFace(avatar(data_root, "brunette-t.glb")).read_morphs())
    fit = by_movement(morphs)
    found = led_by(fit, called)
    right = [shape for shape in SHOWN if found.get(shape) == shape]
    assert len(right) >= 44, set(SHOWN) - set(right)
    for surely in ("jawOpen", "eyeBlinkLeft", "mouthSmileRight", "browInnerUp", "mouthPucker"):
        assert surely in right


def test_a_drawn_avatar_is_read_by_its_own_names(data_root: Path) -> None:
    face = AvatarFace(avatar(data_root, "vroid.glb"))
    morphs = face.read_morphs()
    alone = [i for i, name in enumerate(morphs.names) if name.startswith("Fcl_")]
    fit = by_movement(
        Morphs(tuple(morphs.names[i] for i in alone), morphs.points, morphs.moves[alone])
    )
    found = led_by(fit, [morphs.names[i] for i in alone])
    assert found["jawOpen"].startswith("Fcl_MTH_")
    assert found["eyeBlinkLeft"] in ("Fcl_EYE_Close_L", "Fcl_EYE_Joy_L")
    assert found["eyeBlinkRight"] == found["eyeBlinkLeft"].replace("_L", "_R")
    for shape in found:
        assert mirrored(shape) in found


def avatar(root: Path, name: str) -> Path:
    path = root / "avatars" / name
    if not path.is_file():
        pytest.skip(f"needs {path}")
    return path
