"""A generator of residual blocks between halvings and doublings."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._checks import whole_number
from keras_gan._typing import Tensor
from keras_gan.layers import ReflectionPadding2D
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

__all__ = ["resnet_blocks", "resnet_generator"]

_OUTER_KERNEL = 7
_MOST_STAGES = 8
_MOST_BLOCKS = 64


def resnet_generator(
    image_shape: Sequence[int | None],
    *,
    out_channels: int | None = None,
    filters: int = 64,
    stages: int = 2,
    blocks: int | None = None,
    normalization: str | None = "instance",
    upsampling: str = "transposed",
    output_activation: str | None = "tanh",
    kernel_initializer: Any = None,
    seed: int | None = None,
) -> keras.Model:
    """The generator of CycleGAN: residual blocks on a smaller image.

    A convolution of 7 x 7, `stages` halvings, residual blocks of two
    convolutions of 3 x 3, as many doublings, and a convolution of 7 x 7. All
    but the last are normalised and have ReLUs. The borders are mirrored rather
    than filled with zeros, by `keras_gan.layers.ReflectionPadding2D`.

    Unlike `unet` it has no way around the blocks, which suits changes of
    texture and colour where the shape stays about the same.

    Args:
        image_shape: `(H, W, C)` of the source, at least 4 pixels high and wide,
            and more than `2^stages`. A size that is odd is halved to the next
            whole number, and cut by a pixel on the way back: the output has the
            source's height and width. None for a height or width that varies
            from batch to batch.
        out_channels: positive int, channels of the output; by default `C`.
        filters: positive int, channels at the image's size; twice as many with
            each halving.
        stages: int from 0 to 8, how often the image is halved.
        blocks: int from 0 to 64, residual blocks. By default as in the paper: 9
            from 256 pixels on, and where the size varies, else 6.
        normalization: "instance" (as in the paper), "batch" or None.
        upsampling: "transposed" for transposed convolutions of 3 x 3, as in the
            paper; "resize" for the nearest pixel and a convolution of 3 x 3, or
            "sub_pixel" for `keras_gan.layers.SubPixelUpSampling2D`: both leave
            less of a checkerboard.
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1],
            None for linear images.
        kernel_initializer: initializer of all kernels. By default normal, with
            a standard deviation of 0.02, as in the paper.
        seed: int for repeatable weights, or None.

    Returns:
        The generator: from images `(n, H, W, C)` to float32 images
        `(n, H, W, out_channels)`.

    Raises:
        ValueError: an argument is out of range, or the image is too small.

    Example:
        >>> generator = keras_gan.networks.resnet_generator((64, 64, 3))
        >>> generator(photos).shape
        (8, 64, 64, 3)

    Reference: Zhu et al., 2017, arXiv 1703.10593, appendix 7.2; Johnson et al.,
    2016, arXiv 1603.08155.
    """
    stages = whole_number("stages", stages, 0, _MOST_STAGES)
    # Blocks mirror a border of one pixel, the outer convolutions one of three.
    smallest = max(_OUTER_KERNEL // 2, 2**stages) + 1
    image_shape = open_shape(
        "image_shape", image_shape, smallest, f"a network with stages={stages}"
    )
    out_channels = output_channels("out_channels", out_channels, image_shape[2])
    filters = layer_size("filters", filters)
    blocks = resnet_blocks(image_shape, blocks)
    check_generator_normalization(normalization)
    check_upsampling(upsampling)
    checked_activation("output_activation", output_activation)
    layers = layer_maker(
        kernel_initializer,
        seed,
        image_shape=image_shape,
        out_channels=out_channels,
        filters=filters,
        stages=stages,
    )
    parts = _Parts(layers, normalization)
    source = keras.Input(image_shape, name="source")
    x = parts.activated(parts.convolved(source, filters, _OUTER_KERNEL))
    encoded = [x]
    for stage in range(1, stages + 1):
        x = halved(x, filters * 2**stage, 3, layers, use_bias=parts.use_bias)
        x = parts.activated(x)
        encoded.append(x)
    for _ in range(blocks):
        x = parts.residual(x)
    for like in encoded[-2::-1]:
        x = enlarged(
            x,
            like.shape[-1],
            3,
            layers,
            upsampling=upsampling,
            use_bias=parts.use_bias,
        )
        x = parts.activated(crop_like(x, like))
    x = parts.convolved(x, out_channels, _OUTER_KERNEL, use_bias=True)
    return model([source], images_of(x, output_activation), "generator")


class _Parts:
    """The layers that this generator repeats."""

    def __init__(self, layers: Condition, normalization: str | None) -> None:
        self._layers = layers
        self._normalization = normalization
        self.use_bias = normalization is None
        """Normalisation takes away what a bias adds."""

    def convolved(
        self,
        features: Tensor,
        filters: int,
        kernel_size: int,
        *,
        use_bias: bool | None = None,
    ) -> Tensor:
        convolution = keras.layers.Conv2D(
            filters,
            kernel_size,
            use_bias=self.use_bias if use_bias is None else use_bias,
            kernel_initializer=self._layers.initializer(),
        )
        padded = ReflectionPadding2D(kernel_size // 2)(features)
        return self._layers.connect(convolution, padded)

    def activated(self, features: Tensor) -> Tensor:
        return keras.layers.ReLU()(normalized(features, self._normalization))

    def residual(self, features: Tensor) -> Tensor:
        filters = features.shape[-1]
        x = self.activated(self.convolved(features, filters, 3))
        x = normalized(self.convolved(x, filters, 3), self._normalization)
        return keras.layers.Add()([features, x])


def resnet_blocks(image_shape: OpenShape, blocks: Any) -> int:
    """Returns how many residual blocks there are, or raises `ValueError`.

    Args:
        image_shape: of the source.
        blocks: as of `resnet_generator`.
    """
    if blocks is not None:
        return whole_number("blocks", blocks, 0, _MOST_BLOCKS)
    height, width, _ = image_shape
    if height is None or width is None:
        return 9
    return 9 if min(height, width) >= 256 else 6
