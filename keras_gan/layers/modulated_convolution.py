"""A convolution whose kernel is another one for each sample."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import flag
from keras_gan._typing import Tensor
from keras_gan.layers import _smoothed_strides
from keras_gan.layers._scaled_kernel import ScaledKernel, require_known_size

__all__ = ["ModulatedConv2D"]

_EPSILON = 1e-8


@keras.saving.register_keras_serializable("keras_gan")
class ModulatedConv2D(ScaledKernel):
    """Convolves each sample with a kernel that its style scales.

    `y[n] = conv(x[n], w[n]) + bias` with the kernel of sample `n`
    `w[n, i, j, c, d] = s[n, c] * k[i, j, c, d]`, `k = kernel / sqrt(size * size
    * channels)`, and, where it is demodulated, `w[n] / sqrt(sum(w[n]^2) +
    1e-8)`, the sum over `i`, `j` and `c`. Demodulation keeps the features at a
    standard deviation of 1, whatever the style, without looking at them.

    No kernel is made for each sample. Scaling the channels of the input by `s`
    and those of the output by the root is the same, and is one convolution on
    all backends, fast on CPUs, too.

    Args:
        filters: positive int, channels of the output.
        kernel_size: positive odd int.
        up_sampling: whether height and width are doubled, by a transposed
            convolution that is smoothed by `[1, 3, 3, 1] / 4` along both axes.
        demodulate: whether each kernel is divided by its norm. False for the
            layers that make the colours.
        use_bias: whether there is a bias.
        kernel_initializer: initializer, by default normal with a standard
            deviation of 1.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with `[images (n, H, W, c), styles (n, c)]`: a factor for each channel
    of the input. Returns `(n, H, W, filters)`, or twice the size.

    Raises:
        ValueError: an argument is out of range, the initializer is unknown, or
            there is not one factor for each channel.

    Example:
        >>> styles = keras_gan.layers.EqualizedDense(
        ...     64, bias_initializer="ones"
        ... )(style)
        >>> layer = keras_gan.layers.ModulatedConv2D(32, 3, up_sampling=True)
        >>> layer([features, styles]).shape
        (8, 28, 28, 32)

    Reference: Karras et al., 2020, arXiv 1912.04958, section 2.2.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        *,
        up_sampling: bool = False,
        demodulate: bool = True,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters, kernel_size, use_bias, kernel_initializer, **kwargs
        )
        self.up_sampling = flag("up_sampling", up_sampling)
        self.demodulate = flag("demodulate", demodulate)

    def build(self, input_shape: Sequence[Sequence[int | None]]) -> None:
        """Creates the weights."""
        images, styles = input_shape
        require_known_size(type(self).__name__, images)
        if tuple(styles[1:]) != (images[-1],):
            raise ValueError(
                "ModulatedConv2D expects [images, styles], with styles "
                f"(n, {images[-1]}): a factor for each channel of the images. "
                f"Received: styles of shape {tuple(styles)}"
            )
        self.add_weights(images)

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Convolves images `(n, H, W, c)`, each by its style `(n, c)`."""
        images, styles = inputs
        kernel = self.scaled_kernel()
        x = images * styles[:, None, None, :]
        if self.up_sampling:
            outputs = _smoothed_strides.doubled(x, kernel)
        else:
            outputs = ops.conv(x, kernel, padding="same")
        if self.demodulate:
            factors = ops.cast(_factors(kernel, styles), outputs.dtype)
            outputs = outputs * factors[:, None, None, :]
        return self.with_bias(outputs)

    def compute_output_shape(
        self, input_shape: Sequence[Sequence[int]]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        n, height, width, _ = input_shape[0]
        if self.up_sampling:
            height, width = 2 * height, 2 * width
        return (n, height, width, self.filters)

    def most_values(self, image_shape: Sequence[int]) -> int:
        """How many values its kernel has, or the matrix that smooths."""
        channels = image_shape[-1]
        kernel = self.kernel_size**2 * channels * self.filters
        if not self.up_sampling:
            return kernel
        return max(
            kernel, _smoothed_strides.matrix_size(2 * max(image_shape[1:3]))
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "up_sampling": self.up_sampling,
            "demodulate": self.demodulate,
        }


def _factors(kernel: Tensor, styles: Tensor) -> Tensor:
    """One over the norm of each sample's kernels, `(n, filters)`."""
    # Squares of float16 overflow at 256, and lose what is small.
    dtype = keras.backend.result_type(styles.dtype, "float32")
    kernel, styles = ops.cast(kernel, dtype), ops.cast(styles, dtype)
    energy = ops.sum(ops.square(kernel), axis=(0, 1))
    return ops.rsqrt(ops.matmul(ops.square(styles), energy) + _EPSILON)
