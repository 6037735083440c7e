"""After which epochs is a run saved? By time, so that it writes little."""

import time
from typing import Any

import keras

from keras_gan.run_folder.interruption import Interruption

__all__ = ["SavePoints"]

_SHORT = 5.0
"""Seconds for which a signal may wait: those who kill give some ten."""


class SavePoints(keras.callbacks.Callback):
    """Decides at the end of each epoch whether it is saved.

    Saved are the first epoch of a `fit`, the last one, one that ends so many
    seconds after the last that was saved, and one after which a signal ends
    the run. What was not saved is trained again, exactly, after a kill.

    It belongs after the interruption, and before all that asks it.

    Args:
        seconds: The least time between two epochs that are saved. An epoch
            that takes longer is saved. 0 saves every epoch.
        interruption: If it stopped an epoch, that epoch is not saved.

    Attributes:
        due: Whether the epoch that has just ended is saved.
    """

    def __init__(self, seconds: float, interruption: Interruption) -> None:
        super().__init__()
        self.due = False
        self._seconds = seconds
        self._interruption = interruption
        self._saved: float | None = None
        self._began = 0.0

    def on_train_begin(self, logs: Any = None) -> None:
        """Forgets the training before."""
        self._saved = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Starts the clock."""
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Decides, and tells the interruption whether to wait from now on."""
        now = time.monotonic()
        last = epoch + 1 == self.params.get("epochs")
        self.due = not self._interruption.cut_short and (
            self._saved is None
            or last
            or self.model.stop_training
            or now - self._saved >= self._seconds
        )
        if self.due:
            self._saved = now
        # Half an epoch more saves all epochs since the last that was saved.
        short = now - self._began <= _SHORT
        self._interruption.finish_epoch = short and not self.due
