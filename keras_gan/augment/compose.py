"""Several augmentations, one after the other."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan._typing import Tensor
from keras_gan.augment.composite import CompositeAugmentation, layers_of

__all__ = ["Compose"]


@keras.saving.register_keras_serializable("keras_gan")
class Compose(CompositeAugmentation):
    """Applies augmentations in the given order.

    What `augment=[...]` of a GAN becomes.

    Args:
        layers: augmentation layers. Each must let a right gradient through, or
            the GAN refuses it, see `check_gradient`.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Raises:
        TypeError: `layers` is no sequence of Keras layers.

    Example:
        >>> augment = keras_gan.augment.Compose(
        ...     [
        ...         keras_gan.augment.DiffAugment("translation"),
        ...         keras_gan.augment.InstanceNoise(0.1, decay_steps=5_000),
        ...     ]
        ... )
    """

    def __init__(
        self, layers: Sequence[keras.layers.Layer], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.layers = layers_of("layers", layers)

    def call(self, images: Tensor, training: bool = True) -> Tensor:
        """Changes images `(n, ...)` in training."""
        for layer in self.layers:
            images = layer(images, training=training)
        return images
