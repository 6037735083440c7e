"""A convolution in groups that trains fast everywhere."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import LARGEST_INT32, whole_number, whole_numbers
from keras_gan._typing import Tensor

__all__ = ["GroupedConv2D"]


@keras.saving.register_keras_serializable("keras_gan")
class GroupedConv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D` with `groups`, fast on CPUs, too.

    Group `i` of the output channels sees group `i` of the input channels, and
    nothing else: `1 / groups` of the weights and of the work.

    Weights, outputs and derivatives are those of `keras.layers.Conv2D`. Its
    groups have no fast gradient on the CPU with TensorFlow and JAX: where it
    was measured, it took 18 to 90 times as long. There this layer makes one
    convolution for each group.

    Args:
        filters: positive int, channels of the output.
        kernel_size: int or two of them.
        groups: positive int, divides `filters` and the input's channels.
        **kwargs: the other arguments of `keras.layers.Conv2D`: `strides`,
            `padding`, `use_bias`, `kernel_initializer`, ...

    Raises:
        ValueError: an argument is out of range, or `groups` does not divide the
            channels.

    Example:
        >>> layer = keras_gan.layers.GroupedConv2D(
        ...     64, 3, groups=4, padding="same"
        ... )
        >>> layer(features).shape
        (8, 14, 14, 64)

    Reference: Xie et al., 2017, arXiv 1611.05431, figure 3 (c).
    """

    def __init__(
        self, filters: int, kernel_size: Any, *, groups: int, **kwargs: Any
    ) -> None:
        filters = whole_number("filters", filters, 1, LARGEST_INT32)
        groups = whole_number("groups", groups, 1, LARGEST_INT32)
        if filters % groups:
            raise ValueError(
                "`groups` must divide `filters`, the channels of the output. "
                f"Received: groups={groups}, filters={filters}"
            )
        super().__init__(
            filters, _kernel_size(kernel_size), groups=groups, **kwargs
        )

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the weights."""
        channels = -1 if self.data_format == "channels_last" else 1
        if (input_shape[channels] or 0) % self.groups:
            raise ValueError(
                "`groups` must divide the channels of the input. Received: "
                f"groups={self.groups}, input_shape={tuple(input_shape)}"
            )
        super().build(input_shape)

    def convolution_op(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        """Convolves; bias and activation come after it."""
        if self.groups == 1 or not backend.convolves_groups_apart():
            return super().convolution_op(inputs, kernel)
        channels = -1 if self.data_format == "channels_last" else 1
        parts = zip(
            ops.split(inputs, self.groups, axis=channels),
            ops.split(kernel, self.groups, axis=-1),
            strict=True,
        )
        convolve = super().convolution_op
        return ops.concatenate(
            [convolve(part, weights) for part, weights in parts], axis=channels
        )


def _kernel_size(value: Any) -> tuple[int, ...]:
    if isinstance(value, Integral):
        return (whole_number("kernel_size", value, 1, LARGEST_INT32),) * 2
    return whole_numbers(
        "kernel_size",
        value,
        1,
        LARGEST_INT32,
        length=(2, 2),
        why=": height and width, or one number for both",
    )
