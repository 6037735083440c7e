"""Loads Keras and its backend without what they report of themselves."""

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from keras_gan.cli.errors import user_input

__all__ = ["interruptible", "load_backend"]

_STDERR = 2


def load_backend() -> None:
    """Imports Keras, and `keras_gan` for the chosen backend.

    Raises:
        UsageError: If KERAS_BACKEND names none, or one that is not installed.
        KeyboardInterrupt: If SIGINT or SIGTERM came meanwhile.
    """
    if "keras" in sys.modules:
        return
    # What TensorFlow reports later is noise, too; its errors still raise.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with interruptible(), user_input(), _hushed():
        import keras_gan.models  # noqa: F401


@contextmanager
def interruptible() -> Iterator[None]:
    """Raises `KeyboardInterrupt` for SIGINT and SIGTERM, at the end at last.

    Where libraries are imported, what is raised may be swallowed. While it
    trains, a run takes the signals itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread may take signals.
        return
    came = False

    def take(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        raise KeyboardInterrupt

    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, take) for each in signals]
    try:
        yield
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)
        if came:
            raise KeyboardInterrupt


@contextmanager
def _hushed() -> Iterator[None]:
    """Keeps stderr back, and gives it out if something fails.

    The libraries' own code writes to the file descriptor.
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
