"""The face analyzer around a net that says what the test wants."""

import numpy as np
import pytest
from builders import make_points

from avatar_bridge.analyze.face import FaceAnalyzer
from avatar_bridge.errors import ModelError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.geometry import cut_face, face_box
from avatar_bridge.inference.card import ModelCard

SIZE = 112


BACKWARDS = EMOTIONS[::-1]


def card(
    task: str = "face", units=("AU12R", "AU1"), emotions=BACKWARDS, gaze="points"
) -> ModelCard:
    return ModelCard.model_validate(
        {
            "name": "scripted",
            "task": task,
            "architecture": "none",
            "title": "",
            "licence": "",
            "input": {"size": SIZE, "channels": 1, "mean": 0.5, "std": 0.25, "margin": 1.3},
            "action_units": units,
            "emotions": emotions,
            "gaze": gaze,
            "data": (),
            "recipe": "",
            "parameters": 0,
        }
    )


class ScriptedNet:
    def __init__(self, card: ModelCard, **outputs) -> None:
        self.card = card
        self.outputs = {
            "presence": np.array([0.9]),
            "landmarks": make_points((0.5, 0.4), eyes=0.33),
            "action_units": np.array([0.7, 1.2]),
            "emotions": np.array([0.4, 0.6, 0, 0, 0, 0, 0]),
            **outputs,
        }

    def run(self, image: np.ndarray) -> dict[str, np.ndarray]:
        assert image.shape == (SIZE, SIZE, 3)
        return {name: value for name, value in self.outputs.items() if value is not None}


def look(net: ScriptedNet):
    image = np.zeros((480, 640, 3), np.uint8)
    analyzer = FaceAnalyzer(net)  # type: ignore[arg-type]
    crop = cut_face(image, *face_box(make_points()), analyzer.crop_margin, analyzer.crop_size)
    return analyzer.analyze(crop, (640, 480))


def test_units_and_emotions_go_to_their_places_by_name() -> None:
    seen = look(ScriptedNet(card()))
    units = seen.action_units.intensities
    assert units[ACTION_UNIT_INDEX["AU12R"]] == pytest.approx(0.7)
    assert units[ACTION_UNIT_INDEX["AU1"]] == 1.0  # clipped
    assert np.count_nonzero(units) == 2
    emotions = seen.emotions.probabilities
    assert emotions[EMOTION_INDEX["neutral"]] == pytest.approx(0.4)
    assert emotions[EMOTION_INDEX["surprise"]] == pytest.approx(0.6)


def test_landmarks_come_back_in_frame_pixels() -> None:
    seen = look(ScriptedNet(card()))
    eyes = seen.landmarks.points[[36, 45]]
    assert 0 < eyes[0, 0] < eyes[1, 0] < 640
    assert abs(eyes[:, 0].mean() - 320) < 2


def test_gaze_comes_from_whom_the_card_believes() -> None:
    """**Convention:** left eye first, yaw before pitch, radians."""
    said = np.array([[0.1, -0.2], [0.3, -0.4]])
    by_net = look(ScriptedNet(card(gaze="net"), gaze=said)).gaze
    assert by_net.left == pytest.approx([0.1, -0.2])
    assert by_net.right == pytest.approx([0.3, -0.4])
    by_points = look(ScriptedNet(card(), gaze=said)).gaze
    without = look(ScriptedNet(card())).gaze
    assert (by_points.left == without.left).all()
    assert (by_points.right == without.right).all()
    assert abs(without.left[0]) < 0.1  # the points look straight ahead


@pytest.mark.parametrize(
    "net",
    [
        lambda: ScriptedNet(card(task="emotion")),
        lambda: ScriptedNet(card(units=())),
        lambda: ScriptedNet(card(emotions=("anger",))),
        lambda: ScriptedNet(card(), landmarks=None),
        lambda: ScriptedNet(card(), action_units=np.zeros(3)),
        lambda: ScriptedNet(card(), gaze=np.zeros(4)),
        lambda: ScriptedNet(card(gaze="net")),
    ],
)
def test_a_net_that_is_none_of_ours_is_refused(net) -> None:
    with pytest.raises(ModelError, match="model 'scripted': expected"):
        FaceAnalyzer(net())
