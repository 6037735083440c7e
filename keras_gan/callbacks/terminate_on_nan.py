"""Stopping where the losses are no longer numbers."""

import math
from typing import Any

import keras

from keras_gan._checks import flag
from keras_gan.callbacks._configurable import Configurable


@keras.saving.register_keras_serializable("keras_gan")
class TerminateOnNaN(Configurable, keras.callbacks.TerminateOnNaN):
    """Stops training when any log is NaN or infinite.

    `keras.callbacks.TerminateOnNaN` looks at the log `loss`, which a GAN does
    not have, and so never stops one. This one looks at all.

    Args:
        raise_error: Whether to raise `RuntimeError` instead of ending `fit`
            in the usual way.

    Raises:
        RuntimeError: In training, if asked for.

    Example:
        >>> stop = keras_gan.callbacks.TerminateOnNaN()
        >>> gan.fit(images, callbacks=[stop])
    """

    # A mean that is not finite stays so.
    wants_each_batch = False

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__(raise_error=flag("raise_error", raise_error))

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Shows Keras' callback the first log that is not finite."""
        for value in (logs or {}).values():
            if isinstance(value, float) and not math.isfinite(value):
                super().on_batch_end(batch, {"loss": value})
                return

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"raise_error": self.raise_error}
