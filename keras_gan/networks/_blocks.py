"""Steps that several pairs of networks share."""

from collections.abc import Sequence
from math import ceil, floor, log2

import keras

from keras_gan._checks import channels_last
from keras_gan._typing import Tensor
from keras_gan.layers import LayerNormalization, SpectralNormalization
from keras_gan.networks._condition import Condition

__all__ = [
    "Activation",
    "activate",
    "check_image_shape",
    "check_normalization",
    "crop",
    "normalize",
    "stages_for",
    "start_size",
    "strided_convolutions",
    "wrap",
]

Activation = str | float
"""An activation's name, or the negative slope of a leaky ReLU."""

_NORMALIZATIONS = (None, "batch", "layer", "spectral")


def activate(features: Tensor, activation: Activation) -> Tensor:
    """Applies an activation as a layer of its own."""
    if isinstance(activation, str):
        return keras.layers.Activation(activation)(features)
    return keras.layers.LeakyReLU(negative_slope=activation)(features)


def normalize(features: Tensor, normalization: str | None) -> Tensor:
    """Applies batch or layer normalisation, where that is the choice."""
    if normalization == "batch":
        return keras.layers.BatchNormalization()(features)
    if normalization == "layer":
        return LayerNormalization()(features)
    return features


def wrap(
    layer: keras.layers.Layer, normalization: str | None
) -> keras.layers.Layer:
    """Normalises the layer's kernel, where spectral is the choice."""
    return (
        SpectralNormalization(layer) if normalization == "spectral" else layer
    )


def strided_convolutions(
    features: Tensor,
    filters: Sequence[int],
    kernel_sizes: Sequence[int],
    *,
    activation: Activation,
    dropout: float,
    normalization: str | None,
    condition: Condition,
) -> Tensor:
    """Halves the image with every convolution.

    The first is not batch or layer normalised: it would hide the range and the
    contrast of the images.
    """
    for index, (width, size) in enumerate(
        zip(filters, kernel_sizes, strict=True)
    ):
        convolution = keras.layers.Conv2D(
            width,
            size,
            strides=2,
            padding="same",
            kernel_initializer=condition.initializer(),
        )
        features = wrap(convolution, normalization)(features)
        if index > 0:
            features = normalize(features, normalization)
        features = activate(features, activation)
        if dropout > 0.0:
            features = keras.layers.Dropout(
                dropout, seed=condition.seeds.next()
            )(features)
    return features


def crop(images: Tensor, image_shape: Sequence[int]) -> Tensor:
    """Cuts images to the shape, the same on both sides or one more below."""
    borders = [
        (spare // 2, spare - spare // 2)
        for spare in (
            images.shape[1] - image_shape[0],
            images.shape[2] - image_shape[1],
        )
    ]
    if borders == [(0, 0), (0, 0)]:
        return images
    return keras.layers.Cropping2D(borders)(images)


def start_size(image_shape: Sequence[int], stages: int) -> tuple[int, int]:
    """Height and width that grow to the image's by `stages` doublings."""
    return (
        ceil(image_shape[0] / 2**stages),
        ceil(image_shape[1] / 2**stages),
    )


def stages_for(image_shape: Sequence[int], stages: int | None) -> int:
    """The given stages, or doublings from about 4 pixels up.

    2 for 28 pixels, 3 for 32, 4 for 64.
    """
    if stages is None:
        return max(1, floor(log2(min(image_shape[:2]) / 4)))
    most = ceil(log2(max(image_shape[:2]))) or 1
    if not 1 <= stages <= most:
        raise ValueError(
            f"`stages` must be a positive integer, at most {most} doublings "
            f"for images of {image_shape[0]}x{image_shape[1]}. "
            f"Received: stages={stages}"
        )
    return stages


def check_image_shape(image_shape: Sequence[int]) -> None:
    """Raises `ValueError` unless the shape is (height, width, channels)."""
    channels_last("keras_gan.networks")
    if len(image_shape) != 3 or any(
        not isinstance(size, int) or size < 1 for size in image_shape
    ):
        raise ValueError(
            "`image_shape` must be (height, width, channels), all positive "
            "integers; (28, 28, 1) is grey. "
            f"Received: image_shape={image_shape}"
        )


def check_normalization(normalization: str | None) -> None:
    """Raises `ValueError` for an unknown kind of normalisation."""
    if normalization not in _NORMALIZATIONS:
        raise ValueError(
            "`discriminator_normalization` must be None, 'batch', 'layer' or "
            "'spectral'. Received: "
            f"discriminator_normalization={normalization!r}"
        )
