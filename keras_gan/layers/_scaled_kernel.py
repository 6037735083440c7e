"""What convolutions with a scaled kernel share: arguments and weights."""

from collections.abc import Sequence
from math import prod, sqrt
from typing import Any

import keras

from keras_gan._checks import (
    LARGEST_INT32,
    channels_last,
    flag,
    initializer,
    received,
    whole_number,
)
from keras_gan._method_names import without_class
from keras_gan._typing import Tensor

__all__ = ["ScaledKernel", "normal", "require_known_size"]


@without_class
class ScaledKernel(keras.layers.Layer):
    """The base of layers that convolve with `kernel / sqrt(k * k * c)`.

    Args:
        filters: positive int, channels of the output.
        kernel_size: positive odd int.
        use_bias: whether there is a bias.
        kernel_initializer: initializer, by default normal with a standard
            deviation of 1.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Raises:
        ValueError: an argument is out of range, or the initializer is unknown.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        use_bias: bool,
        kernel_initializer: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = whole_number("filters", filters, 1, LARGEST_INT32)
        self.kernel_size = _odd_number("kernel_size", kernel_size)
        self.use_bias = flag("use_bias", use_bias)
        self.kernel_initializer = normal(
            "kernel_initializer", kernel_initializer
        )

    def add_weights(self, images: Sequence[int | None]) -> None:
        """Creates the weights for images of a shape.

        Raises:
            ValueError: If it is not that of images of a known size.
        """
        require_known_size(type(self).__name__, images)
        size = self.kernel_size
        shape = (size, size, images[-1] or 0, self.filters)
        self._scale = 1.0 / sqrt(prod(shape[:3]))
        self.kernel = self.add_weight(
            name="kernel", shape=shape, initializer=self.kernel_initializer
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.filters,), initializer="zeros"
            )

    def scaled_kernel(self) -> Tensor:
        """Returns the kernel that is convolved with."""
        return self.kernel * self._scale

    def with_bias(self, outputs: Tensor) -> Tensor:
        """Adds the bias, if there is one."""
        return outputs + self.bias if self.use_bias else outputs

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
        }


def normal(name: str, value: Any) -> Any:
    """Returns an initializer, standard normal where none was given.

    Raises:
        ValueError: If it is unknown.
    """
    if value is None:
        value = keras.initializers.RandomNormal(stddev=1.0)
    return initializer(name, value)


def _odd_number(name: str, value: Any) -> int:
    """Returns an odd number above 0.

    Raises:
        ValueError: If it is something else.
    """
    why = " and odd, so that a kernel has a pixel in its middle"
    size = whole_number(name, value, 1, LARGEST_INT32, why=why)
    if size % 2 == 0:
        raise ValueError(f"`{name}` must be odd. {received(name, value)}")
    return size


def require_known_size(who: str, shape: Sequence[int | None]) -> None:
    """Raises `ValueError` unless a shape is that of images of a known size."""
    channels_last(who)
    if len(shape) != 4 or None in shape[1:]:
        raise ValueError(
            f"{who} expects images (n, H, W, C) of a known size. Received: "
            f"input_shape={tuple(shape)}"
        )
