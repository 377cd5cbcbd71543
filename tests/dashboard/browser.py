"""A browser without a window, whose camera shows a file."""

import os
import shutil
from pathlib import Path

import cv2
import numpy as np
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), "")
DRIVER = shutil.which("chromedriver") or ""
_LONGEST_S = 30  # that one command may take
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--window-size=1280,720",
)


def open_browser(folder: Path, camera: Path) -> webdriver.Chrome:
    """Start one.

    Args:
        folder: for what it keeps.
        camera: what its camera shows, as `write_camera` made it.
    """
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    own = (f"--user-data-dir={folder}", f"--use-file-for-fake-video-capture={camera}")
    for flag in (*_FLAGS, *own):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(DRIVER, log_output=os.devnull))
    browser.command_executor.client_config.timeout = _LONGEST_S
    return browser


def write_camera(path: Path, picture: np.ndarray) -> Path:
    """A film of one picture, as Chromium plays it: JPEG files in a row."""
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    path.write_bytes(encoded * 2)
    return path
