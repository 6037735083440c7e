"""Signals that end a command as Ctrl-C does."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["interruptible"]


@contextmanager
def interruptible(*signals: int) -> Iterator[None]:
    """Raises `KeyboardInterrupt` for these signals, at the end at last.

    Where libraries are imported, what is raised may be swallowed. While it
    trains, a run takes the signals itself.

    Args:
        *signals: Their numbers, such as `signal.SIGTERM`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread may take signals.
        return
    came = False

    def take(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        raise KeyboardInterrupt

    before = [signal.signal(each, take) for each in signals]
    try:
        yield
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)
        if came:
            raise KeyboardInterrupt
