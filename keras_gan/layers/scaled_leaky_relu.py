"""A leaky ReLU that keeps the size of its input."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

import keras
from keras import ops

from keras_gan._checks import number_in
from keras_gan._typing import Tensor

__all__ = ["ScaledLeakyReLU"]


@keras.saving.register_keras_serializable("keras_gan")
class ScaledLeakyReLU(keras.layers.Layer):
    """A leaky ReLU times the root of 2.

    `y = sqrt(2) * max(x, slope * x)`. A ReLU halves the mean square of
    features around 0, and the factor restores it. It goes with layers whose
    weights are scaled, such as `EqualizedConv2D`, where initial weights cannot
    make up for it.

    Args:
        negative_slope: number from 0 on, the slope below 0.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with `(n, ...)`. Returns the same shape.

    Raises:
        ValueError: the slope is negative or not finite.

    Example:
        >>> keras_gan.layers.ScaledLeakyReLU()(features).shape
        (8, 14, 14, 64)

    Reference: Karras et al., 2020, arXiv 1912.04958, in the authors' code.
    """

    def __init__(self, negative_slope: float = 0.2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.negative_slope = number_in(
            "negative_slope", negative_slope, "[0, inf)"
        )

    def call(self, inputs: Tensor) -> Tensor:
        """Applies it to features of any shape."""
        return ops.leaky_relu(inputs, self.negative_slope) * sqrt(2)

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "negative_slope": self.negative_slope}
