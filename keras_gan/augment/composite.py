"""Augmentations that hold others."""

from collections.abc import Sequence
from typing import Any, Self

import keras

from keras_gan._checks import received
from keras_gan._method_names import without_class

__all__ = ["CompositeAugmentation", "layers_of"]


@without_class
class CompositeAugmentation(keras.layers.Layer):
    """Base of augmentations that apply others, none of which changes the shape.

    A subclass puts them into the attribute that `held_as` names, which is an
    argument of its constructor, too.
    """

    held_as = "layers"
    """The argument and attribute that has the layers."""

    def held(self) -> list[keras.layers.Layer]:
        """Returns the layers, in their order."""
        layers: list[keras.layers.Layer] = getattr(self, self.held_as)
        return layers

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Builds the layers."""
        for layer in self.held():
            if not layer.built:
                layer.build(input_shape)

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        save = keras.saving.serialize_keras_object
        layers = [save(layer) for layer in self.held()]
        return {**super().get_config(), self.held_as: layers}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the layer from what `get_config` returned."""
        restore = keras.saving.deserialize_keras_object
        layers = [restore(layer) for layer in config[cls.held_as]]
        return cls(**{**config, cls.held_as: layers})


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
