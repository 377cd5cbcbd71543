"""The seven basic emotions and their place on the valence and arousal plane.

**Convention:** the order is FER-2013's, so that its label numbers are indices; it is the wire's.
Valence runs from unpleasant (-1) to pleasant (1), arousal from calm (-1) to excited (1).
"""

EMOTIONS: tuple[str, ...] = (
    "anger",
    "disgust",
    "fear",
    "happiness",
    "sadness",
    "surprise",
    "neutral",
)
EMOTION_INDEX: dict[str, int] = {name: index for index, name in enumerate(EMOTIONS)}

# What a net may tell apart: contempt too, which the wire does not carry.
CONTEMPT = "contempt"
LABELS: tuple[str, ...] = (*EMOTIONS, CONTEMPT)

# (valence, arousal) per emotion: positions on the circumplex of affect (Russell, 1980), rounded.
CIRCUMPLEX: dict[str, tuple[float, float]] = {
    "anger": (-0.6, 0.7),
    "disgust": (-0.7, 0.3),
    "fear": (-0.6, 0.8),
    "happiness": (0.8, 0.4),
    "sadness": (-0.7, -0.4),
    "surprise": (0.2, 0.8),
    "neutral": (0.0, 0.0),
}
