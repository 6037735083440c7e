"""How long will a training take on this machine? Before it begins."""

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.models import GAN, AdversarialModel, saved_state

__all__ = ["seconds_per_batch"]

_BACKWARD = 2
"""A backward pass takes about twice the time of a forward pass."""
_CALLS = 5


def seconds_per_batch(gan: AdversarialModel, batch_size: int) -> float | None:
    """Returns about how many seconds a batch takes, by timing the networks.

    Each network sees a batch of zeros, forward only, so that nothing of the
    model changes; compiled, where the backend compiles a step. A step passes
    them several times, forward and backward.

    Args:
        gan: The compiled model.
        batch_size: Images in a batch.

    Returns:
        The seconds; None of a model that is no `GAN`, or whose networks do
        not tell their inputs.
    """
    if not isinstance(gan, GAN):
        return None
    with saved_state.seeds_kept(gan):
        generator = _forward_seconds(gan.generator, batch_size)
        discriminator = _forward_seconds(
            gan.discriminator, max(1, batch_size // gan.pack)
        )
    if generator is None or discriminator is None:
        return None
    both = 1 + _BACKWARD
    # Real and fake, each forward and backward; then the generator's turn, in
    # which gradients go back through the discriminator, too.
    critic = 2 * both * discriminator + generator
    return gan.discriminator_steps * critic + both * (generator + discriminator)


def _forward_seconds(network: keras.Model, batch_size: int) -> float | None:
    try:
        shapes = [tuple(each.shape)[1:] for each in network.inputs]
    except (AttributeError, ValueError, TypeError):
        return None  # Subclassed.
    if any(side is None for shape in shapes for side in shape):
        return None
    zeros = [np.zeros((batch_size, *shape), "float32") for shape in shapes]
    given = zeros if len(zeros) > 1 else zeros[0]
    forward = backend.compiled(
        lambda: network(given, training=False), network.variables
    )
    try:
        _seconds_of(forward)  # The first call compiles.
        return min(_seconds_of(forward) for _ in range(_CALLS))
    # What is only told must not end a training before it begins.
    except Exception:
        return None


def _seconds_of(forward: Callable[[], Any]) -> float:
    start = time.perf_counter()
    made = forward()
    # Waits for the device, too.
    keras.tree.map_structure(ops.convert_to_numpy, made)
    return time.perf_counter() - start
