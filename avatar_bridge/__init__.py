"""Face video in, ARKit blendshapes out: a live bridge from a face to an avatar."""

import logging

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())
