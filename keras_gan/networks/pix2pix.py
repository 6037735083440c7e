"""U-Net and PatchGAN: the pair for images that come in pairs."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan._checks import LARGEST_INT32, whole_number
from keras_gan.networks._image_to_image import open_shape
from keras_gan.networks._seeds import Seeds
from keras_gan.networks.patch_discriminator import (
    patch_discriminator,
    patch_settings,
)
from keras_gan.networks.unet import unet

__all__ = ["pix2pix"]


def pix2pix(
    image_shape: Sequence[int | None],
    *,
    source_channels: int | None = None,
    filters: int = 64,
    stages: int | None = None,
    normalization: str | None = "batch",
    upsampling: str = "transposed",
    dropout: float = 0.5,
    dropout_at_inference: bool = False,
    discriminator_filters: int = 64,
    discriminator_stages: int | None = None,
    discriminator_normalization: str | None = "batch",
    output_activation: str | None = "tanh",
    score_activation: str | None = None,
    kernel_initializer: Any = None,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """The networks of pix2pix: `unet` and `patch_discriminator`.

    With the defaults, and images of 256 x 256 pixels, they are the paper's.

    Args:
        image_shape: `(H, W, C)` of the target, any size. None for a height or
            width that varies from batch to batch.
        source_channels: positive int, channels of the source; by default `C`.
        filters: positive int, channels of the generator's first stage.
        stages: int from 1 to 16, how often the generator halves the image; see
            `unet`.
        normalization: the generator's: "batch", "instance" or None.
        upsampling: "transposed", "resize" or "sub_pixel"; see `unet`.
        dropout: float in [0, 1), in the generator; see `unet`.
        dropout_at_inference: bool, whether it acts outside of training, too.
        discriminator_filters: positive int, channels of its first convolution.
        discriminator_stages: int from 0 to 8, how often the discriminator
            halves the image, which sets the size of its patches; see
            `patch_discriminator`.
        discriminator_normalization: "batch", "instance", "layer", "spectral" or
            None. With a penalty on gradients use any but "batch".
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1].
        score_activation: None for logits, "sigmoid" for probabilities.
        kernel_initializer: initializer of all kernels. By default normal, with
            a standard deviation of 0.02, as in the paper.
        seed: int for repeatable weights and dropout, or None.

    Returns:
        `(generator, discriminator)`: from source to target, and from `[source,
        target]` to scores `(n, h, w, 1)`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> generator, discriminator = keras_gan.networks.pix2pix(
        ...     (64, 64, 3), source_channels=1, filters=32
        ... )

    Reference: Isola et al., 2017, arXiv 1611.07004, section 3.2 and appendix
    6.1.
    """
    height, width, channels = open_shape("image_shape", image_shape, smallest=2)
    source_channels = (
        channels
        if source_channels is None
        else whole_number("source_channels", source_channels, 1, LARGEST_INT32)
    )
    source_shape = (height, width, source_channels)
    patch_filters, patch_stages, patch_normalization = patch_settings(
        "discriminator_",
        discriminator_filters,
        discriminator_stages,
        discriminator_normalization,
    )
    seeds = Seeds(seed)
    generator = unet(
        source_shape,
        out_channels=channels,
        filters=filters,
        stages=stages,
        normalization=normalization,
        upsampling=upsampling,
        dropout=dropout,
        dropout_at_inference=dropout_at_inference,
        output_activation=output_activation,
        kernel_initializer=kernel_initializer,
        seed=seeds.next(),
    )
    discriminator = patch_discriminator(
        (height, width, channels),
        source_shape=source_shape,
        filters=patch_filters,
        stages=patch_stages,
        normalization=patch_normalization,
        score_activation=score_activation,
        kernel_initializer=kernel_initializer,
        seed=seeds.next(),
    )
    return generator, discriminator
