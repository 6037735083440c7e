"""Lets a discriminator see how much a minibatch varies."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import LARGEST_INT32, channels_last, whole_number
from keras_gan._typing import Tensor

__all__ = ["MinibatchStdDev"]


@keras.saving.register_keras_serializable("keras_gan")
class MinibatchStdDev(keras.layers.Layer):
    """Appends the standard deviation over a group of samples as a channel.

    `sqrt(mean_group((x - mean_group(x))^2) + 1e-8)` for every feature, averaged
    over all features to one number for each group.

    A discriminator that sees it notices when the generator makes all images
    alike, which counters mode collapse. Put it before the last convolution. The
    samples of a group depend on each other, so it does not go with a penalty
    that asks for a gradient norm of each sample, such as `GradientPenalty`;
    beside `R1` it is usual.

    The `n` samples are dealt to `ceil(n / group_size)` groups like cards, so
    any batch size works and group sizes differ by one at most.

    Args:
        group_size: int above 1, the largest number of samples in a group. None
            takes the whole batch as one group.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Raises:
        ValueError: `group_size` is below 2.

    Example:
        >>> keras_gan.layers.MinibatchStdDev()(features).shape
        (8, 4, 4, 129)

    Reference: Karras et al., 2018, arXiv 1710.10196, section 3.
    """

    def __init__(self, group_size: int | None = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.group_size = (
            None
            if group_size is None
            else whole_number(
                "group_size",
                group_size,
                2,
                LARGEST_INT32,
                why=", as one sample does not vary, or None for the whole "
                "batch",
            )
        )

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Checks where the channels are; there are no weights."""
        if len(input_shape) > 2:
            channels_last("MinibatchStdDev")

    def call(self, inputs: Tensor) -> Tensor:
        """Appends the channel to features of shape `(n, ..., d)`."""
        batch_size = ops.shape(inputs)[0]
        same_group = self._same_group(batch_size)
        weights = same_group / ops.sum(same_group, axis=1, keepdims=True)
        # Squares of float16 overflow at 256.
        x = ops.cast(ops.reshape(inputs, (batch_size, -1)), "float32")
        mean = ops.matmul(weights, x)
        # The same as the mean over the group of (x - mean)^2: samples of one
        # group have one mean.
        variance = ops.matmul(weights, ops.square(x - mean))
        deviation = ops.mean(ops.sqrt(variance + 1e-8), axis=1)
        shape = (batch_size,) + (1,) * (len(inputs.shape) - 1)
        deviation = ops.cast(ops.reshape(deviation, shape), inputs.dtype)
        channel = ops.zeros_like(inputs[..., :1]) + deviation
        return ops.concatenate([inputs, channel], axis=-1)

    def compute_output_shape(
        self, input_shape: Sequence[int]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "group_size": self.group_size}

    def _same_group(self, batch_size: Any) -> Tensor:
        """1 where two samples share a group, else 0, (n, n)."""
        index = ops.arange(batch_size, dtype="int32")
        if self.group_size is None:
            group = ops.zeros_like(index)
        else:
            groups = (batch_size + self.group_size - 1) // self.group_size
            group = index % groups
        return ops.cast(group[:, None] == group[None, :], "float32")
