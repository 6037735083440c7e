"""How long will a training take on this machine? Before it begins."""

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.models import GAN, AdversarialModel, CycleGAN, saved_state
from keras_gan.models.image_to_image import ImageToImage
from keras_gan.recipes.tasks import Shapes

__all__ = ["seconds_per_batch"]

_BACKWARD = 2
"""A backward pass takes about twice the time of a forward pass."""
_CALLS = 5


def seconds_per_batch(
    gan: AdversarialModel, batch_size: int, shapes: Shapes
) -> float | None:
    """Returns about how many seconds a batch takes, by timing the networks.

    Each network sees a batch of zeros, forward only, so that nothing of the
    model changes; compiled, where the backend compiles a step. A step passes
    them several times, forward and backward.

    Args:
        gan: The compiled model.
        batch_size: Images in a batch.
        shapes: Those of the images and of their sources, for networks that
            take any size.

    Returns:
        The seconds; None of another model than the package's, or where
        networks do not tell their inputs.
    """
    if not isinstance(gan, GAN | ImageToImage):
        return None
    image, source = shapes
    pack, critics = 1, 1
    if isinstance(gan, GAN):
        makers, judges = [gan.generator], [gan.discriminator]
        pack, critics = gan.pack, gan.discriminator_steps
    else:
        makers, judges = list(gan.generators), list(gan.discriminators)
    with saved_state.seeds_kept(gan):
        made = [
            _forward_seconds(each, batch_size, source or image)
            for each in makers
        ]
        judged = [
            _forward_seconds(each, max(1, batch_size // pack), image)
            for each in judges
        ]
    if None in made or None in judged:
        return None
    generator, discriminator = (
        sum(filter(None, made)),
        sum(filter(None, judged)),
    )
    both = 1 + _BACKWARD
    # Real and fake, each forward and backward; then the generator's turn, in
    # which gradients go back through the discriminator, too.
    critic = 2 * both * discriminator + generator
    turn = both * (_passes(gan) * generator + discriminator)
    return critics * critic + turn


def _passes(gan: AdversarialModel) -> int:
    """How often each generator is passed in its turn."""
    if not isinstance(gan, CycleGAN):
        return 1
    # There, back, and an image that is of the other side already.
    return 2 if gan.identity_weight == 0 else 3


def _forward_seconds(
    network: keras.Model, batch_size: int, image: tuple[int, ...]
) -> float | None:
    try:
        shapes = [tuple(each.shape)[1:] for each in network.inputs]
    except (AttributeError, ValueError, TypeError):
        return None  # Subclassed.
    shapes = [
        tuple(
            size if side is None else side
            for side, size in zip(shape, image, strict=True)
        )
        if None in shape and len(shape) == len(image)
        else shape
        for shape in shapes
    ]
    if any(None in shape for shape in shapes):
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
