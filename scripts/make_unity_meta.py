"""Write the `.meta` files of the Unity package, which Unity would otherwise make anew everywhere.

A GUID comes from the path inside the package, so it is the same on every machine and a scene can
refer to it. A file that moves gets another one. `--check` writes nothing and exits with 1 when a
file is missing, stale or left over.
"""

import argparse
import sys
import uuid
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "engine_clients/unity/com.avatarbridge.client"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://avatar-bridge/com.avatarbridge.client")

TAIL = "  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
SCRIPT = (
    "MonoImporter:\n  externalObjects: {}\n  serializedVersion: 2\n  defaultReferences: []\n"
    "  executionOrder: 0\n  icon: {instanceID: 0}\n" + TAIL
)
ASSET = "NativeFormatImporter:\n  externalObjects: {}\n  mainObjectFileID: 11400000\n" + TAIL
IMPORTERS = {
    ".cs": SCRIPT,
    ".asset": ASSET,
    ".asmdef": "AssemblyDefinitionImporter:\n  externalObjects: {}\n" + TAIL,
    ".md": "TextScriptImporter:\n  externalObjects: {}\n" + TAIL,
    ".json": "TextScriptImporter:\n  externalObjects: {}\n" + TAIL,
    ".bytes": "TextScriptImporter:\n  externalObjects: {}\n" + TAIL,
}
PACKAGE_JSON = "PackageManifestImporter:\n  externalObjects: {}\n" + TAIL
FOLDER = "folderAsset: yes\nDefaultImporter:\n  externalObjects: {}\n" + TAIL
OTHER = "DefaultImporter:\n  externalObjects: {}\n" + TAIL


def guid(path: str) -> str:
    """The GUID of a path inside the package, as 32 hexadecimal digits."""
    return uuid.uuid5(NAMESPACE, path).hex


def wanted(package: Path) -> dict[Path, str]:
    """Every meta file the package must have, and its text."""
    metas = {}
    for item in sorted(package.rglob("*")):
        parts = item.relative_to(package).parts
        if item.suffix == ".meta" or any(part.startswith(".") for part in parts):
            continue
        # Unity overlooks folders that end in ~. The files of a sample are copied into the project
        # together with their metas; its folder and the documentation are not.
        hidden = [part for part in parts if part.endswith("~")]
        if hidden and (hidden[0] != "Samples~" or len(parts) < 3):
            continue
        path = "/".join(parts)
        if item.is_dir():
            importer = FOLDER
        elif path == "package.json":
            importer = PACKAGE_JSON
        else:
            importer = IMPORTERS.get(item.suffix, OTHER)
        text = f"fileFormatVersion: 2\nguid: {guid(path)}\n{importer}"
        metas[item.with_name(item.name + ".meta")] = text
    return metas


def faults(package: Path) -> list[str]:
    """One line for each meta file that is not as it should be."""
    metas = wanted(package)
    found = []
    for path, text in metas.items():
        name = path.relative_to(package)
        if not path.is_file():
            found.append(f"{name}: missing")
        elif path.read_text(encoding="utf-8") != text:
            found.append(f"{name}: not as it would be written")
    left = set(package.rglob("*.meta")) - set(metas)
    return found + [f"{path.relative_to(package)}: belongs to nothing" for path in sorted(left)]


def write(package: Path) -> None:
    """Bring the meta files up to date; remove those that belong to nothing."""
    metas = wanted(package)
    for path in set(package.rglob("*.meta")) - set(metas):
        path.unlink()
    for path, text in metas.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--check", action="store_true", help="only say what is wrong")
    parser.add_argument("--package", type=Path, default=PACKAGE, help="folder of the package")
    options = parser.parse_args()
    if not options.check:
        write(options.package)
        return 0
    found = faults(options.package)
    for line in found:
        print(line, file=sys.stderr)  # noqa: T201
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
