"""The port: all that differs between TensorFlow, JAX and torch.

Each adapter defines the same names. The rest of the package is written in
`keras.ops` and these functions, and never asks which backend runs.
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras

from keras_gan._typing import Tensor

_BACKENDS = ("tensorflow", "jax", "torch")

if keras.backend.backend() not in _BACKENDS:
    raise ImportError(
        "keras_gan trains on the tensorflow, jax and torch backends of Keras. "
        f"Received: KERAS_BACKEND={keras.backend.backend()!r}. Set "
        "KERAS_BACKEND to one of the three before keras is imported."
    )

_adapter: Any = importlib.import_module(
    f"keras_gan.backend.{keras.backend.backend()}"
)

__all__ = [
    "Stepper",
    "apply_gradients",
    "constant",
    "draw",
    "flat_layers",
    "input_gradient",
    "jit_choice",
    "random_state",
    "refuse_unsupported",
    "replica",
    "set_random_state",
    "strategy_scope",
    "update_if",
    "value_and_grad",
]

Stepper = _adapter.Stepper
apply_gradients = _adapter.apply_gradients
constant = _adapter.constant
input_gradient = _adapter.input_gradient
jit_choice = _adapter.jit_choice
random_state = _adapter.random_state
refuse_unsupported = _adapter.refuse_unsupported
replica = _adapter.replica
set_random_state = _adapter.set_random_state
strategy_scope = _adapter.strategy_scope
update_if = _adapter.update_if
value_and_grad = _adapter.value_and_grad


def draw(
    distribution: Callable[..., Tensor],
    shape: Sequence[Tensor],
    seed: keras.random.SeedGenerator,
) -> Tensor:
    """Draws random numbers, on each replica its own part of one global draw.

    Replicas hold equal seed states, so their own draws would be equal too.

    Args:
        distribution: A function of `keras.random`, such as
            `keras.random.normal`.
        shape: The shape for this replica; the first entry is the batch size.
        seed: The tracked generator to draw from.

    Returns:
        A tensor of shape `shape`.
    """
    index, count = replica()
    if count == 1:
        return distribution(tuple(shape), seed=seed)
    size = shape[0]
    whole = distribution((size * count, *shape[1:]), seed=seed)
    return whole[index * size : (index + 1) * size]


def flat_layers(network: keras.layers.Layer) -> Iterator[keras.layers.Layer]:
    """Yields the network and every layer inside it, at any depth."""
    # Keras has no public walk that enters wrappers and composite layers.
    yield from network._flatten_layers()
