"""The learned picture that a style generator starts from."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import LARGEST_INT32, whole_number
from keras_gan._typing import Tensor
from keras_gan.layers._scaled_kernel import normal

__all__ = ["ConstantInput"]


@keras.saving.register_keras_serializable("keras_gan")
class ConstantInput(keras.layers.Layer):
    """Gives the same learned picture for each sample.

    The start of a generator whose styles decide all that differs between
    images. What it is called on only says how many samples there are.

    Args:
        height: positive int, of the picture.
        width: positive int, of the picture.
        channels: positive int, of the picture.
        constant_initializer: initializer, by default normal with a standard
            deviation of 1.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with any tensor `(n, ...)`. Returns `(n, height, width, channels)`.

    Raises:
        ValueError: a size is below 1, or the initializer is unknown.

    Example:
        >>> keras_gan.layers.ConstantInput(4, 4, 128)(styles).shape
        (8, 4, 4, 128)

    Reference: Karras et al., 2019, arXiv 1812.04948, section 2.
    """

    def __init__(
        self,
        height: int,
        width: int,
        channels: int,
        *,
        constant_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.height = whole_number("height", height, 1, LARGEST_INT32)
        self.width = whole_number("width", width, 1, LARGEST_INT32)
        self.channels = whole_number("channels", channels, 1, LARGEST_INT32)
        self.constant_initializer = normal(
            "constant_initializer", constant_initializer
        )

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the picture."""
        self.constant = self.add_weight(
            name="constant",
            shape=(self.height, self.width, self.channels),
            initializer=self.constant_initializer,
        )

    def call(self, inputs: Tensor) -> Tensor:
        """Returns the picture as often as there are samples."""
        constant = ops.cast(self.constant, self.compute_dtype)
        ones = ops.ones((ops.shape(inputs)[0], 1, 1, 1), self.compute_dtype)
        return ones * constant

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return (input_shape[0], self.height, self.width, self.channels)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "height": self.height,
            "width": self.width,
            "channels": self.channels,
            "constant_initializer": keras.initializers.serialize(
                self.constant_initializer
            ),
        }
