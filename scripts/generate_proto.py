"""Generate the wire code from `proto/` into `avatar_bridge/wire/v1`.

Generated code runs on the protobuf that made it and on newer ones, never on older ones. So it is
made with the oldest one that `pyproject.toml` allows:

    python -m venv .protoc && .protoc/bin/pip install "grpcio-tools==1.72.2"
    .protoc/bin/python scripts/generate_proto.py
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROTO = ROOT / "proto"
SOURCES = PROTO / "avatar_bridge" / "v1"
OUT = ROOT / "avatar_bridge" / "wire" / "v1"
PROTOC = "libprotoc 30.0"

# protoc names Python modules by the .proto's folder; ours live one package deeper.
_MOVED = (
    ("from avatar_bridge.v1 import", "from avatar_bridge.wire.v1 import"),
    ("'avatar_bridge.v1.", "'avatar_bridge.wire.v1."),
)


def main() -> int:
    """Generate, or say in one line why not."""
    compiler = [sys.executable, "-m", "grpc_tools.protoc"]
    version = subprocess.run([*compiler, "--version"], capture_output=True, text=True, check=False)
    got = (version.stdout or version.stderr).strip().rpartition("\n")[2]
    if got != PROTOC:
        sys.stderr.write(f"expected {PROTOC} (see this script's first lines), got {got}\n")
        return 2
    sources = sorted(SOURCES.glob("*.proto"))
    names = [str(path.relative_to(PROTO)) for path in sources]
    with tempfile.TemporaryDirectory() as folder:
        where = [f"-I{PROTO}", f"--python_out={folder}", f"--pyi_out={folder}"]
        subprocess.run([*compiler, *where, *names], check=True)
        for path in sorted((Path(folder) / "avatar_bridge" / "v1").iterdir()):
            text = path.read_text(encoding="utf-8")
            for old, new in _MOVED:
                text = text.replace(old, new)
            (OUT / path.name).write_text(text, encoding="utf-8", newline="\n")
    (OUT / "sources.py").write_text(_digests(sources), encoding="utf-8", newline="\n")
    return 0


def _digests(sources: list[Path]) -> str:
    lines = [
        '"""SHA-256 of each .proto that this package was generated from."""\n\n',
        "SOURCES: dict[str, str] = {\n",
        *(f'    "{path.name}": "{digest(path)}",\n' for path in sources),
        "}\n",
    ]
    return "".join(lines)


def digest(path: Path) -> str:
    """SHA-256 of a text file, the same whatever its line ends."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
