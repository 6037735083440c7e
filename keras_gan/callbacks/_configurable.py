"""Callbacks that can be written down and made again."""

from typing import Any, Self

from keras_gan._method_names import without_class


@without_class
class Configurable:
    """A callback whose `get_config` returns its constructor's arguments.

    Keras' own callbacks cannot be serialized.
    """

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the callback that `get_config` described."""
        return cls(**config)
