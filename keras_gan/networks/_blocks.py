"""Steps that several pairs of networks share."""

from collections.abc import Sequence
from math import ceil, floor, log2
from numbers import Integral
from typing import Any

import keras

from keras_gan._checks import (
    LARGEST_INT32,
    channels_last,
    choice,
    number_in,
    received,
    shape_of,
    whole_number,
    whole_numbers,
)
from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._typing import Tensor
from keras_gan.layers import LayerNormalization, SpectralNormalization
from keras_gan.networks._condition import Condition

__all__ = [
    "Activation",
    "activate",
    "batch_norm",
    "check_normalization",
    "checked_image_shape",
    "checked_slope",
    "checked_widths",
    "crop",
    "layer_size",
    "normalize",
    "one_or_several",
    "stages_for",
    "start_size",
    "strided_convolutions",
    "widths_by_size",
    "wrap",
]

Activation = str | float
"""An activation's name, or the negative slope of a leaky ReLU."""

_NORMALIZATIONS = (None, "batch", "layer", "spectral")
_MOST_STAGES = 16
"""From one pixel to 65,536 of them."""
_MOST_LAYERS = 64
_SMALLEST = 4
"""Pixels that the halvings of `widths_by_size` leave."""


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
        features = condition.connect(wrap(convolution, normalization), features)
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


def stages_for(image_shape: Sequence[int], stages: int | None) -> int:
    """The given stages, or doublings from about 4 pixels up.

    2 for 28 pixels, 3 for 32, 4 for 64.
    """
    if stages is None:
        return max(1, floor(log2(min(image_shape[:2]) / 4)))
    return whole_number("stages", stages, 1, _MOST_STAGES)


def start_size(image_shape: Sequence[int], stages: int) -> tuple[int, int]:
    """Height and width that grow to the image's by `stages` doublings."""
    return (
        ceil(image_shape[0] / 2**stages),
        ceil(image_shape[1] / 2**stages),
    )


def widths_by_size(
    image_shape: Sequence[int],
    filters: int | Sequence[int],
    stages: int | None,
) -> tuple[int, ...]:
    """Channels at each size, from the smallest to the image's."""
    if stages is not None:
        stages = whole_number("stages", stages, 1, _MOST_STAGES)
    given = one_or_several("filters", filters, LARGEST_INT32)
    if isinstance(given, int):
        if stages is None:
            stages = _stages_to_smallest(min(image_shape[:2]))
        return tuple(given * 2**stage for stage in reversed(range(stages + 1)))
    if stages is not None and stages != len(given) - 1:
        raise ValueError(
            "`filters` has the channels at each size, and there is one size "
            "more than `stages`: leave `stages` out. "
            f"{received('filters', filters)}, stages={stages}"
        )
    return given


def _stages_to_smallest(size: int) -> int:
    stages = 1
    while ceil(size / 2 ** (stages + 1)) >= _SMALLEST:
        stages += 1
    return stages


def one_or_several(
    name: str, value: Any, largest: int
) -> int | tuple[int, ...]:
    """Returns one number for all sizes, or several, or raises `ValueError`."""
    if isinstance(value, Integral):
        return whole_number(name, value, 1, largest)
    return whole_numbers(
        name,
        value,
        1,
        largest,
        length=(2, _MOST_STAGES + 1),
        why=", one for each size from the smallest to the image's, or one "
        "number for all",
    )


def checked_image_shape(
    image_shape: Any, smallest: int = 1
) -> tuple[int, int, int]:
    """Returns (height, width, channels), or raises `ValueError`."""
    channels_last("keras_gan.networks")
    height, width, channels = shape_of("image_shape", image_shape, rank=3)
    if min(height, width) < smallest:
        raise ValueError(
            f"`image_shape` must be at least {smallest} pixels high and wide. "
            f"{received('image_shape', image_shape)}"
        )
    return height, width, channels


def checked_widths(name: str, value: Any, fewest: int = 0) -> tuple[int, ...]:
    """Returns the sizes of several layers, or raises `ValueError`."""
    why = ", the sizes of as many layers"
    length = (fewest, _MOST_LAYERS)
    return whole_numbers(name, value, 1, LARGEST_INT32, length=length, why=why)


def layer_size(name: str, value: Any) -> int:
    """Returns units, channels or a kernel's size, or raises `ValueError`.

    Which sizes are too large together, `Condition.connect` finds out.
    """
    return whole_number(name, value, 1, LARGEST_INT32)


def checked_slope(name: str, value: Any) -> Activation:
    """Returns an activation, or raises `ValueError`."""
    if isinstance(value, str):
        return str(checked_activation(name, value))
    return number_in(
        name,
        value,
        "[0, inf)",
        why=" (the slope of a leaky ReLU), or the name of an activation",
    )


def batch_norm(momentum: Any, epsilon: Any) -> dict[str, float]:
    """Returns the arguments of batch normalisation, or raises `ValueError`."""
    return {
        "momentum": number_in("batch_norm_momentum", momentum, "[0, 1)"),
        "epsilon": number_in("batch_norm_epsilon", epsilon),
    }


def check_normalization(normalization: Any) -> None:
    """Raises `ValueError` for an unknown kind of normalisation."""
    choice("discriminator_normalization", normalization, _NORMALIZATIONS)
