"""Augmentations that a coin decides on: for each image, some are applied."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor

__all__ = ["apply_by_coins"]


def apply_by_coins(
    layers: Sequence[keras.layers.Layer],
    images: Tensor,
    probability: Tensor,
    seed: keras.random.SeedGenerator,
) -> Tensor:
    """Applies each layer to each image or not, by a coin of its own.

    Args:
        layers: Augmentation layers, in their order. Those with
            `takes_probability` have a coin for each of their transforms.
        images: Shape `(n, ...)`.
        probability: How likely a layer is to be applied to an image.
        seed: What the coins are drawn from.

    Returns:
        Images of the same shape.
    """
    probability = ops.convert_to_tensor(probability)
    one_each = (ops.shape(images)[0], *(1 for _ in images.shape[1:]))
    for layer in layers:
        if getattr(layer, "takes_probability", False):
            images = layer(images, training=True, probability=probability)
            continue
        chance = backend.draw(_uniform_float32, one_each, seed)
        changed = layer(images, training=True)
        images = ops.where(chance < probability, changed, images)
    return images


def _uniform_float32(shape: tuple[Any, ...], seed: Any) -> Tensor:
    return keras.random.uniform(shape, seed=seed, dtype="float32")
