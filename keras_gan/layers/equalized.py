"""Layers whose weights all learn at the same rate."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

import keras
from keras import ops

from keras_gan._checks import (
    LARGEST_INT32,
    flag,
    initializer,
    number_in,
    whole_number,
)
from keras_gan._typing import Tensor
from keras_gan.layers import _smoothed_strides
from keras_gan.layers._scaled_kernel import ScaledKernel, normal

__all__ = ["EqualizedConv2D", "EqualizedDense"]


@keras.saving.register_keras_serializable("keras_gan")
class EqualizedDense(keras.layers.Layer):
    """A dense layer whose weights are scaled when it is called.

    `y = x @ (kernel * m / sqrt(d)) + m * bias`, where `d` is the size of `x`
    and `m` the `learning_rate_multiplier`. The kernel starts from a standard
    normal distribution, divided by `m`, and so all kernels of a network have
    the same size. Adam, which moves each weight by about the learning rate,
    then changes each by the same share.

    Over the channels of images it is a convolution of 1 x 1.

    Args:
        units: positive int, size of the output.
        learning_rate_multiplier: number above 0. The layer learns so many
            times as fast as others; the paper takes 0.01 for the mapping.
        use_bias: whether there is a bias.
        kernel_initializer: initializer, by default normal with a standard
            deviation of 1. What it gives is divided by the multiplier.
        bias_initializer: initializer, by default zeros; divided, too.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with `(n, ..., d)`. Returns `(n, ..., units)`.

    Raises:
        ValueError: an argument is out of range, or an initializer is unknown.

    Example:
        >>> layer = keras_gan.layers.EqualizedDense(128)
        >>> layer(latents).shape
        (8, 128)

    Reference: Karras et al., 2018, arXiv 1710.10196, section 4.1.
    """

    def __init__(
        self,
        units: int,
        *,
        learning_rate_multiplier: float = 1.0,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = whole_number("units", units, 1, LARGEST_INT32)
        self.learning_rate_multiplier = number_in(
            "learning_rate_multiplier", learning_rate_multiplier
        )
        self.use_bias = flag("use_bias", use_bias)
        self.kernel_initializer = normal(
            "kernel_initializer", kernel_initializer
        )
        self.bias_initializer = initializer(
            "bias_initializer", bias_initializer
        )

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the weights."""
        size = input_shape[-1] or 0
        self._scale = self.learning_rate_multiplier / sqrt(size)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(size, self.units),
            initializer=self._divided(self.kernel_initializer),
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self._divided(self.bias_initializer),
            )

    def call(self, inputs: Tensor) -> Tensor:
        """Multiplies features of shape `(n, ..., d)` with the kernel."""
        outputs = ops.matmul(inputs, self.kernel * self._scale)
        if not self.use_bias:
            return outputs
        return outputs + self.bias * self.learning_rate_multiplier

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        save = keras.initializers.serialize
        return {
            **super().get_config(),
            "units": self.units,
            "learning_rate_multiplier": self.learning_rate_multiplier,
            "use_bias": self.use_bias,
            "kernel_initializer": save(self.kernel_initializer),
            "bias_initializer": save(self.bias_initializer),
        }

    def _divided(self, start: Any) -> Any:
        """An initializer whose numbers the multiplier brings back."""

        def initialize(shape: Sequence[int], dtype: Any = None) -> Tensor:
            return start(shape, dtype) / self.learning_rate_multiplier

        return initialize


@keras.saving.register_keras_serializable("keras_gan")
class EqualizedConv2D(ScaledKernel):
    """A convolution whose kernel is scaled when it is called.

    `y = conv(x, kernel / sqrt(k * k * c)) + bias`, with zeros around the image
    and a kernel that starts from a standard normal distribution; see
    `EqualizedDense`.

    With `down_sampling` the image is smoothed by `[1, 3, 3, 1] / 8` along both
    axes, and convolved at every second pixel, which halves height and width
    without aliasing; odd sizes are rounded up.

    Args:
        filters: positive int, channels of the output.
        kernel_size: positive odd int.
        down_sampling: whether the size is halved.
        use_bias: whether there is a bias.
        kernel_initializer: initializer, by default normal with a standard
            deviation of 1.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with `(n, H, W, c)`. Returns `(n, H, W, filters)`, or half of the size.

    Raises:
        ValueError: an argument is out of range, or the initializer is unknown.

    Example:
        >>> layer = keras_gan.layers.EqualizedConv2D(64, 3, down_sampling=True)
        >>> layer(images).shape
        (8, 14, 14, 64)

    Reference: Karras et al., 2018, arXiv 1710.10196, section 4.1; smoothed:
    Karras et al., 2019, arXiv 1812.04948.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        *,
        down_sampling: bool = False,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters, kernel_size, use_bias, kernel_initializer, **kwargs
        )
        self.down_sampling = flag("down_sampling", down_sampling)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the weights."""
        self.add_weights(input_shape)

    def call(self, inputs: Tensor) -> Tensor:
        """Convolves images of shape `(n, H, W, c)`."""
        kernel = self.scaled_kernel()
        if self.down_sampling:
            outputs = _smoothed_strides.halved(inputs, kernel)
        else:
            outputs = ops.conv(inputs, kernel, padding="same")
        return self.with_bias(outputs)

    def compute_output_shape(
        self, input_shape: Sequence[int]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        n, height, width, _ = input_shape
        if self.down_sampling:
            height, width = (height + 1) // 2, (width + 1) // 2
        return (n, height, width, self.filters)

    def most_values(self, input_shape: Sequence[int]) -> int:
        """How many values its kernel has, or the matrix that smooths."""
        channels = input_shape[-1]
        kernel = self.kernel_size**2 * channels * self.filters
        if not self.down_sampling:
            return kernel
        return max(kernel, _smoothed_strides.matrix_size(max(input_shape[1:3])))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "down_sampling": self.down_sampling,
        }
