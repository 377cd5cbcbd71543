"""Keys on disk: a server's folder, and the file that a client is given.

    FOLDER/server.key_secret        the server's pair
    FOLDER/server.key               its public key, for whoever has made a pair of their own
    FOLDER/allowed/NAME.key         a client that is let in; a file taken away keeps it out
    FOLDER/clients/NAME.key_secret  a pair made here: all that this client needs

The files are TOML, and `zmq.auth.load_certificate` reads them as well. Those with a secret in them
are born readable by their owner alone.
"""

import re
from pathlib import Path

from avatar_bridge import paths
from avatar_bridge.config import read_toml
from avatar_bridge.errors import ConfigError
from avatar_bridge.wire.curve import ClientKeys, Guests, ServerKeys, check_key, new_pair

SERVER = "server"  # the name that no client may have
DEFAULT = "default"
PUBLIC, SECRET = ".key", ".key_secret"

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_BYTES = 4096  # of a key file of anyone's


class KeyFolder(Guests):
    """A server's keys and its list of clients, which is read anew whenever one knocks.

    Args:
        where: a name, for a folder among the user's settings, or the path of a folder.

    Raises:
        ConfigError: no possible name.
    """

    def __init__(self, where: str = DEFAULT) -> None:
        super().__init__()
        self.path = _folder(where)

    def server(self) -> ServerKeys:
        """The server's keys.

        Raises:
            ConfigError: there are none yet, or the file is broken.
        """
        file = self.path / (SERVER + SECRET)
        if not file.is_file():
            raise ConfigError(
                f"expected keys in {self.path}, got none: make them with "
                "`avatar-bridge keys new server`"
            )
        keys = _read(file)
        return ServerKeys(_key(keys, "public-key", file), _key(keys, "secret-key", file), self)

    def new_server(self) -> ServerKeys:
        """Make the server's pair.

        Raises:
            ConfigError: there is one already, or the disk fails.
        """
        file = self.path / (SERVER + SECRET)
        _expect_free(file)
        public, secret = new_pair()
        _write(file, SERVER, {"public-key": public, "secret-key": secret})
        _write(self.path / (SERVER + PUBLIC), SERVER, {"public-key": public})
        return ServerKeys(public, secret, self)

    def new_client(self, name: str, server_key: str | None = None) -> Path:
        """Make a client's pair and, where the server's keys are here, let it in.

        Args:
            name: of the client.
            server_key: public key of a server elsewhere; None for the one whose keys are here.

        Returns:
            The one file that the client needs.

        Raises:
            ConfigError: no possible name, one that is taken, or no server.
        """
        file = self.path / "clients" / (_client(name) + SECRET)
        _expect_free(file)
        server = check_key(server_key) if server_key is not None else self.server().public
        public, secret = new_pair()
        if server_key is None:
            self.allow(name, public)
        _write(file, name, {"public-key": public, "secret-key": secret, "server-key": server})
        return file

    def allow(self, name: str, public: str) -> None:
        """Let a client in.

        Raises:
            ConfigError: no possible name, one that is taken, or no key.
        """
        file = self.path / "allowed" / (_client(name) + PUBLIC)
        _expect_free(file)
        _write(file, name, {"public-key": check_key(public)})

    def revoke(self, name: str) -> None:
        """Keep a client out when it connects the next time, and forget a pair made for it here.

        Raises:
            ConfigError: there is none of this name, or the disk fails.
        """
        allowed = self.path / "allowed" / (_client(name) + PUBLIC)
        try:
            allowed.unlink()
            (self.path / "clients" / (name + SECRET)).unlink(missing_ok=True)
        except FileNotFoundError as error:
            known = ", ".join(self.allowed()) or "none yet"
            raise ConfigError(f"expected a client of the list ({known}), got {name!r}") from error
        except OSError as error:
            raise ConfigError(f"{allowed} cannot be removed: {error.strerror}") from error

    def allowed(self) -> dict[str, str]:
        """The list: public keys by client, sorted; a file that is broken lets nobody in."""
        found = {}
        for file in sorted((self.path / "allowed").glob(f"*{PUBLIC}")):
            try:
                found[file.stem] = _key(_read(file), "public-key", file)
            except ConfigError:
                continue  # half written, or taken away this moment
        return found

    def public(self, name: str) -> str:
        """The public key of the server or of a client.

        Raises:
            ConfigError: there is none of this name.
        """
        if name == SERVER:
            return self.server().public
        known = self.allowed()
        if name not in known:
            choices = ", ".join((SERVER, *known))
            raise ConfigError(f"expected one of {choices}, got {name!r}")
        return known[name]

    def lets_in(self, public: str) -> bool:
        return super().lets_in(public) or public in self.allowed().values()


def load_server_keys(where: str) -> ServerKeys | None:
    """A server's keys; None for an empty name, which means no keys.

    Raises:
        ConfigError: there are none of this name.
    """
    return KeyFolder(where).server() if where else None


def load_client_keys(where: str, server_key: str | None = None) -> ClientKeys | None:
    """A client's keys; None for an empty name, which means no keys.

    Args:
        where: path of the file that `keys new` made, or the name of a client made on this machine.
        server_key: the server's public key, in place of the one in the file.

    Raises:
        ConfigError: no such file, no keys in it, or no server's key anywhere.
    """
    if not where:
        if server_key is not None:
            raise ConfigError("expected --keys beside --server-key, got none")
        return None
    file = Path(where).expanduser()
    if _NAME.fullmatch(where) and not file.is_file():
        file = KeyFolder().path / "clients" / (where + SECRET)
    keys = _read(file)
    server = check_key(server_key) if server_key is not None else _key(keys, "server-key", file)
    return ClientKeys(_key(keys, "public-key", file), _key(keys, "secret-key", file), server)


def read_public_key(text: str) -> str:
    """A public key, or the one in a key file.

    Raises:
        ConfigError: neither of both.
    """
    try:
        return check_key(text)
    except ConfigError:
        file = Path(text).expanduser()
        return _key(_read(file), "public-key", file)


def _folder(where: str) -> Path:
    if _NAME.fullmatch(where) and not Path(where).is_dir():
        return paths.config_folder() / "keys" / where
    if not where or not ("/" in where or "\\" in where or Path(where).is_dir()):
        raise ConfigError(f"expected the name or the path of a folder of keys, got {where!r}")
    return Path(where).expanduser()


def _client(name: str) -> str:
    if not _NAME.fullmatch(name) or name == SERVER:
        raise ConfigError(f"expected a name of 1 to 64 letters, digits, _ and -, got {name!r}")
    return name


def _expect_free(file: Path) -> None:
    if file.exists():
        raise ConfigError(f"expected a name that is free, got that of {file}")


def _write(file: Path, name: str, keys: dict[str, str]) -> None:
    lines = "".join(f'{key} = "{value}"\n' for key, value in keys.items())  # Z85 has no quotes
    text = f'[metadata]\nname = "{name}"\n\n[curve]\n{lines}'
    try:
        paths.write_whole(file, text, private=file.suffix == SECRET)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}") from error


def _read(file: Path) -> dict[str, object]:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"{file}: expected a key file, got one of over {_MOST_BYTES} bytes")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"expected a key file at {file}, got: {reason}") from error
    keys = read_toml(file).get("curve")
    return keys if isinstance(keys, dict) else {}


def _key(keys: dict[str, object], name: str, file: Path) -> str:
    value = keys.get(name)
    if not isinstance(value, str):
        raise ConfigError(f"{file}: expected a {name}, got none")
    try:
        return check_key(value)
    except ConfigError as error:
        raise ConfigError(f"{file}: {name}: {error}") from error
