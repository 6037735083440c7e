"""best.keras: the GAN of the epoch that a metric liked best."""

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
    """Saves the model whenever a metric of the logs is the lowest so far.

    Losses of a GAN don't say how good its pictures are, so without such a
    metric nothing is saved here.

    Args:
        path: The `.keras` file.
        monitor: The metric, lower is better.
        rows: What a resumed run has done already.
        interruption: An epoch that it cut short is not saved.
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
        """Saves the model if it is the best, of a complete epoch."""
        if self._interruption is not None and self._interruption.requested:
            return
        value = (logs or {}).get(self._monitor)
        if value is not None and float(value) < self._lowest:
            self._lowest = float(value)
            save_model(self.model, self._path)


def best_row(rows: Iterable[Row], monitor: str) -> Row | None:
    """Returns the first row with the lowest value; None if nothing was.

    Args:
        rows: As `read_metrics` returns them.
        monitor: The metric, lower is better.
    """
    known = [row for row in rows if row.get(monitor, math.nan) < math.inf]
    return min(known, key=lambda row: row[monitor], default=None)
