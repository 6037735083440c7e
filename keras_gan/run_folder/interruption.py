"""Stopping a training by Ctrl-C or SIGTERM, after the current batch."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import keras

__all__ = ["Interruption"]


class Interruption(keras.callbacks.Callback):
    """Ends training after the current batch when a signal has come.

    The epoch that is stopped is not saved. A resumed run continues from the
    checkpoint before it. A second signal ends the process at once.

    Args:
        notify: Called once with the name of the signal.

    Attributes:
        requested: Whether a signal has come.
    """

    wants_each_batch = False

    def __init__(self, notify: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self.requested = False
        self._notify = notify

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Handles SIGINT and SIGTERM inside the `with` block.

        Python lets only the main thread handle signals. In any other thread
        this does nothing.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(each, self._take) for each in signals]
        try:
            yield
        finally:
            for each, handler in zip(signals, before, strict=True):
                signal.signal(each, handler)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Stops training if a signal has come."""
        if self.requested:
            self.model.stop_training = True

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        if self._notify is not None:
            self._notify(signal.Signals(number).name)
