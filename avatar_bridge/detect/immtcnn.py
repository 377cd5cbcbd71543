"""IMMTCNN (paper 000): the cascade with octave convolutions and high-resolution features."""

from avatar_bridge.detect.cascade import Cascade, load_cascade
from avatar_bridge.inference.store import ModelStore

NETS = ("immtcnn_pnet", "immtcnn_rnet", "immtcnn_onet")


def create(min_face: int, models: ModelStore, threads: int = 1) -> Cascade:
    """The detector for faces of at least `min_face` pixels."""
    return load_cascade(NETS, min_face, models, threads)
