"""A model's whole training state, kept in memory."""

from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.callbacks._values import value_of


class TrainingState:
    """Weights, averages, both optimizers, seeds and running metrics.

    It takes as much memory as they do: about four times the trained weights
    with Adam and an average, on the host.

    Args:
        model: A compiled GAN.
        epoch: After how many epochs this is.
    """

    def __init__(self, model: Any, epoch: int) -> None:
        self.epoch = epoch
        self._values = [value_of(v) for v in _variables(model)]
        self._random = backend.random_state()

    def restore(self, model: Any) -> None:
        """Puts everything back as it was."""
        for variable, value in zip(
            _variables(model), self._values, strict=True
        ):
            variable.assign(ops.convert_to_tensor(value, dtype=variable.dtype))
        backend.set_random_state(self._random)


def _variables(model: Any) -> list[keras.Variable]:
    return [
        *model.variables,
        *model.optimizer.variables,
        *model.metrics_variables,
    ]
