from pathlib import Path
from typing import get_args

import pytest

from avatar_bridge.cli.options import analysis, assemble, parse_sink
from avatar_bridge.config import TIER_NETS, Config, Tier, parse_config, parse_toml, read_toml
from avatar_bridge.errors import ConfigError


def test_nothing_said_is_a_working_configuration() -> None:
    config = parse_config({}, "nothing")
    assert config == Config()
    assert config.wire.publish.startswith("tcp://127.0.0.1:")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nonsense": 1}, "f.toml: nonsense: Extra inputs are not permitted, got 1"),
        ({"track": {"max_faces": 9}}, "f.toml: track.max_faces: .* less than or equal to 4, got 9"),
        ({"track": {"min_face": 10**10}}, "f.toml: track.min_face: .* or equal to 10000, got 10"),
        ({"source": {"fps": "fast"}}, "f.toml: source.fps: .* valid number.*, got 'fast'"),
        ({"analyze": {"emotion_every": 0}}, "f.toml: analyze.emotion_every: .*equal to 1, got 0"),
        ({"analyze": {"tier": "slow"}}, "analyze.tier: .* 'fast' or 'quality', got 'slow'"),
        ({"source": 3}, "f.toml: source: .*, got 3"),
    ],
)
def test_a_bad_setting_is_named_with_what_was_got(values: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config(values, "f.toml")


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b"[x\n"])
def test_a_broken_file_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="expected TOML, got") as caught:
        read_toml(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml, got: No such file"):
        read_toml(tmp_path / "gone.toml")


def test_options_lie_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text('profile = "x"\n[track]\nmax_faces = 2\ntracker = "kcf"\n')
    config = assemble(path, {"track.max_faces": 3, "profile": None, "source.loop": True})
    assert (config.track.max_faces, config.track.tracker) == (3, "kcf")
    assert (config.profile, config.source.loop) == ("x", True)


def test_the_tier_chooses_the_face_net_unless_one_is_named() -> None:
    assert set(get_args(Tier)) == set(TIER_NETS)
    for tier, net in TIER_NETS.items():
        assert parse_config({"analyze": {"tier": tier}}, "f").analyze.face_net_name == net
    named = parse_config({"analyze": {"tier": "quality", "face_net": "mine"}}, "f")
    assert named.analyze.face_net_name == "mine"


@pytest.mark.parametrize(
    ("tier", "face_net", "expected"),
    [
        (None, None, "mine"),
        ("quality", None, TIER_NETS["quality"]),
        ("quality", "other", "other"),
        (None, "other", "other"),
    ],
)
def test_the_command_lines_choice_of_net_goes_over_the_files(
    tmp_path: Path, tier: str | None, face_net: str | None, expected: str
) -> None:
    path = tmp_path / "my.toml"
    path.write_text('[analyze]\nface_net = "mine"\n')
    config = assemble(path, analysis(tier, face_net, None, None))
    assert config.analyze.face_net_name == expected


def test_sinks_as_people_write_them() -> None:
    assert parse_sink("memory") == {"name": "memory", "options": {}}
    assert parse_sink("vmc:host=a,port=1") == {"name": "vmc", "options": {"host": "a", "port": "1"}}
    with pytest.raises(ConfigError, match="expected KEY=VALUE, got 'port'"):
        parse_sink("vmc:port")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a." * 50_000 + "b = 1", "a key of 32 parts or more"),  # else: all memory, for minutes
        ("[" + "a . " * 50_000 + "b]", "a key of 32 parts or more"),
        ("a = " + "[" * 50_000 + "]" * 50_000, "recursion"),
        ("a = " + "9" * 5_000, "4300 digits"),
        ("a = '" + "x" * 1_100_000 + "'", "more than 1048576 characters"),
        ("x" * 1_000_000, "expected TOML"),  # and the search for deep keys takes no time
    ],
    ids=["deep key", "deep table", "deep array", "long number", "long text", "long word"],
)
def test_a_hostile_file_is_one_line_at_once(tmp_path, text, said):
    path = tmp_path / "hostile.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        read_toml(path)
    assert len(str(caught.value)) < 500


def test_a_key_may_have_parts_and_a_text_many_dots():
    values = parse_toml('a.b.c = "1.2.3"\n[x."y.z"]\nw = "' + ". " * 100 + '"\n')
    assert values["a"] == {"b": {"c": "1.2.3"}}
    assert values["x"]["y.z"]["w"] == ". " * 100
