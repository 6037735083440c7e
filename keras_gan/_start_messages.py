"""Which of TensorFlow's messages at its start does a user see?

TensorFlow writes a dozen lines of information when it starts: that it was
compiled for some instructions, that there is no GPU. In a notebook they stand
above the first picture. They come from code in C, so that Python's warnings
and logging have no part in them: an environment variable rules those after its
start, and nothing those before.

What is not among them stays: errors, Python's warnings, and all that comes
while TensorFlow fails to load. Whoever sets TF_CPP_MIN_LOG_LEVEL to 0 sees
everything; 2 and 3, which ask for less, are kept.
"""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from keras_gan._wrapped_loader import WrappedLoader

__all__ = ["keep_to_errors"]

_VARIABLE = "TF_CPP_MIN_LOG_LEVEL"
_EVERYTHING, _BY_JAX, _NO_INFORMATION, _NOTHING = "0", "1", "2", "3"
"""JAX sets its value, which Keras loads on torch, too."""
_STDERR = 2
_INFORMATION = re.compile(
    rb"[IW]\d{4} \d\d:|"
    rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IW] |"
    rb"WARNING: All log messages before absl::InitializeLog|"
    rb"To enable the following instructions:|"
    # TensorFlow itself says of these that they mean nothing.
    rb"(E\d{4} |\d{4}-).* Unable to register cu(DNN|FFT|BLAS) factory"
)
_DRIVERS = ("/dev/nvidiactl", "/dev/dxg")
"""Where a machine has a GPU by which TensorFlow computes."""


def keep_to_errors() -> None:
    """Has TensorFlow start without information, if it has not yet."""
    chosen = os.environ.get(_VARIABLE)
    if chosen == _EVERYTHING or "tensorflow" in sys.modules:
        return
    if chosen in (None, _BY_JAX):
        # Without a GPU it calls that an error, and each graph that it leaves
        # as it is. Real errors are raised as well.
        has_gpu = any(Path(each).exists() for each in _DRIVERS)
        os.environ[_VARIABLE] = _NO_INFORMATION if has_gpu else _NOTHING
    sys.meta_path.insert(0, _BeforeTensorFlow())


class _BeforeTensorFlow(importlib.abc.MetaPathFinder):
    """Finds TensorFlow as the other finders do, and goes away."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Returns where TensorFlow is, with a loader that holds back."""
        if fullname != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _QuietLoader(spec.loader)
        return spec


class _QuietLoader(WrappedLoader):
    """Runs its module without information on stderr."""

    def around(self, name: str) -> contextlib.AbstractContextManager[None]:
        """Returns the context in which the module of this name runs."""
        return _without_information()


@contextlib.contextmanager
def _without_information() -> Iterator[None]:
    """Holds back what is written to stderr, and then writes what matters.

    After an error that is all of it. The file descriptor is redirected,
    because code in C writes to it.
    """
    try:
        before = os.dup(_STDERR)
    except OSError:  # There is none, as under pythonw.
        yield
        return
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), _STDERR)
        failed = True
        try:
            yield
            failed = False
        finally:
            os.dup2(before, _STDERR)
            os.close(before)
            kept.seek(0)
            for line in kept:
                if failed or not _INFORMATION.match(line):
                    os.write(_STDERR, line)
