"""Output that may fail without ending the training: pictures, report, ..."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

__all__ = ["OptionalCallback", "warning_on_failure"]


@contextmanager
def warning_on_failure(what: str) -> Iterator[None]:
    """Turns any error into a warning.

    Args:
        what: The output that is missing after an error, for the warning.
    """
    try:
        yield
    except Exception as error:
        reason = str(error) or type(error).__name__
        warnings.warn(
            f"{what} could not be written, and training goes on without. "
            f"{reason}",
            stacklevel=3,
        )


class OptionalCallback(keras.callbacks.Callback):
    """Wraps a callback whose errors must not end the training.

    An error becomes a warning, and the callback is called again at the next
    epoch. If it fails when training begins, it is not called any more.

    Args:
        callback: The callback.
        what: The output that is missing after an error, for the warning.
    """

    def __init__(self, callback: keras.callbacks.Callback, what: str) -> None:
        super().__init__()
        self._callback = callback
        self._what = what
        self._began = False
        # One that leaves batches alone may be called while the next one runs.
        kind, base = type(callback), keras.callbacks.Callback
        batches = any(
            getattr(kind, hook) is not getattr(base, hook)
            for hook in ("on_train_batch_begin", "on_train_batch_end")
        )
        self.async_safe = getattr(callback, "async_safe", not batches)
        self.wants_each_batch = getattr(callback, "wants_each_batch", batches)

    def for_other_workers(self) -> keras.callbacks.Callback | None:
        """Returns what takes its place on workers but the first."""
        replaced = getattr(self._callback, "for_other_workers", None)
        if replaced is None:
            return self
        other = replaced()
        return None if other is None else OptionalCallback(other, self._what)

    def set_params(self, params: Any) -> None:
        """Passes the parameters on."""
        super().set_params(params)
        self._callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Passes the model on."""
        super().set_model(model)
        self._callback.set_model(model)

    def on_train_begin(self, logs: Any = None) -> None:
        """Passes on that training begins."""
        with warning_on_failure(self._what):
            self._callback.on_train_begin(logs)
            self._began = True

    def on_train_end(self, logs: Any = None) -> None:
        """Passes on that training ends."""
        self._try(self._callback.on_train_end, logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Passes on that an epoch begins."""
        self._try(self._callback.on_epoch_begin, epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Passes on that an epoch ends."""
        self._try(self._callback.on_epoch_end, epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Passes on that a batch begins."""
        self._try(self._callback.on_train_batch_begin, batch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Passes on that a batch ends."""
        self._try(self._callback.on_train_batch_end, batch, logs)

    def _try(self, hook: Callable[..., None], *arguments: Any) -> None:
        if self._began:
            with warning_on_failure(self._what):
                hook(*arguments)
