"""What action units say of emotions, by experts.

EMFACS: Ekman, Friesen and Hager, *Facial Action Coding System: Investigator's Guide* (2002),
table of prototypes; paper 000 uses them as priors.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from avatar_bridge.facs.action_units import nodes_of
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS

_PROTOTYPES: dict[str, tuple[str, ...]] = {
    "anger": ("AU4", "AU5", "AU7", "AU23", "AU24"),
    "disgust": ("AU9", "AU10", "AU15", "AU16", "AU17"),
    "fear": ("AU1", "AU2", "AU4", "AU5", "AU7", "AU20", "AU26"),
    "happiness": ("AU6", "AU12"),
    "sadness": ("AU1", "AU4", "AU15", "AU17"),
    "surprise": ("AU1", "AU2", "AU5", "AU26"),
}
_FOR, _AGAINST = 3.0, -0.5  # logits of a whole prototype, and of any one unit for neutral


def emotion_priors(nodes: Sequence[str]) -> Tensor:
    """(7, K) logits that one unit of each node adds to each emotion."""
    priors = torch.zeros(len(EMOTIONS), len(nodes))
    for emotion, codes in _PROTOTYPES.items():
        for code in codes:
            own = [node for node in nodes_of(code) if node in nodes]
            for node in own:
                share = _FOR / len(codes) / len(own)
                priors[EMOTION_INDEX[emotion], nodes.index(node)] = share
    moving = priors.sum(dim=0) > 0
    priors[EMOTION_INDEX["neutral"], moving] = _AGAINST
    return priors
