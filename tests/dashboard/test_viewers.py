"""Browsers that look on, quick and slow."""

import asyncio
from typing import Any

from avatar_bridge.dashboard.viewers import Viewer, Viewers


class Browser:
    """A WebSocket whose other end takes what it gets when it is told to."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.takes = asyncio.Semaphore(0)
        self.left = asyncio.Event()

    async def send_text(self, text: str) -> None:
        await self.takes.acquire()
        self.got.append(text)

    async def send_bytes(self, data: bytes) -> None:
        await self.send_text(data)  # type: ignore[arg-type]

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "websocket.disconnect"}

    async def take(self, count: int) -> None:
        for _ in range(count):
            self.takes.release()
        for _ in range(10):
            await asyncio.sleep(0)


def test_a_slow_browser_gets_the_newest_of_each_and_holds_up_nobody() -> None:
    async def scene() -> None:
        viewers, slow, quick = Viewers(), Browser(), Browser()
        viewers.tell(("meta", 0), "meta", keep=True)
        tasks = [
            asyncio.create_task(viewers.welcome(Viewer(browser, pictures=browser is quick)))  # type: ignore[arg-type]
            for browser in (slow, quick)
        ]
        await quick.take(100)
        for number in range(20):
            viewers.tell(("face", 1), f"one {number}")
            viewers.tell(("face", 2), f"two {number}")
            viewers.tell(("picture", 1), b"picture")
            await quick.take(0)
        assert quick.got[0] == "meta"
        assert len(quick.got) == 61
        await slow.take(10)
        # The first was on its way already; of the rest only the newest, and no pictures.
        assert slow.got == ["meta", "one 19", "two 19"]
        slow.left.set()
        await asyncio.wait_for(tasks[0], 1)
        assert len(viewers) == 1
        assert viewers.pictures
        quick.left.set()
        await asyncio.wait_for(tasks[1], 1)
        assert not viewers.pictures

    asyncio.run(scene())
