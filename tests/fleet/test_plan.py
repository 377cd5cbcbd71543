from pathlib import Path

import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.fleet.plan import MOST_NAME, read_fleet


def written(folder: Path, text: str) -> Path:
    path = folder / "fleet.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_performer_says_goes_over_what_all_share(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [all]
        source = {loop = true, uri = "performer"}
        smoothing = "steady"
        [performers.alice]
        [performers.bob]
        source.uri = "camera:1"
        """,
    )
    alice, bob = read_fleet(path)
    assert (alice.name, bob.name) == ("alice", "bob")
    assert (alice.settings.source.uri, bob.settings.source.uri) == ("performer", "camera:1")
    assert bob.settings.source.loop
    assert bob.settings.smoothing == "steady"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected 1 to"),
        ("performers = 3", "expected 1 to"),
        ("[performers]\nalice = 3", "alice: expected settings, got 3"),
        ("[performer.alice]", "got 'performer'"),
        (f'[performers."{"a" * (MOST_NAME + 1)}"]', "expected names of 1 to"),
        ('[performers."a/b"]', "got 'a/b'"),
        ("[performers.a]\nsmoothing = 3", "a: smoothing"),
        ('[performers.a.wire]\npublish = "tcp://0.0.0.0:1"', "the fleet chooses addresses"),
        ("all = 1\n[performers.a]", "expected settings"),
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_fleet(written(tmp_path, text))
