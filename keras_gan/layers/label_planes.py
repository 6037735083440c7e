"""Shows a discriminator the class of an image, pixel by pixel."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import channels_last
from keras_gan._typing import Tensor

__all__ = ["LabelPlanes"]


@keras.saving.register_keras_serializable("keras_gan")
class LabelPlanes(keras.layers.Layer):
    """Appends each number of a label vector to an image as a constant channel.

    `[images (n, H, W, C), labels (n, k)] -> (n, H, W, C + k)`.

    The usual way to give a convolutional discriminator the one-hot class of an
    image. The cost of the first convolution grows with `k`; with many classes
    prefer `Projection`.

    Args:
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Example:
        >>> keras_gan.layers.LabelPlanes()([images, one_hot]).shape
        (8, 28, 28, 11)

    Reference: the discriminator of Perarnau et al., 2016, arXiv 1611.06355,
    section 3.2.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def build(self, input_shape: Sequence[Sequence[int | None]]) -> None:
        """Checks the shapes; there are no weights."""
        channels_last("LabelPlanes")
        if len(input_shape) != 2 or len(input_shape[1]) != 2:
            raise ValueError(
                "LabelPlanes expects [images (n, H, W, C), labels (n, k)]. "
                f"Received shapes: {input_shape}"
            )

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Joins `[images, labels]`."""
        images, labels = inputs
        labels = ops.cast(labels, images.dtype)
        for _ in range(len(images.shape) - 2):
            labels = ops.expand_dims(labels, 1)
        planes = ops.ones_like(images[..., :1]) * labels
        return ops.concatenate([images, planes], axis=-1)

    def compute_output_shape(
        self, input_shape: Sequence[Sequence[int]]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        images, labels = input_shape
        return (*images[:-1], images[-1] + labels[-1])
