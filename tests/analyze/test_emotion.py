"""Emotion nets: made, written, loaded and shown a face on which one place is bright."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from builders import make_points
from tiny_nets import SIZE, spot_of, write_emotion_net

from avatar_bridge.analyze.emotion import EmotionNetReader
from avatar_bridge.errors import ModelError
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS, LABELS
from avatar_bridge.geometry import FACE_DROP, FACE_SIDE
from avatar_bridge.inference.card import ModelCard
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.types import Landmarks

EYES = 60.0
MIDDLE = np.array([320.0, 240.0])  # between the eyes
SHUFFLED = ("contempt", *EMOTIONS[::-1])


def reader_of(folder: Path, **card) -> EmotionNetReader:
    write_emotion_net(folder, **card)
    return EmotionNetReader(Net(ModelStore(folder).find("spots")))


def rolled_face(roll: float) -> Landmarks:
    cos, sin = math.cos(roll), math.sin(roll)
    turn = np.array([[cos, sin], [-sin, cos]])
    return Landmarks((make_points(tuple(MIDDLE), EYES) - MIDDLE) @ turn + MIDDLE)


def frame_with_spot(
    label: str,
    *,
    labels: tuple[str, ...] = LABELS,
    roll: float = 0.0,
    margin: float = 1.3,
    lift: float = 0.0,
    colour: tuple[int, int, int] = (255, 255, 255),
) -> np.ndarray:
    """A black frame, bright where the pixel of this label lies by the words of the card."""
    across = np.array([math.cos(roll), math.sin(roll)])
    down = np.array([-math.sin(roll), math.cos(roll)])
    side = FACE_SIDE * EYES
    middle = MIDDLE + FACE_DROP * EYES * down - lift * side * down
    column, row = spot_of(label, labels)
    pixel = margin * side / SIZE
    column, row = column - 0.5, row - 0.5  # its corner
    corners = [
        middle + pixel * ((column + x - SIZE / 2) * across + (row + y - SIZE / 2) * down)
        for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]
    frame = np.zeros((480, 640, 3), np.uint8)
    cv2.fillConvexPoly(frame, np.array(corners).round().astype(np.int32), colour)
    return frame


def wire_name(label: str) -> str:
    return "neutral" if label == "contempt" else label


@pytest.mark.parametrize("roll", [0.0, 0.6, -2.0])
@pytest.mark.parametrize(("margin", "lift"), [(1.3, 0.0), (1.6, 0.25), (1.0, -0.2)])
def test_the_crop_lies_where_the_card_says(
    tmp_path: Path, margin: float, lift: float, roll: float
) -> None:
    reader = reader_of(tmp_path, margin=margin, lift=lift)
    for label in LABELS:
        image = frame_with_spot(label, roll=roll, margin=margin, lift=lift)
        scores = reader.read(image, rolled_face(roll)).probabilities
        assert scores[EMOTION_INDEX[wire_name(label)]] > 0.9, label


@pytest.mark.parametrize("labels", [EMOTIONS, EMOTIONS[::-1], LABELS, SHUFFLED])
def test_labels_go_to_their_places_by_name(tmp_path: Path, labels: tuple[str, ...]) -> None:
    reader = reader_of(tmp_path, labels=labels)
    for label in labels:
        scores = reader.read(frame_with_spot(label, labels=labels), rolled_face(0.0))
        assert EMOTIONS[int(scores.probabilities.argmax())] == wire_name(label)


def test_a_net_of_colours_sees_red_where_red_is(tmp_path: Path) -> None:
    reader = reader_of(tmp_path, channels=3)
    red, blue = (0, 0, 255), (255, 0, 0)
    fear = EMOTION_INDEX["fear"]
    seen = reader.read(frame_with_spot("fear", colour=red), rolled_face(0.0))
    assert seen.probabilities[fear] > 0.9
    seen = reader.read(frame_with_spot("fear", colour=blue), rolled_face(0.0))
    assert seen.probabilities[fear] == pytest.approx(1 / 8)


class ScriptedNet:
    """Gives what the test says."""

    def __init__(self, labels: tuple[str, ...] = LABELS, task: str = "emotion", **outputs) -> None:
        blank = dict.fromkeys(("name", "architecture", "title", "licence", "recipe"), "")
        self.card = ModelCard.model_validate(
            {
                **blank,
                "name": "scripted",
                "task": task,
                "input": {"size": 8, "channels": 1, "mean": 0.5, "std": 0.25, "margin": 1.3},
                "emotions": labels,
                "data": (),
                "parameters": 0,
            }
        )
        self.outputs = {name: np.array(value, np.float32) for name, value in outputs.items()}

    def run(self, image: np.ndarray) -> dict[str, np.ndarray]:
        return self.outputs


def test_contempt_goes_to_neutral_and_raises_nothing_else() -> None:
    scores = np.array([0.1, 0.05, 0.0, 0.2, 0.05, 0.0, 0.25, 0.35])  # contempt last
    net = ScriptedNet(LABELS, emotions=scores, fer2013=np.full(7, 1 / 7))
    seen = EmotionNetReader(net).read(np.zeros((480, 640, 3), np.uint8), rolled_face(0.0))  # type: ignore[arg-type]
    assert seen.probabilities == pytest.approx([0.1, 0.05, 0.0, 0.2, 0.05, 0.0, 0.6])


def test_a_sum_that_is_a_little_off_is_mended() -> None:
    net = ScriptedNet(EMOTIONS, emotions=[0.504, 0.504, 0, 0, 0, 0, 0])
    seen = EmotionNetReader(net).read(np.zeros((480, 640, 3), np.uint8), rolled_face(0.0))  # type: ignore[arg-type]
    assert seen.probabilities[:2] == pytest.approx([0.5, 0.5])


EIGHTH = np.full(8, 1 / 8)


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (lambda: ScriptedNet(task="face", emotions=EIGHTH), "expected an emotion net .*'face'"),
        (lambda: ScriptedNet(("anger",), emotions=[1.0]), "expected an emotion net .* anger$"),
        (lambda: ScriptedNet(()), "expected an emotion net .* none$"),
        (
            lambda: ScriptedNet((*EMOTIONS, "anger"), emotions=EIGHTH),
            "expected an emotion net .* neutral, anger$",
        ),
        (
            lambda: ScriptedNet(fer2013=np.full(7, 1 / 7)),
            r"expected an output 'emotions' of shape \(8,\), got {'fer2013': \(7,\)}",
        ),
        (lambda: ScriptedNet(emotions=np.full(7, 1 / 7)), r"shape \(8,\), got .*\(7,\)"),
        (lambda: ScriptedNet(emotions=np.zeros(8)), "sum to 1, got 0.00 to 0.00"),
        (lambda: ScriptedNet(emotions=[2, -1, 0, 0, 0, 0, 0, 0]), "sum to 1, got -1.00 to 2.00"),
        (lambda: ScriptedNet(emotions=np.full(8, np.nan)), "sum to 1, got nan"),
    ],
)
def test_a_net_that_is_no_emotion_net_is_refused_in_one_line(net, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        EmotionNetReader(net())
    assert "\n" not in str(caught.value)
