"""The stream as the page takes it, from a real publisher."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
import zmq
from builders import make_state

from avatar_bridge.clock import SystemClock
from avatar_bridge.dashboard import feed
from avatar_bridge.dashboard.feed import Feed, News
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.sinks.zmq_pub import ZmqPublisher
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.wire import topics
from avatar_bridge.wire.picture import ImageKind, PreviewPicture
from avatar_bridge.wire.picture_codec import encode_picture

STATUS = StreamStatus(30.0, (), 1, 0, "running", 1)


class Ear:
    """A feed of its own loop, and all that it told."""

    def __init__(self, address: str) -> None:
        self.news: list[News] = []
        self.away = 0
        loop = asyncio.get_running_loop()
        self.feed = Feed(address, SystemClock(), loop, self.news.append, self._silent)
        self.feed.start()

    def _silent(self) -> None:
        self.away += 1

    async def until(self, send: Callable[[], None], seen: Callable[[News], bool]) -> None:
        for _ in range(200):
            send()
            await asyncio.sleep(0.02)
            if any(seen(news) for news in self.news):
                return
        raise AssertionError("it never came")


def test_faces_come_only_while_they_are_wanted() -> None:
    async def scene() -> None:
        publisher = ZmqPublisher(SystemClock(), address="tcp://127.0.0.1:*", stream_id="s")
        ear = Ear(publisher.address)

        def send() -> None:
            publisher.report(STATUS)
            publisher.publish(make_state())

        try:
            await ear.until(send, lambda news: news.status is not None)
            assert not any(news.faces for news in ear.news)
            ear.feed.want(faces=True, pictures=False)
            await ear.until(send, lambda news: bool(news.faces))
            ear.feed.want(faces=False, pictures=False)
            await asyncio.sleep(0.5)
            ear.news.clear()
            for _ in range(10):
                send()
                await asyncio.sleep(0.02)
            assert ear.news
            assert not any(news.faces for news in ear.news)
        finally:
            ear.feed.stop()
            publisher.close()

    asyncio.run(scene())


def test_what_is_no_message_of_ours_is_left_out() -> None:
    async def scene() -> None:
        with zmq.Context() as context, context.socket(zmq.PUB) as socket:
            port = socket.bind_to_random_port("tcp://127.0.0.1")
            ear = Ear(f"tcp://127.0.0.1:{port}")
            ear.feed.want(faces=True, pictures=True)
            points = {7: np.full((POINTS, 2), 3.0, np.float32)}
            sent = PreviewPicture(b"jpeg", 8, 8, 0, ImageKind.CAMERA, points=points)
            picture = encode_picture(sent, stream_id="s", seq=0, published_ns=0)

            def send() -> None:
                for topic in (topics.FACE, topics.META, topics.STATUS, topics.PREVIEW):
                    socket.send(topics.join(topic, b"\xff\xff"))
                socket.send(picture)

            try:
                await ear.until(send, lambda news: bool(news.pictures))
                for news in ear.news:
                    (taken,) = news.pictures.values()
                    assert taken.image == b"jpeg"
                    np.testing.assert_array_equal(taken.points[7], points[7])
                assert not any(news.faces or news.info or news.status for news in ear.news)
            finally:
                ear.feed.stop()

    asyncio.run(scene())


def test_a_bridge_that_falls_silent_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "AWAY_S", 0.2)

    async def scene() -> None:
        publisher = ZmqPublisher(SystemClock(), address="tcp://127.0.0.1:*", stream_id="s")
        ear = Ear(publisher.address)
        try:
            heard = lambda news: news.status is not None  # noqa: E731 - a name reads better
            await ear.until(lambda: publisher.report(STATUS), heard)
            ear.away = 0
            await asyncio.sleep(1.0)
            assert ear.away == 1
            ear.news.clear()
            await ear.until(lambda: publisher.report(STATUS), heard)
        finally:
            ear.feed.stop()
            publisher.close()

    asyncio.run(scene())
