"""A model's whole training state, kept in memory."""

import time
from typing import Any

from keras import ops

from keras_gan import backend
from keras_gan.callbacks._values import value_of
from keras_gan.models import AdversarialModel

_FREE, _SHARE = 0.5, 0.01
"""Seconds of copying that are free, and the share of the time after that."""


class TrainingState:
    """Weights, averages, both optimizers, seeds and running metrics.

    It takes as much memory as they do: about four times the trained weights
    with Adam and an average, on the host.

    Args:
        model: A compiled GAN.
        epoch: After how many epochs this is.
    """

    def __init__(self, model: AdversarialModel, epoch: int) -> None:
        self.epoch = epoch
        self._values = [value_of(v) for v in _variables(model)]
        self._random = backend.random_state()

    def restore(self, model: AdversarialModel) -> None:
        """Puts everything back as it was."""
        for variable, value in zip(
            _variables(model), self._values, strict=True
        ):
            variable.assign(ops.convert_to_tensor(value, dtype=variable.dtype))
        backend.set_random_state(self._random)


class LastGood:
    """The last good state, to be renewed as often as that is cheap.

    Args:
        model: A compiled GAN.
        epoch: After how many epochs this is.
    """

    def __init__(self, model: AdversarialModel, epoch: int) -> None:
        self._began = time.perf_counter()
        self._spent = 0.0
        self.state = TrainingState(model, epoch)

    def renew(self, model: AdversarialModel, epoch: int) -> None:
        """Keeps the state of now."""
        began = time.perf_counter()
        self.state = TrainingState(model, epoch)
        self._spent += time.perf_counter() - began

    def is_cheap(self) -> bool:
        """Whether another copy takes little of the time that has gone by."""
        passed = time.perf_counter() - self._began
        return self._spent <= _FREE + _SHARE * passed


def _variables(model: AdversarialModel) -> list[Any]:
    return [
        *model.variables,
        *backend.generator_states(model),
        *model.optimizer.variables,
        *model.metrics_variables,
    ]
