"""Bilinear enlargement instead of transposed convolution."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import keras

from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._checks import number_in
from keras_gan._typing import Tensor
from keras_gan.networks._blocks import (
    Activation,
    activate,
    batch_norm,
    check_normalization,
    checked_image_shape,
    checked_slope,
    checked_widths,
    crop,
    layer_size,
    stages_for,
    strided_convolutions,
)
from keras_gan.networks._condition import Condition, model
from keras_gan.networks._seeds import Seeds

__all__ = ["resize_conv"]


def resize_conv(
    image_shape: Sequence[int],
    latent_dim: int = 100,
    *,
    filters: int = 32,
    start_filters: int = 100,
    stages: int | None = None,
    generator_activation: Activation = 0.3,
    discriminator_filters: Sequence[int] = (64, 128),
    discriminator_kernel_sizes: Sequence[int] = (3, 5),
    discriminator_activation: Activation = 0.3,
    discriminator_normalization: str | None = None,
    dropout: float = 0.3,
    batch_norm_momentum: float = 0.99,
    batch_norm_epsilon: float = 1e-3,
    output_activation: str | None = None,
    score_activation: str | None = None,
    kernel_initializer: Any = "glorot_uniform",
    num_classes: int | None = None,
    conditioning: str = "concat",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """A generator of resize-convolutions: smooth pictures, no checkerboard.

    Transposed convolutions cover neighbouring pixels unevenly. Here each
    doubling is bilinear, followed by a convolution without padding; two
    convolutions of 5 x 5 finish the image. Costs more than `dcgan`, as it
    convolves at the full size.

    Args:
        image_shape: `(H, W, C)`, any size; what the generator makes beyond it
            is cropped.
        latent_dim: positive int, length of a latent vector.
        filters: positive int, channels of the generator's last hidden layer;
            twice as many with each stage before it.
        start_filters: positive int, channels of the dense layer's image.
        stages: positive int, how often the size is doubled. By default as in
            `dcgan`: 2 for 28 pixels, 3 for 32, 4 for 64.
        generator_activation: name of an activation, or a float: the negative
            slope of a leaky ReLU.
        discriminator_filters: channels of the discriminator's convolutions.
        discriminator_kernel_sizes: their kernel sizes, as many.
        discriminator_activation: as `generator_activation`.
        discriminator_normalization: None, "batch", "layer" or "spectral".
        dropout: float in [0, 1), after each of the discriminator's
            convolutions.
        batch_norm_momentum: float in [0, 1), as in Keras.
        batch_norm_epsilon: positive float.
        output_activation: None for linear images, "tanh" or "sigmoid".
        score_activation: None for logits, "sigmoid" for probabilities.
        kernel_initializer: initializer of all kernels.
        num_classes: int for conditional networks, or None.
        conditioning: "concat", "embedding", "projection" or "auxiliary"; see
            the table in `keras_gan.networks`.
        seed: int for repeatable weights and dropout, or None.

    Returns:
        `(generator, discriminator)`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> generator, discriminator = keras_gan.networks.resize_conv(
        ...     (28, 28, 1), output_activation="tanh"
        ... )

    Reference: Odena et al., 2016, "Deconvolution and Checkerboard Artifacts",
    Distill, doi 10.23915/distill.00003.
    """
    image_shape = checked_image_shape(image_shape)
    latent_dim = layer_size("latent_dim", latent_dim)
    filters = layer_size("filters", filters)
    start_filters = layer_size("start_filters", start_filters)
    stages = stages_for(image_shape, stages)
    generator_slope = checked_slope(
        "generator_activation", generator_activation
    )
    discriminator_filters = checked_widths(
        "discriminator_filters", discriminator_filters
    )
    discriminator_kernel_sizes = checked_widths(
        "discriminator_kernel_sizes", discriminator_kernel_sizes
    )
    discriminator_slope = checked_slope(
        "discriminator_activation", discriminator_activation
    )
    check_normalization(discriminator_normalization)
    dropout = number_in("dropout", dropout, "[0, 1)")
    batch_normalization = batch_norm(batch_norm_momentum, batch_norm_epsilon)
    checked_activation("output_activation", output_activation)
    checked_activation("score_activation", score_activation)
    if len(discriminator_filters) != len(discriminator_kernel_sizes):
        raise ValueError(
            "`discriminator_kernel_sizes` must have one entry for each of "
            "`discriminator_filters`. Received: "
            f"discriminator_kernel_sizes={discriminator_kernel_sizes} for "
            f"discriminator_filters={discriminator_filters}"
        )
    condition = Condition(
        num_classes,
        conditioning,
        kernel_initializer,
        Seeds(seed),
        {
            "image_shape": image_shape,
            "latent_dim": latent_dim,
            "filters": filters,
            "start_filters": start_filters,
            "stages": stages,
            "discriminator_filters": discriminator_filters,
            "discriminator_kernel_sizes": discriminator_kernel_sizes,
            "num_classes": num_classes,
        },
    )
    widths = [filters * 2**stage for stage in reversed(range(stages + 1))]
    generator = _generator(
        condition,
        image_shape,
        latent_dim,
        [start_filters, *widths],
        generator_slope,
        output_activation,
        batch_normalization,
    )
    inputs, labels = condition.discriminator_inputs(image_shape)
    x = strided_convolutions(
        condition.with_planes(inputs[0], labels),
        discriminator_filters,
        discriminator_kernel_sizes,
        activation=discriminator_slope,
        dropout=dropout,
        normalization=discriminator_normalization,
        condition=condition,
    )
    scores = condition.scores(
        keras.layers.Flatten()(x),
        labels,
        activation=score_activation,
        spectral_normalization=discriminator_normalization == "spectral",
    )
    return generator, model(inputs, scores, "discriminator")


def _generator(
    condition: Condition,
    image_shape: Sequence[int],
    latent_dim: int,
    filters: Sequence[int],
    activation: Activation,
    output_activation: str | None,
    batch_normalization: dict[str, float],
) -> keras.Model:
    """Dense, convolutions of `filters[1:]`, each but the first enlarged."""

    def hidden(features: Tensor) -> Tensor:
        normalized = keras.layers.BatchNormalization(**batch_normalization)
        return activate(normalized(features), activation)

    inputs, labels = condition.generator_inputs(latent_dim)
    height, width = (
        _start(size, doublings=len(filters) - 2) for size in image_shape[:2]
    )
    projection = keras.layers.Dense(
        height * width * filters[0], kernel_initializer=condition.initializer()
    )
    x = condition.connect(projection, condition.with_labels(inputs[0], labels))
    x = keras.layers.Reshape((height, width, filters[0]))(x)
    x = hidden(x)
    for index, channels in enumerate(filters[1:]):
        if index > 0:
            x = keras.layers.UpSampling2D(interpolation="bilinear")(x)
        last = index == len(filters) - 2
        x = hidden(_convolved(x, channels, 5 if last else 3, condition))
    x = _convolved(x, image_shape[2], 5, condition, output_activation)
    return model(inputs, crop(x, image_shape), "generator")


def _convolved(
    features: Tensor,
    filters: int,
    kernel_size: int,
    condition: Condition,
    activation: str | None = None,
) -> Tensor:
    convolution = keras.layers.Conv2D(
        filters,
        kernel_size,
        activation=activation,
        kernel_initializer=condition.initializer(),
    )
    return condition.connect(convolution, features)


def _start(size: int, *, doublings: int) -> int:
    """The size of the dense layer's image."""
    # Two convolutions of 5 x 5 take 8 pixels at the end, one of 3 x 3 takes 2
    # before each doubling.
    size += 8
    for _ in range(doublings):
        size = ceil(size / 2) + 2
    return size
