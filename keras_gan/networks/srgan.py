"""A generator that enlarges, and what judges the result beside the source."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks._seeds import Seeds
from keras_gan.networks.patch_discriminator import (
    patch_discriminator,
    patch_settings,
)
from keras_gan.networks.super_resolution import (
    enlarged_shape,
    super_resolution,
)

__all__ = ["srgan"]


def srgan(
    source_shape: Sequence[int | None],
    scale: int,
    *,
    filters: int = 64,
    blocks: int = 16,
    discriminator_filters: int = 64,
    discriminator_stages: int | None = None,
    discriminator_normalization: str | None = "spectral",
    output_activation: str | None = "tanh",
    score_activation: str | None = None,
    kernel_initializer: Any = "glorot_uniform",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Networks for super-resolution: `super_resolution`, `patch_discriminator`.

    The generator is SRGAN's without its batch normalisation. The discriminator
    scores patches, as in pix2pix, where SRGAN's gives one score for the image,
    and it sees the small image beside the large one.

    Args:
        source_shape: `(H, W, C)` of the small images, any size. None for a
            height or width that varies from batch to batch.
        scale: int from 2 to 64, how many times as high and wide the target is.
        filters: positive int, channels of the generator's hidden layers.
        blocks: int from 0 to 64, the generator's residual blocks.
        discriminator_filters: positive int, channels of its first convolution.
        discriminator_stages: int from 0 to 8, how often the discriminator
            halves the large image, which sets the size of its patches; see
            `patch_discriminator`.
        discriminator_normalization: "spectral", "instance", "batch", "layer" or
            None. With a penalty on gradients use any but "batch".
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1].
        score_activation: None for logits, "sigmoid" for probabilities.
        kernel_initializer: initializer of all kernels. None is normal, with a
            standard deviation of 0.02.
        seed: int for repeatable weights, or None.

    Returns:
        `(generator, discriminator)`: from the small to the large image, and
        from `[source, target]`, small and large, to scores `(n, h, w, 1)`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> generator, discriminator = keras_gan.networks.srgan((7, 7, 1), 4)

    Reference: Ledig et al., 2017, arXiv 1609.04802, section 2.1.
    """
    source, scale, target = enlarged_shape(source_shape, scale)
    patch_filters, patch_stages, patch_normalization = patch_settings(
        "discriminator_",
        discriminator_filters,
        discriminator_stages,
        discriminator_normalization,
    )
    seeds = Seeds(seed)
    generator = super_resolution(
        source,
        scale,
        filters=filters,
        blocks=blocks,
        output_activation=output_activation,
        kernel_initializer=kernel_initializer,
        seed=seeds.next(),
    )
    discriminator = patch_discriminator(
        target,
        source_shape=source,
        source_scale=scale,
        filters=patch_filters,
        stages=patch_stages,
        normalization=patch_normalization,
        score_activation=score_activation,
        kernel_initializer=kernel_initializer,
        seed=seeds.next(),
    )
    return generator, discriminator
