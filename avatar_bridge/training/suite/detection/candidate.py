"""What is measured: our detectors by their names, and YuNet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from avatar_bridge.detect import DETECTORS
from avatar_bridge.detect.base import Detector
from avatar_bridge.detect.cascade import load_cascade
from avatar_bridge.detect.immtcnn import NETS
from avatar_bridge.errors import ConfigError, ModelError
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.training.suite.detection import yunet

# Paper 000's ablations: alpha of R-Net's octave convolutions (a50 is the whole, taught as little
# as the others), an octave P-Net, no HR-PCN.
ABLATIONS = (
    "immtcnn_a0",
    "immtcnn_a25",
    "immtcnn_a50",
    "immtcnn_a75",
    "immtcnn_octp",
    "immtcnn_nohr",
)
NAMES = ("haar", "hog_svm", "ssd", "mtcnn", "immtcnn", *ABLATIONS)
_FAMILY = "immtcnn"  # whose nets an ablation has in the place of those it does not change
_FACE = 60  # any size would do to try whether a detector opens


@dataclass(frozen=True, slots=True)
class Candidate:
    """One column.

    Attributes:
        name: its heading.
        open: makes it, for faces of so many pixels or more and with so many threads.
        missing: why it cannot run; empty where it can.
    """

    name: str
    open: Callable[[int, int], Detector]
    missing: str = ""


def find_candidates(names: Sequence[str], store: ModelStore, root: Path) -> list[Candidate]:
    """Ours of these names, all where there are none, and YuNet.

    One whose model is not installed stays, and says so.

    Raises:
        ConfigError: no detector of such a name.
    """
    known = dict.fromkeys((*NAMES, *DETECTORS.names()))
    for name in names:
        if name not in known:
            raise ConfigError(f"unknown detector {name!r}; expected one of: {', '.join(known)}")
    ours = [_tried(Candidate(name, _opener(name, store))) for name in names or NAMES]
    peer = Candidate(yunet.NAME, lambda face, _: yunet.YuNetDetector(root / yunet.FILE, face))
    return [*ours, _tried(peer)]


def _opener(name: str, store: ModelStore) -> Callable[[int, int], Detector]:
    if name not in ABLATIONS:
        return lambda min_face, threads: DETECTORS.create(name, min_face, store, threads)

    def make(min_face: int, threads: int) -> Detector:
        """The family's cascade, with the ablation's own nets where it has some."""
        own = [net.replace(_FAMILY, name, 1) for net in NETS]
        installed = store.names()
        if not set(own) & set(installed):
            raise ModelError(f"expected one of the nets {', '.join(own)}, got none installed")
        pnet, rnet, onet = (
            mine if mine in installed else whole for mine, whole in zip(own, NETS, strict=True)
        )
        return load_cascade((pnet, rnet, onet), min_face, store, threads)

    return make


def _tried(candidate: Candidate) -> Candidate:
    try:
        candidate.open(_FACE, 1)
    except (ConfigError, ModelError) as error:
        return Candidate(candidate.name, candidate.open, str(error))
    return candidate
