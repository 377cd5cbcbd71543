"""From seconds of a face to calibrations."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from builders import make_state
from scipy.spatial.transform import Rotation

from avatar_bridge.errors import CalibrationError, ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.retarget.calibration_files import CalibrationFiles
from avatar_bridge.retarget.calibrator import LEVELS, Calibrator
from avatar_bridge.retarget.conditioner import Conditioner
from avatar_bridge.retarget.measure import Sight, sights_of, steps

FRAMES = 30


def sight(turn: float = 0.0, **units: float) -> Sight:
    read = np.zeros(59, np.float32)
    for name, value in units.items():
        read[ACTION_UNIT_INDEX[name]] = value
    turned = Rotation.from_euler("y", turn, degrees=True).as_quat().astype(np.float32)
    return Sight(read, turned, np.array([0.1, -0.05, 0.08, -0.05], np.float32))


def second(make: Callable[[int], Sight | None] = lambda index: sight()) -> list[Sight | None]:
    return [make(index) for index in range(FRAMES)]


@pytest.fixture
def calibrator(tmp_path: Path) -> Calibrator:
    return Calibrator("net", CalibrationFiles(tmp_path))


def test_rest_is_the_median_and_a_blink_does_not_count(calibrator: Calibrator) -> None:
    calibrator.measure(
        second(lambda i: sight(10, AU12L=0.1, AU45L=0.9 if i < 6 else 0.2, AU45R=0.2)),
        "neutral", "", True,
    )  # fmt: skip
    made = calibrator.current
    assert made is not None
    assert made.rest["AU12L"] == pytest.approx(0.1)
    assert made.rest["AU45L"] == pytest.approx(0.2)
    assert made.gaze_left == pytest.approx((0.1, -0.05))
    assert made.orientation == pytest.approx((0, np.sin(np.radians(5)), 0, np.cos(np.radians(5))))
    assert made.label == "unsaved"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda i: None, "a face before the camera, got none"),
        (lambda i: sight() if i % 2 else None, "seen all the while, got it in 15 of 30"),
        (lambda i: sight(turn=i), "keeps still, got one that turned by 1[0-9] degrees"),
        (lambda i: sight(AU26=i % 3 / 3), "keeps still, got one that moves: jaw drop"),
        (lambda i: sight(AU45L=i % 2, AU45R=i % 2), "blink all the while"),
        (lambda i: sight(AU45L=0.9, AU45R=0.9), "open eyes, got closed ones"),
    ],
)
def test_a_face_that_cannot_be_measured_changes_nothing(calibrator, make, said: str) -> None:
    with pytest.raises(CalibrationError, match=said):
        calibrator.measure(second(make), "neutral", "anna", True)
    assert calibrator.current is None
    assert calibrator.saved() == ()
    assert not calibrator.undo()


def test_too_few_frames_tell_nothing(calibrator: Calibrator) -> None:
    with pytest.raises(CalibrationError, match="5 frames or more within a second, got 2"):
        calibrator.measure(second()[:2], "neutral", "", True)


def test_a_strongest_movement_is_added_and_kept(calibrator: Calibrator) -> None:
    calibrator.measure(second(), "neutral", "anna", True)
    calibrator.measure(second(lambda i: sight(AU12L=0.7, AU12R=0.05)), "smile", "", True)
    assert calibrator.current is not None
    assert calibrator.current.most == pytest.approx({"AU12L": 0.7})  # the right side did not smile
    assert calibrator.current.name == "anna"
    calibrator.measure(second(lambda i: sight(AU12L=0.1)), "neutral", "", True)
    assert calibrator.current.most == pytest.approx({"AU12L": 0.7})
    assert calibrator.current.label == "unsaved"
    calibrator.measure(second(), "neutral", "bert", True)
    assert calibrator.saved() == ("anna", "bert")
    calibrator.use("anna")
    assert calibrator.current.most == pytest.approx({"AU12L": 0.7})
    calibrator.measure(second(), "neutral", "carl", True)
    assert calibrator.current.most == {}


def test_a_strongest_movement_goes_to_the_saved_one_of_its_name(calibrator: Calibrator) -> None:
    calibrator.measure(second(lambda i: sight(AU12L=0.2)), "neutral", "anna", True)
    calibrator.measure(second(), "neutral", "bert", True)
    calibrator.measure(second(lambda i: sight(AU12L=0.7)), "smile", "anna", True)
    assert calibrator.current is not None
    assert calibrator.current.name == "anna"
    assert calibrator.current.rest["AU12L"] == pytest.approx(0.2)  # not bert's


def test_an_undo_that_fails_can_be_tried_again(calibrator: Calibrator, monkeypatch) -> None:
    calibrator.measure(second(), "neutral", "anna", True)

    def full(self: CalibrationFiles, name: str) -> bool:
        raise ConfigError("expected to write, got: No space left")

    with monkeypatch.context() as patched:
        patched.setattr(CalibrationFiles, "undo", full)
        with pytest.raises(ConfigError, match="No space"):
            calibrator.undo()
    assert calibrator.undo()
    assert calibrator.current is None


def test_a_strongest_that_is_none_is_refused(calibrator: Calibrator) -> None:
    with pytest.raises(ConfigError, match="a neutral face to be measured before smile"):
        calibrator.check("smile", "")
    calibrator.measure(second(lambda i: sight(AU26=0.2)), "neutral", "", True)
    with pytest.raises(CalibrationError, match=r"jaw_open clearly above rest, got AU26 0\.30"):
        calibrator.measure(second(lambda i: sight(AU26=0.3)), "jaw_open", "", True)
    with pytest.raises(CalibrationError, match="blink clearly above rest"):
        calibrator.measure(second(lambda i: sight(AU45L=0.3, AU45R=0.3)), "blink", "", True)
    with pytest.raises(ConfigError, match=r"a step of neutral, smile, .* got 'nose'"):
        calibrator.check("nose", "")


def test_undo_goes_back_a_few_changes(calibrator: Calibrator) -> None:
    for smile in (0.1, 0.2):
        calibrator.measure(second(lambda i, s=smile: sight(AU12L=s)), "neutral", "anna", True)
    calibrator.clear()
    assert calibrator.undo()
    assert calibrator.current is not None
    assert calibrator.current.rest["AU12L"] == pytest.approx(0.2)
    assert calibrator.undo()
    assert calibrator.current.rest["AU12L"] == pytest.approx(0.1)
    calibrator.use("anna")  # the file came back, too
    assert calibrator.current.rest["AU12L"] == pytest.approx(0.1)
    for _ in range(2):
        assert calibrator.undo()
    assert calibrator.current is None
    for _ in range(LEVELS + 3):
        calibrator.clear()
    assert sum(calibrator.undo() for _ in range(LEVELS + 3)) == LEVELS


def test_the_first_face_is_followed() -> None:
    gone = (make_state(face_id=1, tracked=False), make_state(face_id=2))
    both = (make_state(face_id=2), make_state(face_id=1))
    seen = sights_of([(make_state(face_id=1),), gone, both], Conditioner().sight)
    assert [each is not None for each in seen] == [True, False, True]


def test_every_step_says_what_to_do() -> None:
    assert list(steps()) == ["neutral", "smile", "brows_up", "jaw_open", "blink", "pucker"]
    assert all(steps().values())
