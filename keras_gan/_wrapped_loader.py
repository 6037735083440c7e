"""A loader of modules that does something around another one's work."""

import importlib.abc
import importlib.machinery
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

__all__ = ["WrappedLoader"]


class WrappedLoader(importlib.abc.Loader):
    """Loads a module by another loader, inside of a context.

    Args:
        inner: The loader that does the work.
    """

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def create_module(
        self, spec: importlib.machinery.ModuleSpec
    ) -> ModuleType | None:
        """Calls the wrapped loader."""
        made: ModuleType | None = self._inner.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Runs the module by the wrapped loader."""
        assert module.__spec__ is not None
        # Code that later asks the module for its source needs its own loader.
        module.__spec__.loader = module.__loader__ = self._inner
        with self.around(module.__name__):
            self._inner.exec_module(module)

    def around(self, name: str) -> AbstractContextManager[None]:
        """Returns the context in which the module of this name runs."""
        raise NotImplementedError
