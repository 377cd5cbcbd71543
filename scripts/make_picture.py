"""Draws docs/demo.jpg: the performer as the packaged net sees it.

python scripts/make_picture.py
"""

from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.build import PipelineFactory
from avatar_bridge.capture.address import open_source
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig
from avatar_bridge.export.overlay import draw_face, draw_panel
from avatar_bridge.telemetry import Telemetry

OUT = Path(__file__).parents[1] / "docs" / "demo.jpg"
MOMENTS = (0.8, 3.6, 9.0)  # seconds: a smile, a surprise, a wink
HEIGHT = 420


def main() -> None:
    """Track the performance and keep a few moments of it."""
    config = Config(source=SourceConfig(realtime=False))
    clock = SystemClock()
    pipeline = PipelineFactory(config).make(Telemetry(clock))
    source = open_source(config.source, clock)
    wanted = {round(second * source.fps) for second in MOMENTS}
    strip = []
    while (frame := source.read()) is not None:
        state = pipeline.process(frame)[0]
        if frame.index in wanted:
            drawn = draw_face(frame.image, state)
            across = drawn.shape[1] // 6  # the face is in the middle
            drawn = drawn[:, across:-across]
            scale = HEIGHT / drawn.shape[0]
            strip.append(cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
            if len(strip) == 2:
                strip.append(draw_panel(state, HEIGHT))
    source.close()
    OUT.parent.mkdir(exist_ok=True)
    picture = np.hstack([strip[0], strip[3], strip[1], strip[2]])
    cv2.imwrite(str(OUT), picture, [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
