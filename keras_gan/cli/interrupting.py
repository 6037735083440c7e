"""Ending a command by a signal in the same way as by Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["interruptible"]


@contextmanager
def interruptible(*signals: int) -> Iterator[None]:
    """Raises `KeyboardInterrupt` when one of these signals comes.

    It is raised at once, and once more at the end: a library that is being
    imported may catch the first one. While a run trains, it handles the
    signals itself.

    Args:
        *signals: Their numbers, such as `signal.SIGTERM`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread may handle signals.
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
