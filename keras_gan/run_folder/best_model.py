"""best.keras: the GAN of the epoch with the best metric."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras

from keras_gan.run_folder.interruption import Interruption
from keras_gan.run_folder.metrics_file import Row
from keras_gan.run_folder.model_file import save_model

__all__ = ["BestModel", "best_row"]


class BestModel(keras.callbacks.Callback):
    """Saves the model whenever a metric in the logs is the lowest so far.

    If the metric is not in the logs, nothing is saved: the losses of a GAN
    do not say how good its images are.

    Args:
        path: The `.keras` file.
        monitor: The metric. Lower is better.
        rows: The rows of the epochs that a resumed run has done already.
        interruption: If it stopped an epoch, that epoch is not saved.
    """

    def __init__(
        self,
        path: Path,
        monitor: str = "fid",
        rows: list[Row] | None = None,
        interruption: Interruption | None = None,
    ) -> None:
        super().__init__()
        self._path = path
        self._monitor = monitor
        self._interruption = interruption
        best = best_row(rows or [], monitor)
        self._lowest = math.inf if best is None else best[monitor]

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Saves the model if it is the best one and the epoch is complete."""
        if self._interruption is not None and self._interruption.cut_short:
            return
        value = (logs or {}).get(self._monitor)
        if value is not None and float(value) < self._lowest:
            self._lowest = float(value)
            save_model(self.model, self._path)


def best_row(rows: Iterable[Row], monitor: str) -> Row | None:
    """Returns the first row with the lowest value, or None if none has any.

    Args:
        rows: As `read_metrics` returns them.
        monitor: The metric. Lower is better.
    """
    known = [row for row in rows if row.get(monitor, math.nan) < math.inf]
    return min(known, key=lambda row: row[monitor], default=None)
