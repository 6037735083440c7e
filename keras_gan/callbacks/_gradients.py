"""Both players' gradients on given images, without a trace left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.callbacks._values import value_of

Array = np.ndarray[Any, Any]


def gradients(model: Any, data: Any) -> Iterator[tuple[str, str, Array]]:
    """Yields player, path and gradient of each trained variable.

    Those inside the compiled step are out of reach. These are taken in
    training mode, as there, and everything that changed is put back.

    Args:
        model: A compiled GAN.
        data: A batch, as the training data has them.
    """
    with _unchanged(model):
        real, condition = model.unpack(data)
        size = ops.shape(real)[0]
        fake = backend.constant(lambda: model.sample(size, condition))
        objectives: dict[str, Callable[[], Any]] = {
            "discriminator": lambda: model._discriminator_objective(
                real, fake, condition, model.regularizers
            ),
            "generator": lambda: model.generator_loss(
                real, model.sample(size, condition), condition
            ),
        }
        for player, objective in objectives.items():
            for path, gradient in _of_player(model, player, objective):
                yield player, path, gradient


def _of_player(
    model: Any, player: str, objective: Callable[[], Any]
) -> Iterator[tuple[str, Array]]:
    def loss() -> tuple[Any, tuple[()]]:
        result = objective()
        return (result[0] if isinstance(result, tuple) else result), ()

    variables = getattr(model, player).trainable_variables
    state = [*model.variables, *model.optimizer.variables]
    _, found = backend.value_and_grad(loss, variables, state)
    for variable, gradient in zip(variables, found, strict=True):
        if gradient is not None:
            yield variable.path, value_of(gradient)


@contextmanager
def _unchanged(model: Any) -> Iterator[None]:
    state = backend.random_state()
    kept = [
        (variable, value_of(variable))
        for variable in [*model.variables, *backend.generator_states(model)]
        if not variable.trainable
    ]
    try:
        yield
    finally:
        for variable, value in kept:
            variable.assign(ops.convert_to_tensor(value, dtype=variable.dtype))
        backend.set_random_state(state)
