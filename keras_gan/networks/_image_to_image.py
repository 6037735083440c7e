"""Steps that networks from image to image share."""

from typing import Any

import keras

from keras_gan._checks import channels_last, choice, received, shape_of
from keras_gan._typing import Tensor
from keras_gan.layers import (
    CropLike,
    InstanceNormalization,
    LayerNormalization,
    SubPixelUpSampling2D,
)
from keras_gan.networks._blocks import crop, layer_size
from keras_gan.networks._condition import Condition, model
from keras_gan.networks._seeds import Seeds

__all__ = [
    "OpenShape",
    "check_generator_normalization",
    "check_upsampling",
    "crop_like",
    "enlarged",
    "halved",
    "images_of",
    "layer_maker",
    "normalized",
    "open_shape",
    "output_channels",
    "renamed",
    "sub_pixels",
]

OpenShape = tuple[int | None, int | None, int]
"""(height, width, channels); None for a height or width that varies."""

_NORMALIZATIONS = (None, "batch", "instance")
# The papers' programs add this to the variance and let the averages move so.
# With kernels that start as small as theirs, Keras' 0.001 outweighs it.
_EPSILON = 1e-5
_MOMENTUM = 0.9
_UPSAMPLINGS = ("transposed", "resize", "sub_pixel")


def open_shape(
    name: str,
    value: Any,
    smallest: int = 1,
    network: str = "this network",
) -> OpenShape:
    """Returns (height, width, channels), or raises `ValueError`.

    Args:
        name: the argument.
        value: what was given.
        smallest: the least height and width.
        network: what needs them to be so large.
    """
    channels_last("keras_gan.networks")
    given = list(value) if isinstance(value, list | tuple) else []
    varies = [entry is None for entry in given[:2]]
    if not any(varies):
        height, width, channels = shape_of(name, value, rank=3)
    else:
        known = [
            1 if place < 2 and entry is None else entry
            for place, entry in enumerate(given)
        ]
        try:
            height, width, channels = shape_of(name, known, rank=3)
        except ValueError:
            raise ValueError(
                f"`{name}` must be (height, width, channels), each a whole "
                "number of at least 1, or None for a height or a width that "
                f"varies. {received(name, value)}"
            ) from None
    sizes = [
        None if each else size
        for each, size in zip(
            varies or (False, False), (height, width), strict=True
        )
    ]
    if any(size is not None and size < smallest for size in sizes):
        raise ValueError(
            f"`{name}` must be at least {smallest} pixels high and wide for "
            f"{network}. {received(name, value)}"
        )
    return sizes[0], sizes[1], channels


def output_channels(name: str, value: Any, otherwise: int) -> int:
    """Returns the channels of the output, by default as many as given."""
    return otherwise if value is None else layer_size(name, value)


def check_generator_normalization(normalization: Any) -> None:
    """Raises `ValueError` for an unknown kind of normalisation."""
    choice("normalization", normalization, _NORMALIZATIONS)


def check_upsampling(upsampling: Any) -> None:
    """Raises `ValueError` for an unknown kind of enlargement."""
    choice("upsampling", upsampling, _UPSAMPLINGS)


def layer_maker(kernel_initializer: Any, seed: Any, **sizes: Any) -> Condition:
    """What seeds and checks the layers of a network without labels.

    Args:
        kernel_initializer: of all kernels; None is the papers', a normal
            distribution of deviation 0.02.
        seed: int or None.
        **sizes: the arguments that decide how large layers become.
    """
    if kernel_initializer is None:
        kernel_initializer = keras.initializers.RandomNormal(stddev=0.02)
    return Condition(None, "concat", kernel_initializer, Seeds(seed), sizes)


def halved(
    features: Tensor,
    filters: int,
    kernel_size: int,
    layers: Condition,
    *,
    use_bias: bool,
) -> Tensor:
    """Halves height and width, rounded up."""
    convolution = keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=2,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=layers.initializer(),
    )
    return layers.connect(convolution, features)


def enlarged(
    features: Tensor,
    filters: int,
    kernel_size: int,
    layers: Condition,
    *,
    upsampling: str,
    use_bias: bool = True,
) -> Tensor:
    """Doubles height and width.

    `kernel_size` is a transposed convolution's; the others take 3.
    """
    if upsampling == "transposed":
        convolution = keras.layers.Conv2DTranspose(
            filters,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=use_bias,
            kernel_initializer=layers.initializer(),
        )
        return layers.connect(convolution, features)
    if upsampling == "sub_pixel":
        return sub_pixels(features, filters, 2, layers, use_bias=use_bias)
    # The nearest pixel: of Keras' ways to resize, the one whose second
    # derivative is right on all backends, and that takes any size.
    features = keras.layers.UpSampling2D()(features)
    convolution = keras.layers.Conv2D(
        filters,
        3,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=layers.initializer(),
    )
    return layers.connect(convolution, features)


def sub_pixels(
    features: Tensor,
    filters: int,
    scale: int,
    layers: Condition,
    *,
    use_bias: bool = True,
) -> Tensor:
    """Makes an image `scale` times as high and wide, by sub-pixels."""
    enlarge = SubPixelUpSampling2D(scale)
    convolution = keras.layers.Conv2D(
        scale**2 * filters,
        3,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=enlarge.initializer(layers.initializer()),
    )
    return enlarge(layers.connect(convolution, features))


def normalized(features: Tensor, normalization: str | None) -> Tensor:
    """Applies batch, instance or layer normalisation, if that is the choice."""
    if normalization == "batch":
        return keras.layers.BatchNormalization(
            momentum=_MOMENTUM, epsilon=_EPSILON
        )(features)
    if normalization == "instance":
        return InstanceNormalization(epsilon=_EPSILON)(features)
    if normalization == "layer":
        return LayerNormalization(epsilon=_EPSILON)(features)
    return features


def crop_like(images: Tensor, like: Tensor) -> Tensor:
    """Cuts images to the size of others."""
    if None in like.shape[1:3]:
        return CropLike()([images, like])
    return crop(images, like.shape[1:3])


def images_of(features: Tensor, activation: str | None) -> Tensor:
    """Ends a generator: float32, in which losses compare images."""
    name = "linear" if activation is None else activation
    return keras.layers.Activation(name, dtype="float32")(features)


def renamed(network: keras.Model, name: str) -> keras.Model:
    """The same network under another name."""
    return model(network.inputs, network.output, name)
