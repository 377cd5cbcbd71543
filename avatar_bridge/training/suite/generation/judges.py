"""Nets that say what a picture shows; none of them taught or guided a generator."""

import numpy as np
import onnx
import onnxruntime

from avatar_bridge.analyze.emotion import EmotionNetReader
from avatar_bridge.analyze.face import FaceAnalyzer
from avatar_bridge.errors import ModelError
from avatar_bridge.geometry import average_face, cut_face, face_box
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.inference.providers import CPU
from avatar_bridge.inference.session import Net, prepare
from avatar_bridge.inference.store import InstalledModel, ModelStore
from avatar_bridge.types import EmotionScores, FaceAnalysis, Float32, Image, Landmarks

EMOTION_NET = "resnet18"
FACE_NET = "se_resnet50_gcn"
# Finds faces, boxes and points, and was never told of an expression.
LIKENESS_NET = "mtcnn_onet"
# Lengths that no expression changes, by landmarks: between the eyes' outer corners and their inner
# ones, along the nose's bridge, across its base, and across the head at the ears.
_LENGTHS = ((36, 45), (39, 42), (27, 30), (31, 35), (0, 16))
_THREADS = 1  # the pictures are so small that a second one only waits


class FeatureNet:
    """What a net's last dense layer is given: features of a picture.

    Args:
        model: an installed net with such a layer.

    Raises:
        ModelError: it has none.
    """

    def __init__(self, model: InstalledModel) -> None:
        self._card = model.card
        graph = onnx.load(str(model.file))
        dense = [node for node in graph.graph.node if node.op_type == "Gemm"]
        if not dense:
            raise ModelError(f"{model.file}: expected a net with a dense layer, got none")
        self._name = dense[-1].input[0]
        tapped = onnx.helper.make_tensor_value_info(self._name, onnx.TensorProto.FLOAT, None)
        graph.graph.output.append(tapped)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = _THREADS
        options.log_severity_level = 3  # errors: it warns of what the file was made without
        self._session = onnxruntime.InferenceSession(
            graph.SerializeToString(), options, providers=[CPU]
        )

    def features(self, image: Image, landmarks: Landmarks) -> Float32:
        """(D,) of the face of a picture."""
        fed = prepare(_face(image, landmarks, self._card.input), self._card)
        (found,) = self._session.run([self._name], {self._session.get_inputs()[0].name: fed})
        return np.asarray(found, np.float32).ravel()


class Judges:
    """All of them.

    Args:
        store: the installed models.

    Raises:
        ModelError: one of them is not installed.
    """

    def __init__(self, store: ModelStore) -> None:
        emotion, face = store.find(EMOTION_NET), store.find(FACE_NET)
        self._emotion = EmotionNetReader(Net(emotion, _THREADS))
        self._analyzer = FaceAnalyzer(Net(face, _THREADS))
        self._features = FeatureNet(emotion)
        self._likeness = FeatureNet(store.find(LIKENESS_NET))

    def emotions(self, image: Image, landmarks: Landmarks) -> EmotionScores:
        """What the emotion net reads."""
        return self._emotion.read(image, landmarks)

    def read(self, image: Image, landmarks: Landmarks) -> FaceAnalysis:
        """What the face net reads: a second opinion on the emotion, and the face's points."""
        box, roll = face_box(landmarks.points)
        crop = cut_face(image, box, roll, self._analyzer.crop_margin, self._analyzer.crop_size)
        return self._analyzer.analyze(crop, (image.shape[1], image.shape[0]))

    def features(self, image: Image, landmarks: Landmarks) -> Float32:
        """(D,) what the emotion net sees, for the Fréchet distance."""
        return self._features.features(image, landmarks)

    def likeness(self, image: Image, landmarks: Landmarks) -> Float32:
        """(D,) what a net sees that knows of no expression."""
        return self._likeness.features(image, landmarks)


def shape_change(before: Landmarks, after: Landmarks) -> float:
    """By which share of itself a length of the face changed that no expression changes, in mean."""
    first, second = (_proportions(face) for face in (before, after))
    return float(np.abs(second / first - 1).mean())


def _proportions(face: Landmarks) -> np.ndarray:
    ends = face.points[np.array(_LENGTHS)]  # (L, 2, 2)
    lengths = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)
    return np.asarray(lengths / lengths.mean())


def _face(image: Image, landmarks: Landmarks, spec: InputSpec) -> Image:
    box, roll = face_box(landmarks.points)
    return average_face(image, box, roll, spec.margin, spec.size, spec.lift)
