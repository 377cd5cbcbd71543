"""Name → implementation, importing only the module that is asked for.

A registry is bound to a package: the entry `kcf` of the trackers lives in
`avatar_bridge/track/kcf.py` and is whatever that module exposes as `create`. Adding an
implementation is adding a file; nothing is listed twice.
"""

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from avatar_bridge.errors import ConfigError

FACTORY = "create"
CONTRACT = "base"

T = TypeVar("T")


class Registry(Generic[T]):
    """The implementations of one kind of stage.

    Args:
        kind: what one entry is called in messages, such as "detector".
        package: dotted name of the package whose modules are the entries.
        hidden: modules of that package that are helpers, not entries.
    """

    def __init__(self, kind: str, package: str, hidden: frozenset[str] = frozenset()) -> None:
        self.kind = kind
        self.package = package
        self._hidden = hidden | {CONTRACT, "registry"}
        self._added: dict[str, Callable[..., T]] = {}

    def names(self) -> tuple[str, ...]:
        """All names, sorted, without importing any of them."""
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.submodule_search_locations is None:
            raise ConfigError(f"expected a package of {self.kind}s at {self.package}, got none")
        paths = [str(Path(p)) for p in spec.submodule_search_locations]
        found = {
            module.name
            for module in pkgutil.iter_modules(paths)
            if not module.ispkg
            and not module.name.startswith("_")
            and module.name not in self._hidden
        }
        return tuple(sorted(found | self._added.keys()))

    def add(self, name: str, factory: Callable[..., T]) -> None:
        """Register an implementation from outside the package.

        Raises:
            ConfigError: the name is taken.
        """
        if name in self.names():
            raise ConfigError(f"{self.kind} {name!r} is registered already")
        self._added[name] = factory

    def get(self, name: str) -> Callable[..., T]:
        """The factory of one implementation.

        Raises:
            ConfigError: unknown name; the message lists the choices.
        """
        if name in self._added:
            return self._added[name]
        names = self.names()
        if name not in names:
            raise ConfigError(f"unknown {self.kind} {name!r}; expected one of: {', '.join(names)}")
        factory: Callable[..., T] = getattr(
            importlib.import_module(f"{self.package}.{name}"), FACTORY
        )
        return factory

    def create(self, name: str, *args: Any, **kwargs: Any) -> T:
        """Build one implementation with the arguments its factory takes.

        Raises:
            ConfigError: unknown name, or arguments that the factory does not take.
        """
        factory = self.get(name)
        try:
            inspect.signature(factory).bind(*args, **kwargs)
        except TypeError as error:
            raise ConfigError(f"{self.kind} {name!r}: {error}") from error
        return factory(*args, **kwargs)
