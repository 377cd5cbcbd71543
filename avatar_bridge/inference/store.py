"""Where the exported models lie, and whether they are what the manifest says."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from avatar_bridge.errors import ModelError
from avatar_bridge.inference.card import ModelCard, load_card

MANIFEST = "manifest.toml"
KINDS = ("onnx", "npy")  # of a model's file: a net, or the numbers of what is no net


def packaged_models() -> Path:
    """The folder of nets that came with the package: inside it, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "_models"
    return installed if installed.is_dir() else package.parent / "models"


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """One model on disk.

    Attributes:
        file: an `.onnx` net, or the numbers of a simpler model as `.npy`.
    """

    card: ModelCard
    file: Path


class ModelStore:
    """The models in one folder: for each a card `NAME.toml`, its file, and one manifest.

    The manifest's entry of a model names the kind of its file, `onnx` or `npy`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else packaged_models()

    def names(self) -> tuple[str, ...]:
        """Every name in the manifest, sorted."""
        return tuple(sorted(self._manifest()))

    def find(self, name: str) -> InstalledModel:
        """One model, its two files checked against the manifest.

        Raises:
            ModelError: unknown name (lists the choices), missing file, or altered file.
        """
        manifest = self._manifest()
        if name not in manifest:
            choices = ", ".join(sorted(manifest)) or "none installed"
            raise ModelError(f"unknown model {name!r}; expected one of: {choices}")
        sums = manifest[name]
        kind = next((kind for kind in KINDS if kind in sums), KINDS[0])
        file, card = self.folder / f"{name}.{kind}", self.folder / f"{name}.toml"
        self._verify(file, sums.get(kind, ""))
        self._verify(card, sums.get("card", ""))
        return InstalledModel(load_card(card), file)

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
