"""Keys of a terminal."""

import os
import queue
import sys

import pytest

from avatar_bridge.cli.keys import keys

pty = pytest.importorskip("pty", reason="needs a terminal of its own")
termios = pytest.importorskip("termios")


def test_keys_are_given_one_by_one_and_the_terminal_is_put_back(monkeypatch):
    ours, theirs = pty.openpty()
    pressed: queue.SimpleQueue[str] = queue.SimpleQueue()
    with os.fdopen(theirs, closefd=True) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        before = termios.tcgetattr(theirs)
        with keys(pressed.put):
            os.write(ours, b"rx")
            assert [pressed.get(timeout=5) for _ in range(2)] == ["r", "x"]
        assert termios.tcgetattr(theirs) == before
    os.close(ours)


def test_nothing_is_read_where_nobody_sits(monkeypatch, tmp_path):
    (tmp_path / "input").write_text("r")
    with (tmp_path / "input").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        with keys(lambda key: pytest.fail(f"got {key}")):
            pass
        assert file.read() == "r"
