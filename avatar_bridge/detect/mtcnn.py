"""MTCNN as published: the cascade that paper 000 improves on, and that paper 001 uses."""

from avatar_bridge.detect.cascade import Cascade, load_cascade
from avatar_bridge.inference.store import ModelStore

NETS = ("mtcnn_pnet", "mtcnn_rnet", "mtcnn_onet")


def create(min_face: int, models: ModelStore, threads: int = 1) -> Cascade:
    """The detector for faces of at least `min_face` pixels."""
    return load_cascade(NETS, min_face, models, threads)
