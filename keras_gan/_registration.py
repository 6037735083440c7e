"""Registers this package's classes with Keras, so that saved files load.

Keras knows a class once its module is imported. The modules need Keras, which
takes seconds to load, and the command line must answer `--help` before that.
So the modules are imported as soon as Keras is: at once if it is loaded
already, else right after something loads it. This does not depend on what
started the process.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from keras_gan._wrapped_loader import WrappedLoader

__all__ = ["register"]

_PACKAGE = "keras_gan"


def register(modules: Sequence[str]) -> None:
    """Imports modules of this package, but never before Keras.

    Args:
        modules: Their names, without the package's.
    """
    if "keras" in sys.modules:
        _load(modules)
    else:
        sys.meta_path.insert(0, _AfterKeras(modules))


def _load(modules: Sequence[str]) -> None:
    for name in modules:
        importlib.import_module(f"{_PACKAGE}.{name}")


class _AfterKeras(importlib.abc.MetaPathFinder):
    """Imports modules after Keras, by watching what Python imports.

    It finds what the other finders find. If a module of this package loads
    Keras, that module is not complete yet, and the others may need it. So the
    modules of this package are watched, too, and the rest is imported when the
    outermost of them is complete.

    Args:
        modules: The modules to import after Keras.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = modules
        self._running: set[str] = set()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Returns where a module is, with a loader that reports its end."""
        if fullname != "keras" and not fullname.startswith(f"{_PACKAGE}."):
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(fullname, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _ReportingLoader(spec.loader, self)
                return spec  # type: ignore[no-any-return]
        return None

    def module_begins(self, name: str) -> None:
        """Notes that the code of a module begins to run."""
        self._running.add(name)

    def module_failed(self, name: str) -> None:
        """Notes that the code of a module has raised an error."""
        self._running.discard(name)

    def module_ends(self, name: str) -> None:
        """Imports the rest if Keras is loaded and no module is incomplete."""
        self._running.discard(name)
        if self._running or "keras" not in sys.modules:
            return
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            _load(self._modules)


class _ReportingLoader(WrappedLoader):
    """Reports when its module begins and ends."""

    def __init__(self, inner: Any, finder: _AfterKeras) -> None:
        super().__init__(inner)
        self._finder = finder

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        """Reports the module of this name."""
        self._finder.module_begins(name)
        try:
            yield
        except BaseException:
            self._finder.module_failed(name)
            raise
        self._finder.module_ends(name)
