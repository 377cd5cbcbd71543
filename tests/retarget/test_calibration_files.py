import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.retarget import calibration_files
from avatar_bridge.retarget.calibration import Calibration
from avatar_bridge.retarget.calibration_files import KEPT, CalibrationFiles, check_name

GOOD = 'version = 1\nnet = "net"\n[rest]\nAU12L = 0.1\n'


def made(name: str = "anna", smile: float = 0.1) -> Calibration:
    rest = dict.fromkeys(ACTION_UNIT_NAMES, 0.0) | {"AU12L": smile}
    return Calibration(net="net", rest=rest, most={"AU12L": 0.75}, gaze_left=(0.1, 0.0), name=name)


@pytest.fixture
def files(tmp_path: Path) -> CalibrationFiles:
    return CalibrationFiles(tmp_path / "calibrations")


@pytest.mark.parametrize("name", ["anna", "José 2", "面", "a-b_c"])
def test_what_is_saved_is_read_again(files: CalibrationFiles, name: str) -> None:
    calibration = made(name)
    assert files.save(calibration).is_file()
    assert files.names() == (name,)
    assert files.load(name, "net") == calibration


def test_where_nothing_was_saved_nothing_is_listed(files: CalibrationFiles) -> None:
    assert files.names() == ()
    with pytest.raises(ConfigError, match=r"unknown calibration 'anna'; saved in .*: none yet"):
        files.load("anna")
    with pytest.raises(ConfigError, match="unknown calibration"):
        files.delete("anna")


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "/etc/passwd", "a/b", "a\\b", "a.b", ".a", "a\0b", "a\n", " a", "a ",
     "CON", "nul", "com1", "unsaved", "-rf", "~", "x" * 65, "C:x", "\U00020000" * 51],
)  # fmt: skip
def test_a_hostile_name_reaches_no_file(files: CalibrationFiles, name: str) -> None:
    for act in (files.path, files.load, files.delete, files.undo):
        with pytest.raises(ConfigError, match="calibration's name"):
            act(name)
    with pytest.raises(ConfigError, match="calibration's name"):
        files.save(made(name))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_no_name_leads_out_of_the_folder(text: str) -> None:
    try:
        name = check_name(text)
    except ConfigError:
        return
    assert Path("there", f"{name}.toml").parent == Path("there")
    assert len(f"{name}.toml.1".encode()) < 255 + 64
    assert not set(name) & set('/\\:*?"<>|.\0')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = ", "expected TOML"),
        ("version = 2\n" + GOOD.partition("\n")[2], "version: .*1"),
        ('net = "x"\n', "rest: Field required"),
        (GOOD + "AU99 = 0.1\n", "rest: expected the name of an action unit, got 'AU99'"),
        (GOOD + "AU45L = nan\n", "rest.AU45L"),
        (GOOD + "AU45L = inf\n", "rest.AU45L"),
        (GOOD + "AU45L = 1.5\n", "rest.AU45L"),
        (GOOD + "AU45L = 'x'\n", "rest.AU45L"),
        ("orientation = [0, 0, 0, 0]\n" + GOOD, "quaternion of length 1, got 0.000"),
        ("orientation = [nan, 0, 0, 1]\n" + GOOD, "orientation"),
        ("gaze_left = [9, 0]\n" + GOOD, "gaze_left"),
        ('name = "other"\n' + GOOD, "no field name"),
        ("extra = 1\n" + GOOD, "extra"),
        ("a = " + "[" * 5000, "expected TOML"),
        ("#" * 70_000, "at most 65536 bytes"),
    ],
)
def test_a_file_that_is_none_is_one_line(files, text: str, said: str) -> None:
    files.folder.mkdir(parents=True)
    (files.folder / "anna.toml").write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        files.load("anna")
    assert "\n" not in " ".join(str(caught.value).splitlines()[:1])
    assert "anna.toml" in str(caught.value)


def test_bytes_that_are_no_text_are_one_line(files: CalibrationFiles) -> None:
    files.folder.mkdir(parents=True)
    (files.folder / "anna.toml").write_bytes(b"\xff\xfe\0")
    with pytest.raises(ConfigError, match="expected TOML"):
        files.load("anna")


def test_one_of_another_net_is_refused(files: CalibrationFiles) -> None:
    files.save(made())
    with pytest.raises(ConfigError, match="face net big, got one made with net: calibrate anew"):
        files.load("anna", "big")


def test_what_was_replaced_comes_back_some_levels_deep(files: CalibrationFiles) -> None:
    smiles = [round(0.01 * number, 2) for number in range(KEPT + 2)]
    for smile in smiles:
        files.save(made(smile=smile))
    for smile in smiles[-2:0:-1]:
        assert files.undo("anna")
        assert files.load("anna").rest["AU12L"] == smile
    assert not files.undo("anna")
    assert files.load("anna").rest["AU12L"] == smiles[1]
    files.save(made(smile=0.6))
    files.delete("anna")
    assert os.listdir(files.folder) == []


def test_a_write_that_is_killed_leaves_the_old_one(files, monkeypatch) -> None:
    files.save(made(smile=0.1))

    def killed(path: Path, text: str) -> None:
        if path.suffix == ".toml":
            raise OSError(28, "No space left on device")
        path.write_text(text)

    monkeypatch.setattr(calibration_files, "write_whole", killed)
    with pytest.raises(ConfigError, match=r"expected to write .*anna\.toml, got: No space left"):
        files.save(made(smile=0.2))
    assert files.load("anna").rest["AU12L"] == 0.1
    assert files.names() == ("anna",)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="expected to write"):
        CalibrationFiles(tmp_path / "file" / "in").save(made())


def test_a_user_without_a_home_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(cls: type[Path]) -> Path:
        raise RuntimeError("Could not determine home directory.")

    for variable in ("AVATAR_BRIDGE_CONFIG", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(Path, "home", classmethod(homeless))
    with pytest.raises(ConfigError, match=r"home directory\.: set HOME or AVATAR_BRIDGE_CONFIG"):
        CalibrationFiles().names()
