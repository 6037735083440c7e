"""A polite end: Ctrl-C or SIGTERM stops after the batch at hand."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import keras

__all__ = ["Interruption"]


class Interruption(keras.callbacks.Callback):
    """Ends training after the current batch when a signal has asked for it.

    The epoch that is cut short is not saved; the checkpoint before it is what
    a resumed run goes on from. A second signal ends the process at once.

    Args:
        notify: Called once, with the name of the signal.

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
        """Takes SIGINT and SIGTERM while it is open.

        Python lets the main thread alone take signals. In another one nothing
        is listened to, and whoever started it decides when it ends.
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
        """Stops if asked to."""
        if self.requested:
            self.model.stop_training = True

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        if self._notify is not None:
            self._notify(signal.Signals(number).name)
