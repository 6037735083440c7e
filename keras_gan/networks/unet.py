"""A generator from image to image that hands details past its narrow middle."""

from collections.abc import Sequence
from math import ceil, log2
from typing import Any

import keras

from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._checks import flag, number_in, received, whole_number
from keras_gan._typing import Tensor
from keras_gan.networks._blocks import layer_size
from keras_gan.networks._condition import Condition, model
from keras_gan.networks._image_to_image import (
    OpenShape,
    check_generator_normalization,
    check_upsampling,
    crop_like,
    enlarged,
    halved,
    images_of,
    layer_maker,
    normalized,
    open_shape,
    output_channels,
)

__all__ = ["unet", "unet_stages"]

_KERNEL_SIZE = 4
_PAPERS_STAGES = 8
_MOST_STAGES = 16
_WIDEST = 8
"""Times `filters`."""


def unet(
    image_shape: Sequence[int | None],
    *,
    out_channels: int | None = None,
    filters: int = 64,
    stages: int | None = None,
    normalization: str | None = "batch",
    upsampling: str = "transposed",
    dropout: float = 0.5,
    dropout_at_inference: bool = False,
    output_activation: str | None = "tanh",
    kernel_initializer: Any = None,
    seed: int | None = None,
) -> keras.Model:
    """The generator of pix2pix: halves the image, then doubles it, with skips.

    The encoder halves the image `stages` times by convolutions of 4 x 4, each
    after the first normalised, with leaky ReLUs of slope 0.2. The decoder
    doubles it as often, with ReLUs, and joins what the encoder had at that size
    to each result. So edges of the source need not pass through the middle.

    The innermost stage is not normalised: of a single pixel nothing would be
    left by the normalisation of one image.

    Args:
        image_shape: `(H, W, C)` of the source, any size. A size that is odd is
            halved to the next whole number, and cut by a pixel on the way back:
            the output has the source's height and width. None for a height or
            width that varies from batch to batch.
        out_channels: positive int, channels of the output; by default `C`.
        filters: positive int, channels of the first stage; twice as many with
            each stage, up to 8 times.
        stages: int from 1 to 16, how often the image is halved. By default
            until the shorter side is one pixel, but 8 times at most: 5 for 28
            pixels, 6 for 64, 8 for 256 as in the paper, and where the size
            varies.
        normalization: "batch" (as in the paper), "instance" or None. Take
            "instance" for batches of few images: the paper's batches of one
            amount to it, and it does the same in training and afterwards.
        upsampling: "transposed" for transposed convolutions of 4 x 4, as in the
            paper; "resize" for the nearest pixel and a convolution of 3 x 3, or
            "sub_pixel" for `keras_gan.layers.SubPixelUpSampling2D`: both leave
            less of a checkerboard.
        dropout: float in [0, 1), in the innermost stages of the decoder: three
            of 8 stages as in the paper, with each stage fewer one fewer, but
            one at least. None in the last stage.
        dropout_at_inference: bool, whether dropout acts outside of training,
            too, as in the paper: it is the only noise of this generator, and
            outputs then differ from call to call. By default it acts in
            training alone, as usual in Keras.
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1],
            None for linear images.
        kernel_initializer: initializer of all kernels. By default normal, with
            a standard deviation of 0.02, as in the paper.
        seed: int for repeatable weights and dropout, or None.

    Returns:
        The generator: from images `(n, H, W, C)` to float32 images
        `(n, H, W, out_channels)`.

    Raises:
        ValueError: an argument is out of range, or the image cannot be halved
            `stages` times.

    Example:
        >>> generator = keras_gan.networks.unet((64, 64, 1), out_channels=3)
        >>> generator(outlines).shape
        (8, 64, 64, 3)

    Reference: Isola et al., 2017, arXiv 1611.07004, section 3.2.1 and appendix
    6.1.1.
    """
    image_shape = open_shape("image_shape", image_shape, smallest=2)
    out_channels = output_channels("out_channels", out_channels, image_shape[2])
    filters = layer_size("filters", filters)
    stages = unet_stages(image_shape, stages)
    check_generator_normalization(normalization)
    check_upsampling(upsampling)
    dropout = number_in("dropout", dropout, "[0, 1)")
    dropout_at_inference = flag("dropout_at_inference", dropout_at_inference)
    checked_activation("output_activation", output_activation)
    layers = layer_maker(
        kernel_initializer,
        seed,
        image_shape=image_shape,
        out_channels=out_channels,
        filters=filters,
        stages=stages,
    )
    source = keras.Input(image_shape, name="source")
    widths = [filters * min(2**stage, _WIDEST) for stage in range(stages)]
    skips = _encoded(source, widths, normalization, layers)
    x = skips.pop()
    with_dropout = max(1, stages - 5) if dropout > 0.0 else 0
    for index, skip in enumerate(reversed(skips)):
        x = enlarged(
            x,
            skip.shape[-1],
            _KERNEL_SIZE,
            layers,
            upsampling=upsampling,
            use_bias=normalization is None,
        )
        x = normalized(crop_like(x, skip), normalization)
        if index < with_dropout:
            # Keras keeps the argument of the call, and saves it.
            always = {"training": True} if dropout_at_inference else {}
            drop = keras.layers.Dropout(dropout, seed=layers.seeds.next())
            x = drop(x, **always)
        x = keras.layers.ReLU()(x)
        x = keras.layers.Concatenate()([x, skip])
    x = enlarged(x, out_channels, _KERNEL_SIZE, layers, upsampling=upsampling)
    x = images_of(crop_like(x, source), output_activation)
    return model([source], x, "generator")


def _encoded(
    images: Tensor,
    widths: Sequence[int],
    normalization: str | None,
    layers: Condition,
) -> list[Tensor]:
    """What each stage of the encoder makes, the smallest last."""
    found: list[Tensor] = []
    x = images
    for index, width in enumerate(widths):
        # The first would hide the images' range and contrast.
        plain = index in (0, len(widths) - 1) or normalization is None
        x = halved(x, width, _KERNEL_SIZE, layers, use_bias=plain)
        x = normalized(x, None if plain else normalization)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
        found.append(x)
    return found


def unet_stages(image_shape: OpenShape, stages: Any) -> int:
    """Returns how often an image is halved, or raises `ValueError`.

    Args:
        image_shape: of the source.
        stages: as of `unet`.
    """
    height, width, _ = image_shape
    if stages is None:
        if height is None or width is None:
            return _PAPERS_STAGES
        return min(_PAPERS_STAGES, ceil(log2(min(height, width))))
    count = whole_number("stages", stages, 1, _MOST_STAGES)
    if height is not None and width is not None:
        most = ceil(log2(max(height, width)))
        if count > most:
            raise ValueError(
                f"`stages` must be at most {most} for images of {height} x "
                f"{width} pixels: one pixel cannot be halved. "
                f"{received('stages', stages)}"
            )
    return count
