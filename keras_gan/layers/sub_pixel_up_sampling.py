"""Enlargement that makes channels to pixels."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import channels_last, initializer, whole_number
from keras_gan._typing import Tensor

__all__ = ["NearestNeighborStart", "SubPixelUpSampling2D"]

_LARGEST_SCALE = 64


@keras.saving.register_keras_serializable("keras_gan")
class SubPixelUpSampling2D(keras.layers.Layer):
    """Makes `scale` x `scale` pixels of each pixel, out of its channels.

    `y[n, scale * h + i, scale * w + j, c] =
    x[n, h, w, (scale * i + j) * C + c]`, with `C` channels in the output. The
    other names of it are depth to space and pixel shuffle.

    Put it after a convolution of `scale^2` times the channels: the two together
    are a convolution for each place inside the enlarged pixel, and cost less
    than one at the larger size. With independent kernels these places start
    different, which shows as a checkerboard. Start the convolution with
    `initializer`, and there is none: all places start equal, as in nearest
    neighbour enlargement.

    Args:
        scale: int from 1 to 64, how many times as high and wide.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with images `(n, H, W, scale^2 * C)`. Returns images
    `(n, scale * H, scale * W, C)`.

    Raises:
        ValueError: `scale` is out of range, or `scale^2` does not divide the
            channels.

    Example:
        >>> enlarge = keras_gan.layers.SubPixelUpSampling2D(2)
        >>> convolve = keras.layers.Conv2D(
        ...     4 * 64,
        ...     3,
        ...     padding="same",
        ...     kernel_initializer=enlarge.initializer("he_normal"),
        ... )
        >>> enlarge(convolve(features)).shape
        (8, 28, 28, 64)

    Reference: Shi et al., 2016, arXiv 1609.05158, eq. 4; the start is Aitken et
    al., 2017, arXiv 1707.02937, section 3.2.
    """

    def __init__(self, scale: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = whole_number("scale", scale, 1, _LARGEST_SCALE)

    def initializer(
        self, kernel_initializer: Any
    ) -> keras.initializers.Initializer:
        """Returns a start for the kernel of the convolution before this layer.

        Args:
            kernel_initializer: initializer of one kernel, which all places
                inside an enlarged pixel then share.

        Raises:
            ValueError: `kernel_initializer` is no initializer.
        """
        return NearestNeighborStart(kernel_initializer, scale=self.scale)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Checks the channels; there are no weights."""
        channels_last("SubPixelUpSampling2D")
        channels = input_shape[-1] or 0
        if len(input_shape) != 4 or channels % self.scale**2:
            raise ValueError(
                "SubPixelUpSampling2D expects images (n, H, W, C) with a "
                f"multiple of {self.scale**2} channels, for "
                f"scale={self.scale}. Received: "
                f"input_shape={tuple(input_shape)}"
            )

    def call(self, inputs: Tensor) -> Tensor:
        """Enlarges images of shape `(n, H, W, scale^2 * C)`."""
        if self.scale == 1:
            return inputs  # TensorFlow refuses blocks of one pixel.
        return ops.depth_to_space(inputs, self.scale, "channels_last")

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        n, *sizes, channels = input_shape
        height, width = (
            None if size is None else self.scale * size for size in sizes
        )
        return (n, height, width, (channels or 0) // self.scale**2)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "scale": self.scale}


@keras.saving.register_keras_serializable("keras_gan")
class NearestNeighborStart(keras.initializers.Initializer):
    """The same kernel for each place inside an enlarged pixel.

    Args:
        kernel_initializer: initializer of that one kernel.
        scale: as of the `SubPixelUpSampling2D` that follows.

    Reference: Aitken et al., 2017, arXiv 1707.02937, section 3.2.
    """

    def __init__(self, kernel_initializer: Any, *, scale: int) -> None:
        self.kernel_initializer = initializer(
            "kernel_initializer", kernel_initializer
        )
        self.scale = scale

    def __call__(
        self, shape: Sequence[int], dtype: Any = None, **kwargs: Any
    ) -> Tensor:
        """Returns a kernel of shape `(..., scale^2 * C)`."""
        *rest, channels = shape
        places = self.scale**2
        if channels % places:
            raise ValueError(
                f"The kernel before SubPixelUpSampling2D({self.scale}) must "
                f"have a multiple of {places} filters. Received: "
                f"shape={tuple(shape)}"
            )
        kernel = self.kernel_initializer(
            (*rest, channels // places), dtype=dtype
        )
        return ops.concatenate([kernel] * places, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
            "scale": self.scale,
        }
