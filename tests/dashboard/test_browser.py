"""The page in a real browser, from the built-in performer to the avatar's mouth, by clicks."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from patience import wait
from scene_glb import make_avatar

from avatar_bridge.capture.performer import assets, load_truth
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES

pytest.importorskip("selenium")
from browser import CHROMIUM, DRIVER, open_browser, write_camera
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs Chromium and chromedriver, got none on the path"
)
MOUTH = [name for name in BLENDSHAPES if name.startswith(("jaw", "mouth"))]
JAW = BLENDSHAPE_INDEX["jawOpen"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    """Address of the page of a bridge that tracks the performer."""
    environment = os.environ | {"HOME": str(home), "AVATAR_BRIDGE_CONFIG": str(home / "settings")}
    command = ("run", "--source", "performer", "--loop", "--quiet", "--page", "127.0.0.1:0")
    ports = ("--pub", f"ipc://{home}/pub", "--control", f"ipc://{home}/control")
    log = home / "log.txt"
    with log.open("w") as written:  # no pipe, which would hold up the page once it is full
        process = subprocess.Popen(
            [sys.executable, "-m", "avatar_bridge", *command, *ports],
            stderr=written,
            env=environment,
            cwd=home,
        )
    found = wait(
        lambda: re.search(r"^page: (.+)$", log.read_text(), re.M) or process.poll(), "page"
    )
    assert isinstance(found, re.Match), log.read_text()
    yield found[1]
    process.terminate()
    assert process.wait(20) == 0
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def page(url: str, home: Path) -> Iterator[Chrome]:
    truth = load_truth()
    widest = int(np.argmax(truth.weights[:, JAW]))
    opened = open_browser(home / "browser", write_camera(home / "face.mjpeg", frame_of(widest)))
    try:
        opened.get(url)
        yield opened
    finally:
        opened.quit()


def frame_of(index: int) -> np.ndarray:
    """A picture of the performer."""
    film = cv2.VideoCapture(str(assets().joinpath("performer.mp4")))
    film.set(cv2.CAP_PROP_POS_FRAMES, index)
    picture = film.read()[1]
    film.release()
    return picture


def ask(page: Chrome, script: str) -> Any:
    return page.execute_script(f"const ab = window.__ab; return {script}")


def press(page: Chrome, text: str) -> None:
    """Click the first button in sight with this text."""
    path = f'//button[contains(., "{text}")]'

    def in_sight() -> list[WebElement]:
        return [found for found in page.find_elements(By.XPATH, path) if found.is_displayed()]

    wait(in_sight, text)[0].click()


def mouth(page: Chrome, shapes: Sequence[str], count: int = 40) -> np.ndarray:
    """(count, 2, shapes): what was read of the face, and how far the avatar shows it."""
    pairs = page.execute_async_script(
        "const [names, done] = arguments, seen = [];"
        "const timer = setInterval(() => {"
        "  const weights = __ab.weights;"
        "  seen.push([names.map((n) => weights[n]), names.map((n) => __ab.morph(n))]);"
        f"  if (seen.length === {count}) {{ clearInterval(timer); done(seen); }}"
        "}, 100);",
        shapes,
    )
    return np.array(pairs)


def test_the_avatars_mouth_moves_with_the_performers(page: Chrome) -> None:
    wait(lambda: ask(page, "ab && ab.connected && ab.avatar && ab.drawn > 2"), "an avatar")
    seen = mouth(page, MOUTH)
    most = np.argmax(np.ptp(seen[:, 0], axis=0))  # the shape that moved most in these seconds
    read, shown = seen[:, 0, most], seen[:, 1, most]
    assert np.ptp(read) > 0.1
    assert np.ptp(shown) > 0.1
    # What is drawn follows what was read: by a frame or two, and by more on a busy machine.
    later = [np.corrcoef(read[: len(read) - by], shown[by:])[0, 1] for by in range(6)]
    assert max(later) > 0.7


def test_header_and_pictures_tell_of_the_stream(page: Chrome) -> None:
    assert page.find_element(By.ID, "ab-source").text == "performer"
    wait(lambda: page.find_element(By.ID, "ab-fps").text.isdigit(), "a rate")
    assert ask(page, "ab.faceCount") == 1
    wait(lambda: ask(page, "!!ab.live.get('camera')"), "a picture of the camera")


def test_an_avatar_that_is_dropped_in_is_driven(page: Chrome, tmp_path: Path) -> None:
    path = make_avatar(tmp_path / "Ada.glb", ["MouthSmile_L"])
    page.find_element(By.CSS_SELECTOR, "#ab-stage input[type=file]").send_keys(str(path))
    wait(lambda: "Ada" in (ask(page, "ab.avatar") or ""), "the avatar that was dropped")
    wait(lambda: ask(page, "ab.morph('mouthSmileLeft') > 0.05"), "a smile")
    report = ask(page, "ab.live.get('avatar').report")
    assert report["matched"] == ["mouthSmileLeft"]


def test_a_click_records_and_another_one_ends_it(page: Chrome, home: Path) -> None:
    press(page, "Record")
    press(page, "Stop")
    take = wait(lambda: list(home.glob("avatar-bridge/takes/*.mcap")), "a take")
    said = page.find_element(By.TAG_NAME, "body")
    wait(lambda: take[0].name in said.text, "the name of the file")


def test_the_browsers_camera_drives_the_bridge(page: Chrome) -> None:
    press(page, "use this browser's camera")
    wait(lambda: "pictures sent to" in page.find_element(By.ID, "ab-source").text, "the source")
    wait(lambda: ask(page, "ab.face.tracked && ab.weights.jawOpen > 0.25"), "an open mouth")


def test_calibration_is_a_click_away(page: Chrome) -> None:
    press(page, "Calibrate")
    press(page, "Rest only")
    wait(lambda: ask(page, "ab.live.get('meta').calibration"), "a calibration")
    wait(lambda: page.find_elements(By.CSS_SELECTOR, ".ab-done"), "the mark of the step")
    straight = "ab.face.head.euler_deg.every((angle) => Math.abs(angle) < 1.5)"
    wait(lambda: ask(page, straight), "a head that counts as straight")


def test_nothing_went_wrong_and_nothing_came_from_elsewhere(page: Chrome, url: str) -> None:
    assert [line for line in page.get_log("browser") if line["level"] == "SEVERE"] == []
    loaded = page.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert loaded
    assert [name for name in loaded if not name.startswith((url, "data:", "blob:"))] == []
