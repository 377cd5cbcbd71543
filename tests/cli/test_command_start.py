"""How much has to be loaded before a server's first frame."""

import subprocess
import sys

from avatar_bridge.cli.main import COMMANDS, _asked_for

# What a default run brings in, registries included.
PARTS = (
    "avatar_bridge.cli.run",
    "avatar_bridge.analyze.face",
    "avatar_bridge.capture.performer",
    "avatar_bridge.capture.camera",
    "avatar_bridge.detect.mtcnn",
    "avatar_bridge.track.landmarks",
    "avatar_bridge.sinks.zmq_pub",
)


def test_a_default_run_loads_no_scipy_and_no_other_command() -> None:
    script = (
        f"import sys, avatar_bridge.cli.main, {', '.join(PARTS)}\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "assert not loaded & {'scipy', 'matplotlib'}, loaded\n"
        "assert 'avatar_bridge.cli.bench' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_only_the_command_that_is_asked_for_is_loaded() -> None:
    assert _asked_for(["-v", "run", "--source", "bench"]) == ["run"]
    for unclear in ([], ["--help"], ["runn"], ["-v"]):
        assert list(_asked_for(unclear)) == list(COMMANDS)
