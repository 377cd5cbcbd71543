"""What the live page costs the stream: the performer live, alone and with the page looked at.

    python benchmarks/page.py [--fps 30] [--seconds 15] [--rounds 2] [--no-browser] [--json]

In turns: `alone`, `served` (the page's process, nobody looks), `read` (a program takes all that a
browser takes) and `browser` (Chromium without a window, which draws in software: on a machine
without a graphics card it takes most of a core for itself).
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from reel import Reel, performer
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig, WireConfig
from avatar_bridge.dashboard.process import PageProcess
from avatar_bridge.types import Image

STAGE = "capture to publish"
WAYS = ("alone", "served", "read", "browser")
_START_S = 12.0  # the page's process loads, and a browser
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,720",
)


def read(url: str, stack: ExitStack) -> None:
    """Take all that a browser takes, in a process of its own."""
    program = f"import page; page.swallow({url!r})"
    reader = subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parent)
    stack.callback(reader.kill)


def swallow(url: str) -> None:
    """Take messages until the page is gone."""
    with (
        suppress(WebSocketException, OSError),
        connect(url.replace("http", "ws") + "live", max_size=None) as line,
    ):
        while True:
            line.recv()


def browse(url: str, stack: ExitStack) -> Any:
    """A browser that shows the page."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
    for flag in (*_FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    stack.callback(browser.quit)
    browser.get(url)
    return browser


def run(way: str, images: list[Image], fps: float, seconds: float) -> dict[str, float]:
    """Milliseconds and rates of one run."""
    clock = SystemClock()
    # With the page the pictures go out, too; without it nobody takes them, which costs nothing.
    wire = WireConfig(publish="tcp://127.0.0.1:15570", control="", share_camera=True)
    parts = build(Config(source=SourceConfig(uri="performer", loop=True), wire=wire), clock)
    parts.source.close()
    bridge = Bridge(replace(parts, source=Reel(images, fps, clock)))
    drawn: list[float] = []
    with ExitStack() as stack:
        running = threading.Thread(target=bridge.run)
        running.start()
        stack.callback(running.join)
        stack.callback(bridge.stop)
        browser = None
        if way != "alone":
            page = stack.enter_context(PageProcess("127.0.0.1:0"))
            page.show(wire.publish, "")
            time.sleep(_START_S / 2)
            if way == "read":
                read(page.url, stack)
            if way == "browser":
                browser = browse(page.url, stack)
        time.sleep(_START_S / 2)
        ends = time.monotonic() + seconds  # longer than what telemetry looks back on
        while time.monotonic() < ends:
            time.sleep(1.0)
            if browser is not None:
                drawn.append(float(browser.execute_script("return window.__ab.fps")))
        status = bridge.telemetry.snapshot("measured")
    stage = next(each for each in status.stages if each.name == STAGE)
    result = {"p50": stage.p50_ms, "p95": stage.p95_ms, "fps": status.fps}
    return result | ({"drawn": statistics.median(drawn)} if drawn else {})


def measure(fps: float, seconds: float, rounds: int, ways: tuple[str, ...]) -> dict[str, Any]:
    """Runs in turns; medians over the rounds."""
    images = performer()
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            runs[way].append(run(way, images, fps, seconds))
    return {
        way: {name: statistics.median(one[name] for one in each) for name in each[0]}
        for way, each in runs.items()
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What the live page costs the stream.")
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--seconds", type=float, default=22.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    ways = WAYS[:-1] if options.no_browser else WAYS
    result = measure(options.fps, options.seconds, options.rounds, ways)
    if options.json:
        print(json.dumps(result))
        return
    for way, said in result.items():
        more = f"   draws {said['drawn']:.0f} a second" if "drawn" in said else ""
        print(
            f"{way:8} p50 {said['p50']:6.2f} ms   p95 {said['p95']:6.2f} ms   "
            f"{said['fps']:.1f} fps{more}"
        )


if __name__ == "__main__":
    main()
