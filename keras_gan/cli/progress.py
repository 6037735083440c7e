"""The live display of a training."""

import time
from typing import Any

import keras
from rich.progress import (
    BarColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

from keras_gan._charts import LOSSES
from keras_gan.cli.console import console, duration
from keras_gan.run_folder import Interruption

__all__ = ["Progress"]

_MEASURED = {
    **dict.fromkeys(("fid", "fid_a", "fid_b"), ".1f"),
    **dict.fromkeys(("kid", "kid_a", "kid_b"), ".1f"),
    "psnr": ".1f",
    "ssim": ".3f",
    "modes": ".0f",
    "kl": ".3f",
}
"""What is shown of the metrics, with its format."""

_REFRESH = 0.25
"""Seconds between two reads of the logs, each of which waits for the device."""


class Progress(keras.callbacks.Callback):
    """Shows a progress bar on a terminal, else a line for each epoch.

    Args:
        epoch_images: Images in an epoch.
        interruption: What may stop an epoch before its end.
        unit: What is counted, for the speed.
    """

    wants_each_batch = False

    def __init__(
        self,
        epoch_images: int,
        interruption: Interruption | None = None,
        unit: str = "img",
    ) -> None:
        super().__init__()
        self._interruption = interruption
        self._epoch_images = epoch_images
        self._unit = unit
        self._console = console()
        self._bars: Bars | None = None
        self._next_look = 0.0
        self._start = self._epoch_start = 0.0
        self._first = self._epoch = 0
        self._task: Any = None
        self._measured: dict[str, Any] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        """Shows the bar."""
        self._start = 0.0
        out = self._console
        # A dumb terminal can't overwrite a line.
        if not out.is_terminal or out.is_dumb_terminal:
            return
        self._bars = Bars(
            TextColumn("{task.description}"),
            # The numbers beside it take the rest of 80 columns.
            BarColumn(bar_width=8),
            TextColumn("{task.fields[logs]}"),
            TimeRemainingColumn(),
            console=self._console,
        )
        self._bars.start()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Starts the clock."""
        self._epoch = epoch
        self._epoch_start = time.monotonic()
        if not self._start:
            self._start, self._first = self._epoch_start, epoch
        if self._bars is None:
            return
        steps, epochs = self.params["steps"], self.params["epochs"]
        if self._task is None:
            self._task = self._bars.add_task(
                "", total=epochs * steps, completed=epoch * steps, logs=""
            )
        self._bars.update(self._task, description=f"epoch {epoch + 1}/{epochs}")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Moves the bar, and from time to time shows the losses."""
        if self._bars is None:
            return
        steps = self.params["steps"]
        # Where several steps run at once, Keras may count past the last one.
        batches = min(batch + 1, steps)
        done = self._epoch * steps + batches
        now = time.monotonic()
        if now < self._next_look:
            self._bars.update(self._task, completed=done)
            return
        self._next_look = now + _REFRESH
        share = batches / steps
        text = self._text(logs or {}, share * self._epoch_images, now)
        self._bars.update(self._task, completed=done, logs=text)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Prints the epoch's line if there is no bar."""
        # Not measured in each epoch, so the next batches show it, too.
        self._measured = {
            key: value
            for key, value in (logs or {}).items()
            if key in _MEASURED
        }
        if self._bars is not None:
            return
        epochs = f"epoch {epoch + 1}/{self.params['epochs']}"
        if self._interruption is not None and self._interruption.cut_short:
            # It was cut off, so its numbers are of no whole epoch.
            self._console.print(f"{epochs}  stopped, not kept")
            return
        now = time.monotonic()
        text = self._text(logs or {}, self._epoch_images, now)
        self._console.print(
            f"{epochs}  {text}  "
            f"{duration(now - self._epoch_start)}, "
            f"{self._left(epoch, now)}"
        )
        if epoch == self._first:
            self._start = now  # It compiled: the others tell how long one is.

    def _left(self, epoch: int, now: float) -> str:
        """Returns in words how long the rest takes."""
        epochs = self.params["epochs"] - epoch - 1
        done = max(1, epoch - self._first)
        rest = duration((now - self._start) / done * epochs)
        at_most = "at most " if epoch == self._first and epochs else ""
        return f"{at_most}{rest} left"

    def on_train_end(self, logs: Any = None) -> None:
        """Removes the bar."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def _text(self, logs: dict[str, Any], images: float, now: float) -> str:
        rate = images / max(now - self._epoch_start, 1e-9)
        known = {**self._measured, **logs}
        shown = [
            f"{key} {float(known[key]):.3f}" for key in LOSSES if key in known
        ]
        shown += [
            f"{key} {float(known[key]):{form}}"
            for key, form in _MEASURED.items()
            if key in known
        ]
        return "  ".join([*shown, f"{rate:,.0f} {self._unit}/s"])
