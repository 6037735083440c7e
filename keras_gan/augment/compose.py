"""Several augmentations, one after the other."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan._checks import received
from keras_gan._typing import Tensor

__all__ = ["Compose"]


@keras.saving.register_keras_serializable("keras_gan")
class Compose(keras.layers.Layer):
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

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Builds the layers, none of which changes the shape."""
        for layer in self.layers:
            if not layer.built:
                layer.build(input_shape)

    def call(self, images: Tensor, training: bool = True) -> Tensor:
        """Changes images `(n, ...)` in training."""
        for layer in self.layers:
            images = layer(images, training=training)
        return images

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "layers": [
                keras.saving.serialize_keras_object(layer)
                for layer in self.layers
            ],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Compose":
        """Makes the layer from what `get_config` returned."""
        layers = [
            keras.saving.deserialize_keras_object(layer)
            for layer in config.pop("layers")
        ]
        return cls(layers, **config)


def layers_of(name: str, value: Any) -> list[keras.layers.Layer]:
    """Returns augmentation layers as a list.

    Raises:
        TypeError: If it is no list or tuple of at least one Keras layer.
    """
    several = isinstance(value, list | tuple) and len(value) > 0
    if several and all(isinstance(each, keras.layers.Layer) for each in value):
        return list(value)
    raise TypeError(
        f"`{name}` must be a list of augmentation layers, such as "
        f"[keras_gan.augment.DiffAugment()]. {received(name, value)}"
    )
