"""`--smoothing` on the command line."""

from pathlib import Path

import pytest

from avatar_bridge.cli import main as cli


@pytest.mark.parametrize("name", ["one_euro", "butter", "missing.toml"])
def test_what_is_no_smoothing_is_one_line_and_exit_2(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    argv = ["avatar-bridge", "track", "performer", "-o", str(tmp_path / "o.csv")]
    monkeypatch.setattr("sys.argv", [*argv, "--smoothing", name])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capfd.readouterr().err.strip()
    assert "\n" not in said
    assert name in said
