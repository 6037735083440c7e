"""Loading Keras and its backend: without their messages, with fast kernels."""

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from keras_gan.cli.errors import as_usage_errors
from keras_gan.cli.interrupting import interruptible

__all__ = ["ENVIRONMENT", "load_backend", "stderr_held_back", "uncollected"]

_STDERR = 2

ENVIRONMENT = {
    # TensorFlow's later messages are of no use either. Errors are raised.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # TensorFlow takes oneDNN's kernels by itself only on CPUs with AVX-512
    # VNNI or newer. Its own ones need many times as long for some gradients of
    # convolutions by their inputs, which are transposed convolutions, too.
    "TF_ENABLE_ONEDNN_OPTS": "1",
}
"""Variables that are set before a backend is loaded, where the user has not."""


def load_backend() -> None:
    """Imports Keras and the models, for the backend in KERAS_BACKEND.

    Raises:
        UsageError: If KERAS_BACKEND names none, or one that is not installed.
        KeyboardInterrupt: If SIGINT or SIGTERM came meanwhile.
    """
    if "keras" in sys.modules:
        return
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    with (
        interruptible(signal.SIGINT, signal.SIGTERM),
        as_usage_errors(),
        stderr_held_back(),
        uncollected(),
    ):
        import keras_gan.models  # noqa: F401


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps Python's collector from what is made inside, then and later.

    Frameworks make half a million objects while they are loaded, next to all of
    which stay, and the collector would look through them again and again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def stderr_held_back() -> Iterator[None]:
    """Holds back what is written to stderr, and prints it after an error.

    The file descriptor is redirected, because code in C writes to it.
    """
    sys.stderr.flush()
    before = os.dup(_STDERR)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), _STDERR)
        try:
            yield
        finally:
            failed = sys.exc_info()[0] not in (None, KeyboardInterrupt)
            os.dup2(before, _STDERR)
            os.close(before)
            if failed:
                kept.seek(0)
                os.write(_STDERR, kept.read())
