"""A generator that enlarges images."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._checks import received, whole_number
from keras_gan._typing import Tensor
from keras_gan.networks._blocks import layer_size
from keras_gan.networks._condition import Condition, model
from keras_gan.networks._image_to_image import (
    OpenShape,
    images_of,
    layer_maker,
    open_shape,
    output_channels,
    sub_pixels,
)

__all__ = ["enlarged_shape", "super_resolution"]

_LARGEST_SCALE = 64
_LARGEST_IMAGE = 2**26
_OUTER_KERNEL = 9
_MOST_BLOCKS = 64
_SLOPE = 0.2


def super_resolution(
    source_shape: Sequence[int | None],
    scale: int,
    *,
    out_channels: int | None = None,
    filters: int = 64,
    blocks: int = 16,
    output_activation: str | None = "tanh",
    kernel_initializer: Any = "glorot_uniform",
    seed: int | None = None,
) -> keras.Model:
    """The generator of SRGAN: makes images `scale` times as high and wide.

    A convolution of 9 x 9, residual blocks of two convolutions of 3 x 3 and one
    convolution around which their input passes, all at the source's size; then
    `keras_gan.layers.SubPixelUpSampling2D` for each prime factor of `scale`,
    and a convolution of 9 x 9. Each enlargement starts as nearest neighbour
    enlargement, without a checkerboard.

    As in the networks that came after SRGAN's, nothing is normalised: batch
    normalisation costs sharpness and leaves spots. Instead the last convolution
    of a block starts at zero, so that a block starts as the identity.
    Activations are leaky ReLUs of slope 0.2.

    Args:
        source_shape: `(H, W, C)` of the small images, any size. None for a
            height or width that varies from batch to batch.
        scale: int from 2 to 64.
        out_channels: positive int, channels of the output; by default `C`.
        filters: positive int, channels of the hidden layers.
        blocks: int from 0 to 64, residual blocks; 16 in the paper.
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1],
            None for linear images.
        kernel_initializer: initializer of all kernels but those that start at
            zero. None is normal, with a standard deviation of 0.02.
        seed: int for repeatable weights, or None.

    Returns:
        The generator: from images `(n, H, W, C)` to float32 images
        `(n, scale * H, scale * W, out_channels)`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> generator = keras_gan.networks.super_resolution((7, 7, 1), 4)
        >>> generator(small).shape
        (8, 28, 28, 1)

    Reference: Ledig et al., 2017, arXiv 1609.04802, figure 4; without
    normalisation as in Lim et al., 2017, arXiv 1707.02921, section 3.1.
    """
    source_shape, scale, _ = enlarged_shape(source_shape, scale)
    out_channels = output_channels(
        "out_channels", out_channels, source_shape[2]
    )
    filters = layer_size("filters", filters)
    blocks = whole_number("blocks", blocks, 0, _MOST_BLOCKS)
    checked_activation("output_activation", output_activation)
    layers = layer_maker(
        kernel_initializer,
        seed,
        source_shape=source_shape,
        scale=scale,
        out_channels=out_channels,
        filters=filters,
    )
    source = keras.Input(source_shape, name="source")
    first = _activated(_convolved(source, filters, _OUTER_KERNEL, layers))
    x = first
    for _ in range(blocks):
        x = _residual(x, layers)
    x = keras.layers.Add()([first, _convolved(x, filters, 3, layers)])
    for factor in _prime_factors(scale):
        x = _activated(sub_pixels(x, filters, factor, layers))
    x = _convolved(x, out_channels, _OUTER_KERNEL, layers)
    return model([source], images_of(x, output_activation), "generator")


def enlarged_shape(
    source_shape: Any, scale: Any
) -> tuple[OpenShape, int, OpenShape]:
    """Returns both arguments and the target's shape, or raises `ValueError`."""
    source = open_shape("source_shape", source_shape)
    scale = whole_number("scale", scale, 2, _LARGEST_SCALE)
    height, width = (
        None if size is None else scale * size for size in source[:2]
    )
    if (height or 1) * (width or 1) * source[2] > _LARGEST_IMAGE:
        raise ValueError(
            "`source_shape` and `scale` together must ask for at most "
            f"{_LARGEST_IMAGE} values in one image. "
            f"{received('source_shape', source_shape)}, scale={scale}"
        )
    return source, scale, (height, width, source[2])


def _residual(features: Tensor, layers: Condition) -> Tensor:
    filters = features.shape[-1]
    x = _activated(_convolved(features, filters, 3, layers))
    x = _convolved(x, filters, 3, layers, kernel_initializer="zeros")
    return keras.layers.Add()([features, x])


def _convolved(
    features: Tensor,
    filters: int,
    kernel_size: int,
    layers: Condition,
    *,
    kernel_initializer: Any = None,
) -> Tensor:
    convolution = keras.layers.Conv2D(
        filters,
        kernel_size,
        padding="same",
        kernel_initializer=kernel_initializer or layers.initializer(),
    )
    return layers.connect(convolution, features)


def _activated(features: Tensor) -> Tensor:
    return keras.layers.LeakyReLU(negative_slope=_SLOPE)(features)


def _prime_factors(number: int) -> list[int]:
    """The smallest first: 2, 2, 3 of 12."""
    for factor in range(2, number):
        if number % factor == 0:
            return [factor, *_prime_factors(number // factor)]
    return [number]
