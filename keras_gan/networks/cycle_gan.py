"""Two generators and two discriminators: there, and back."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks._image_to_image import (
    open_shape,
    output_channels,
    renamed,
)
from keras_gan.networks._seeds import Seeds
from keras_gan.networks.patch_discriminator import (
    patch_discriminator,
    patch_settings,
)
from keras_gan.networks.resnet_generator import resnet_generator

__all__ = ["cycle_gan"]


def cycle_gan(
    image_shape: Sequence[int | None],
    *,
    channels_b: int | None = None,
    filters: int = 64,
    stages: int = 2,
    blocks: int | None = None,
    normalization: str | None = "instance",
    upsampling: str = "transposed",
    discriminator_filters: int = 64,
    discriminator_stages: int | None = None,
    discriminator_normalization: str | None = "instance",
    output_activation: str | None = "tanh",
    score_activation: str | None = None,
    kernel_initializer: Any = None,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model, keras.Model, keras.Model]:
    """The networks of CycleGAN: `resnet_generator` and `patch_discriminator`.

    Two of each, alike but for their weights. With the defaults, and images of
    256 x 256 pixels, they are the paper's.

    Args:
        image_shape: `(H, W, C)` of side a, at least 5 pixels high and wide;
            with other `stages`, more than `2^stages`, and 4. None for a height
            or width that varies from batch to batch.
        channels_b: positive int, channels of side b; by default `C`.
        filters: positive int, channels of the generators at the image's size.
        stages: int from 0 to 8, how often a generator halves the image.
        blocks: int from 0 to 64, residual blocks of a generator; see
            `resnet_generator`.
        normalization: the generators': "instance", "batch" or None.
        upsampling: "transposed", "resize" or "sub_pixel"; see
            `resnet_generator`.
        discriminator_filters: positive int, channels of its first convolution.
        discriminator_stages: int from 0 to 8, how often a discriminator halves
            the image, which sets the size of its patches; see
            `patch_discriminator`.
        discriminator_normalization: "instance", "batch", "layer", "spectral" or
            None. With a penalty on gradients use any but "batch".
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1].
        score_activation: None for logits, "sigmoid" for probabilities.
        kernel_initializer: initializer of all kernels. By default normal, with
            a standard deviation of 0.02, as in the paper.
        seed: int for repeatable weights, or None.

    Returns:
        `(generator_ab, generator_ba, discriminator_a, discriminator_b)`: from a
        to b, from b to a, and from the images of one side to scores
        `(n, h, w, 1)`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> networks = keras_gan.networks.cycle_gan((64, 64, 3), filters=32)
        >>> gan = keras_gan.CycleGAN(*networks)

    Reference: Zhu et al., 2017, arXiv 1703.10593, appendix 7.2.
    """
    height, width, channels_a = open_shape("image_shape", image_shape)
    channels_b = output_channels("channels_b", channels_b, channels_a)
    sides = {
        "a": (height, width, channels_a),
        "b": (height, width, channels_b),
    }
    patch_filters, patch_stages, patch_normalization = patch_settings(
        "discriminator_",
        discriminator_filters,
        discriminator_stages,
        discriminator_normalization,
    )
    seeds = Seeds(seed)

    def generator(source: str, target: str) -> keras.Model:
        network = resnet_generator(
            sides[source],
            out_channels=sides[target][2],
            filters=filters,
            stages=stages,
            blocks=blocks,
            normalization=normalization,
            upsampling=upsampling,
            output_activation=output_activation,
            kernel_initializer=kernel_initializer,
            seed=seeds.next(),
        )
        return renamed(network, f"generator_{source}{target}")

    def discriminator(side: str) -> keras.Model:
        network = patch_discriminator(
            sides[side],
            filters=patch_filters,
            stages=patch_stages,
            normalization=patch_normalization,
            score_activation=score_activation,
            kernel_initializer=kernel_initializer,
            seed=seeds.next(),
        )
        return renamed(network, f"discriminator_{side}")

    return (
        generator("a", "b"),
        generator("b", "a"),
        discriminator("a"),
        discriminator("b"),
    )
