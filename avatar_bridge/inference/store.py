"""Where the exported nets lie, and whether they are what the manifest says."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from avatar_bridge.errors import ModelError
from avatar_bridge.inference.card import ModelCard, load_card

MANIFEST = "manifest.toml"


def packaged_models() -> Path:
    """The folder of nets that came with the package: inside it, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "_models"
    return installed if installed.is_dir() else package.parent / "models"


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """One net on disk."""

    card: ModelCard
    onnx: Path


class ModelStore:
    """The nets in one folder: for each a card `NAME.toml`, a net `NAME.onnx`, and a manifest."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else packaged_models()

    def names(self) -> tuple[str, ...]:
        """Every name in the manifest, sorted."""
        return tuple(sorted(self._manifest()))

    def find(self, name: str) -> InstalledModel:
        """One net, its two files checked against the manifest.

        Raises:
            ModelError: unknown name (lists the choices), missing file, or altered file.
        """
        manifest = self._manifest()
        if name not in manifest:
            choices = ", ".join(sorted(manifest)) or "none installed"
            raise ModelError(f"unknown model {name!r}; expected one of: {choices}")
        onnx, card = self.folder / f"{name}.onnx", self.folder / f"{name}.toml"
        for kind, path in (("onnx", onnx), ("card", card)):
            self._verify(path, manifest[name].get(kind, ""))
        return InstalledModel(load_card(card), onnx)

    def _manifest(self) -> dict[str, dict[str, str]]:
        path = self.folder / MANIFEST
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ModelError(f"expected a manifest at {path}, got: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ModelError(f"{path}: expected TOML, got: {error}") from error

    @staticmethod
    def _verify(path: Path, expected: str) -> None:
        try:
            got = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise ModelError(f"expected a model at {path}, got: {error.strerror}") from error
        if got != expected:
            raise ModelError(
                f"{path}: expected sha256 {expected[:12]}…, got {got[:12]}…: "
                "the file was altered or cut short; install the package again"
            )
