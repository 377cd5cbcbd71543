"""The fifteen mouth shapes of speech that game avatars carry.

Meta, *Viseme Reference*, https://developers.meta.com/horizon/documentation/unity/audio-ovrlipsync-viseme-reference.
Avatars write them with a prefix: `viseme_aa`.
"""

PREFIX = "viseme_"
VISEMES: tuple[str, ...] = (
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U",
)  # fmt: skip
VISEME_TARGETS: tuple[str, ...] = tuple(PREFIX + name for name in VISEMES)
