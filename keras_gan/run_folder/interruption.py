"""Stopping a training by Ctrl-C or SIGTERM, after the batch or the epoch."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import keras

from keras_gan import backend

__all__ = ["Interruption"]


class Interruption(keras.callbacks.Callback):
    """Ends training after the current batch when a signal has come.

    The epoch that is stopped is not saved. A resumed run continues from the
    checkpoint before it. Where that lacks epochs, a short one is trained to
    its end first, and saved. A second signal ends the process at once.

    Where several workers train, they cannot stop at one batch without asking
    each other after each: the epoch is trained to its end, and then all of them
    stop, also if the signal came to one alone.

    Args:
        together: Whether other workers train the model, too.
        notify: Called once, with the name of the signal and what is trained
            to its end: "batch" or "epoch".

    Attributes:
        requested: Whether a signal has come.
        cut_short: Whether it has ended an epoch before its last batch.
        finish_epoch: Whether a signal waits for the end of the epoch.
    """

    wants_each_batch = False

    def __init__(
        self,
        notify: Callable[[str, str], None] | None = None,
        *,
        together: bool = False,
    ) -> None:
        super().__init__()
        self._together = together
        self.requested = False
        self.cut_short = False
        self.finish_epoch = False
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
        if self.requested and not self._waits:
            self.cut_short = True
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Stops training if a signal has come, after a whole epoch."""
        if self._together:
            self.requested = backend.any_worker(self.model, self.requested)
        if self.requested:
            self.model.stop_training = True

    @property
    def _waits(self) -> bool:
        return self.finish_epoch or self._together

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        if self._notify is not None:
            what = "epoch" if self._waits else "batch"
            self._notify(signal.Signals(number).name, what)
