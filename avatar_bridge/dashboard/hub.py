"""What the page knows of its bridge, and the way from the stream to the browsers."""

import asyncio
import os
from pathlib import Path

from avatar_bridge.clock import Clock
from avatar_bridge.dashboard import messages
from avatar_bridge.dashboard.avatars import BUILT_IN, Avatar
from avatar_bridge.dashboard.feed import Feed, News
from avatar_bridge.dashboard.settings import Server
from avatar_bridge.dashboard.viewers import Viewer, Viewers
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire import topics

_FACE_GAP_S = 1 / 61  # between two faces of the same number: 60 a second is all that screens show
_KINDS = {topics.CAMERA: messages.CAMERA}


class Hub:
    """Stands between one bridge and all browsers; used by the loop's thread.

    Args:
        bridge: whose stream it is.
        clock: the machine's.
    """

    def __init__(self, bridge: Server, clock: Clock) -> None:
        self._bridge = bridge
        self.info: StreamInfo | None = None
        self.status: StreamStatus | None = None
        self.avatar = BUILT_IN
        self._clock = clock
        self._viewers = Viewers()
        self._feed: Feed | None = None
        self._sent: dict[int, float] = {}
        self.show(BUILT_IN)

    def start(self) -> None:
        """Begin to follow the bridge; from within the running loop."""
        self._feed = Feed(
            self._bridge.publish,
            self._clock,
            asyncio.get_running_loop(),
            self._take,
            self._away,
            self._bridge.keys,
        )
        self._feed.start()

    def stop(self) -> None:
        """End it."""
        if self._feed:
            self._feed.stop()

    @property
    def full(self) -> bool:
        """Whether there is no place for another browser."""
        return self._viewers.full

    def show(self, avatar: Avatar) -> None:
        """Change the head that every page shows."""
        self.avatar = avatar
        said = messages.avatar_message(avatar.url, avatar.name, avatar.report)
        self._viewers.tell(("avatar", 0), said, keep=True)

    async def welcome(self, viewer: Viewer) -> None:
        """Serve a browser for as long as it stays."""
        serving = asyncio.create_task(self._viewers.welcome(viewer))
        await asyncio.sleep(0)  # it is among the viewers now
        self._subscribe()
        try:
            await serving
        finally:
            self._subscribe()

    def _subscribe(self) -> None:
        if self._feed:
            self._feed.want(faces=len(self._viewers) > 0, pictures=self._viewers.pictures)

    def _take(self, news: News) -> None:
        if news.info:
            self.info = news.info
            self._viewers.tell(("meta", 0), messages.meta_message(news.info), keep=True)
        if news.status:
            self.status = news.status.status
            said = messages.status_message(self.status, resident_bytes())
            self._viewers.forget(("away", 0))
            self._viewers.tell(("status", 0), said, keep=True)
        if not len(self._viewers):
            return
        now = self._clock.now_ns() / 1e9
        for number, face in news.faces.items():
            if now - self._sent.get(number, 0.0) >= _FACE_GAP_S:
                self._sent[number] = now
                self._viewers.tell(("face", number), messages.face_message(face))
        for topic, picture in news.pictures.items():
            kind = _KINDS.get(topic, messages.PREVIEW)
            self._viewers.tell(("picture", kind[0]), kind + picture.image)
            if topic == topics.CAMERA:
                self._viewers.tell(("points", 0), messages.points_message(picture.points))

    def _away(self) -> None:
        self.status = None
        self._sent.clear()
        self._viewers.forget(("status", 0))
        self._viewers.tell(("away", 0), messages.away_message(), keep=True)


def resident_bytes() -> int | None:
    """Memory that the process which started this one holds, where the system tells."""
    try:
        pages = Path(f"/proc/{os.getppid()}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return None
