"""Strided convolutions down, transposed convolutions up."""

from collections.abc import Sequence
from math import ceil, log2
from typing import Any

import keras

from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._checks import choice, flag, number_in
from keras_gan._typing import Tensor
from keras_gan.layers import MinibatchStdDev
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
    start_size,
    strided_convolutions,
)
from keras_gan.networks._condition import Condition, model
from keras_gan.networks._seeds import Seeds

__all__ = ["dcgan", "wgan_gp"]


def dcgan(
    image_shape: Sequence[int],
    latent_dim: int = 100,
    *,
    filters: int = 64,
    stages: int | None = None,
    kernel_size: int = 5,
    generator_activation: Activation = "selu",
    activate_projection: bool = False,
    upsampling: str = "transposed",
    discriminator_filters: Sequence[int] | None = None,
    discriminator_activation: Activation = 0.2,
    discriminator_normalization: str | None = None,
    minibatch_std_dev: bool = False,
    dropout: float = 0.4,
    batch_norm_momentum: float = 0.99,
    batch_norm_epsilon: float = 1e-3,
    output_activation: str | None = "tanh",
    score_activation: str | None = None,
    kernel_initializer: Any = "glorot_uniform",
    num_classes: int | None = None,
    conditioning: str = "concat",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """A deep convolutional pair: the standard for small pictures.

    The generator is a dense layer of `filters * 2^(stages - 1)` channels, then
    `stages` transposed convolutions of stride 2 (or see `upsampling`) with ever
    half the channels, each after batch normalisation. The discriminator halves
    the image with each convolution and ends in one dense layer on all that is
    left.

    Args:
        image_shape: `(H, W, C)`, any size. Where `2^stages` does not divide it,
            the generator makes a larger image and crops it.
        latent_dim: positive int, length of a latent vector.
        filters: positive int, channels beside the image in both networks.
        stages: positive int, how often the size is doubled. By default from
            about 4 pixels up: 2 for 28 pixels, 3 for 32, 4 for 64.
        kernel_size: positive int, of all convolutions, but see `upsampling`.
        generator_activation: name of an activation, or a float: the negative
            slope of a leaky ReLU.
        activate_projection: bool, whether the generator's dense layer is
            activated, too, after its batch normalisation, as in the paper.
            Tutorials leave it linear.
        upsampling: "transposed" or "nearest": how the generator doubles the
            size. Transposed convolutions leave a woven texture on photos of 64
            pixels and more. With "nearest", pixels are repeated and a 3 x 3
            convolution follows, whatever `kernel_size` is; the last has
            `filters / 2` channels, and one more makes the image (Odena et al.,
            2016, "Deconvolution and Checkerboard Artifacts", Distill).
        discriminator_filters: channels of the discriminator's convolutions, as
            many as it shall have. By default `filters * (1, 2, 4, ...)`,
            `stages` of them.
        discriminator_activation: as `generator_activation`.
        discriminator_normalization: None, "batch", "layer" or "spectral".
            With a penalty on gradients use None, "layer" or "spectral".
        minibatch_std_dev: bool, whether the discriminator sees the variation of
            the batch, see `keras_gan.layers.MinibatchStdDev`.
        dropout: float in [0, 1), after each of the discriminator's
            convolutions.
        batch_norm_momentum: float in [0, 1), as in Keras.
        batch_norm_epsilon: positive float.
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1].
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
        >>> generator, discriminator = keras_gan.networks.dcgan(
        ...     (28, 28, 1), filters=32, dropout=0.0
        ... )
        >>> keras_gan.GAN(generator, discriminator).fit(images, epochs=5)

    Reference: Radford et al., 2016, arXiv 1511.06434, section 3.
    """
    image_shape = checked_image_shape(image_shape)
    latent_dim = layer_size("latent_dim", latent_dim)
    filters = layer_size("filters", filters)
    stages = stages_for(image_shape, stages)
    kernel_size = layer_size("kernel_size", kernel_size)
    slope = checked_slope("generator_activation", generator_activation)
    activate_projection = flag("activate_projection", activate_projection)
    choice("upsampling", upsampling, tuple(_DOUBLED))
    minibatch_std_dev = flag("minibatch_std_dev", minibatch_std_dev)
    if discriminator_filters is not None:
        discriminator_filters = checked_widths(
            "discriminator_filters", discriminator_filters
        )
    discriminator_slope = checked_slope(
        "discriminator_activation", discriminator_activation
    )
    check_normalization(discriminator_normalization)
    dropout = number_in("dropout", dropout, "[0, 1)")
    batch_normalization = batch_norm(batch_norm_momentum, batch_norm_epsilon)
    checked_activation("output_activation", output_activation)
    checked_activation("score_activation", score_activation)
    condition = Condition(
        num_classes,
        conditioning,
        kernel_initializer,
        Seeds(seed),
        {
            "image_shape": image_shape,
            "latent_dim": latent_dim,
            "filters": filters,
            "stages": stages,
            "kernel_size": kernel_size,
            "discriminator_filters": discriminator_filters,
            "num_classes": num_classes,
        },
    )
    widths = [filters * 2**stage for stage in range(stages)]
    generator = _generator(
        condition,
        image_shape,
        latent_dim,
        widths[::-1],
        kernel_size,
        slope,
        output_activation,
        batch_normalization,
        activate_projection=activate_projection,
        upsampling=upsampling,
    )
    discriminator = _discriminator(
        condition,
        image_shape,
        discriminator_filters or widths,
        kernel_size,
        activation=discriminator_slope,
        normalization=discriminator_normalization,
        minibatch_std_dev=minibatch_std_dev,
        dropout=dropout,
        score_activation=score_activation,
        name="discriminator",
    )
    return generator, discriminator


def wgan_gp(
    image_shape: Sequence[int],
    latent_dim: int = 100,
    *,
    filters: int = 64,
    stages: int | None = None,
    kernel_size: int = 5,
    generator_activation: Activation = "selu",
    critic_filters: Sequence[int] | None = None,
    critic_activation: Activation = 0.2,
    critic_normalization: str | None = None,
    dropout: float = 0.2,
    batch_norm_momentum: float = 0.99,
    batch_norm_epsilon: float = 1e-3,
    output_activation: str | None = "tanh",
    kernel_initializer: Any = "glorot_uniform",
    num_classes: int | None = None,
    conditioning: str = "concat",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """The generator of `dcgan` and a critic for a gradient penalty.

    The critic halves the image until its shorter side has at most 4 pixels. It
    has no batch normalisation, which would tie the samples together, and a
    linear score.

    Args:
        image_shape: `(H, W, C)`, any size.
        latent_dim: positive int, length of a latent vector.
        filters: positive int, channels beside the image in both networks.
        stages: positive int, how often the generator doubles the size; as in
            `dcgan`.
        kernel_size: positive int, of all convolutions.
        generator_activation: name of an activation, or a float: the negative
            slope of a leaky ReLU.
        critic_filters: channels of the critic's convolutions, as many as it
            shall have. By default `filters * (1, 4, 2)`, and above 32 pixels
            one more of `4 * filters` for each doubling.
        critic_activation: as `generator_activation`.
        critic_normalization: None, "layer" or "spectral".
        dropout: float in [0, 1), after each of the critic's convolutions.
        batch_norm_momentum: float in [0, 1), as in Keras.
        batch_norm_epsilon: positive float.
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1].
        kernel_initializer: initializer of all kernels.
        num_classes: int for conditional networks, or None.
        conditioning: "concat", "embedding", "projection" or "auxiliary"; see
            the table in `keras_gan.networks`.
        seed: int for repeatable weights and dropout, or None.

    Returns:
        `(generator, critic)`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> generator, critic = keras_gan.networks.wgan_gp((28, 28, 1))
        >>> keras_gan.WGANGP(generator, critic).fit(images, epochs=5)

    Reference: Gulrajani et al., 2017, arXiv 1704.00028, section 4.
    """
    image_shape = checked_image_shape(image_shape)
    latent_dim = layer_size("latent_dim", latent_dim)
    filters = layer_size("filters", filters)
    stages = stages_for(image_shape, stages)
    kernel_size = layer_size("kernel_size", kernel_size)
    slope = checked_slope("generator_activation", generator_activation)
    if critic_filters is not None:
        critic_filters = checked_widths("critic_filters", critic_filters)
    critic_slope = checked_slope("critic_activation", critic_activation)
    choice(
        "critic_normalization",
        critic_normalization,
        (None, "layer", "spectral"),
        why=": a penalty is meant for each sample alone",
    )
    dropout = number_in("dropout", dropout, "[0, 1)")
    batch_normalization = batch_norm(batch_norm_momentum, batch_norm_epsilon)
    checked_activation("output_activation", output_activation)
    condition = Condition(
        num_classes,
        conditioning,
        kernel_initializer,
        Seeds(seed),
        {
            "image_shape": image_shape,
            "latent_dim": latent_dim,
            "filters": filters,
            "stages": stages,
            "kernel_size": kernel_size,
            "critic_filters": critic_filters,
            "num_classes": num_classes,
        },
    )
    generator = _generator(
        condition,
        image_shape,
        latent_dim,
        [filters * 2**stage for stage in reversed(range(stages))],
        kernel_size,
        slope,
        output_activation,
        batch_normalization,
    )
    critic = _discriminator(
        condition,
        image_shape,
        critic_filters or _critic_filters(image_shape, filters),
        kernel_size,
        activation=critic_slope,
        normalization=critic_normalization,
        dropout=dropout,
        name="critic",
    )
    return generator, critic


def _critic_filters(image_shape: Sequence[int], filters: int) -> list[int]:
    count = max(3, ceil(log2(min(image_shape[:2]) / 4)))
    return [filters, *[4 * filters] * (count - 2), 2 * filters]


def _generator(
    condition: Condition,
    image_shape: Sequence[int],
    latent_dim: int,
    filters: Sequence[int],
    kernel_size: int,
    activation: Activation,
    output_activation: str | None,
    batch_normalization: dict[str, float],
    activate_projection: bool = False,
    upsampling: str = "transposed",
) -> keras.Model:
    inputs, labels = condition.generator_inputs(latent_dim)
    height, width = start_size(image_shape, len(filters))
    projection = keras.layers.Dense(
        height * width * filters[0],
        kernel_initializer=condition.initializer(),
    )
    x = condition.connect(projection, condition.with_labels(inputs[0], labels))
    x = keras.layers.Reshape((height, width, filters[0]))(x)
    x = keras.layers.BatchNormalization(**batch_normalization)(x)
    if activate_projection:
        x = activate(x, activation)
    doubled = _DOUBLED[upsampling]
    widths = list(filters[1:])
    if upsampling == "nearest":
        widths.append(max(1, filters[-1] // 2))
    for channels in widths:
        x = doubled(x, channels, kernel_size, condition)
        x = activate(x, activation)
        x = keras.layers.BatchNormalization(**batch_normalization)(x)
    make_image = _convolved if upsampling == "nearest" else doubled
    x = make_image(x, image_shape[2], kernel_size, condition, output_activation)
    return model(inputs, crop(x, image_shape), "generator")


def _transposed(
    features: Tensor,
    filters: int,
    kernel_size: int,
    condition: Condition,
    activation: str | None = None,
) -> Tensor:
    convolution = keras.layers.Conv2DTranspose(
        filters,
        kernel_size,
        strides=2,
        padding="same",
        activation=activation,
        kernel_initializer=condition.initializer(),
    )
    return condition.connect(convolution, features)


def _repeated(
    features: Tensor,
    filters: int,
    kernel_size: int,
    condition: Condition,
    activation: str | None = None,
) -> Tensor:
    x = keras.layers.UpSampling2D()(features)
    return _convolved(x, filters, kernel_size, condition, activation)


def _convolved(
    features: Tensor,
    filters: int,
    kernel_size: int,
    condition: Condition,
    activation: str | None = None,
) -> Tensor:
    del kernel_size  # An even one would move the image by half a pixel.
    convolution = keras.layers.Conv2D(
        filters,
        3,
        padding="same",
        activation=activation,
        kernel_initializer=condition.initializer(),
    )
    return condition.connect(convolution, features)


_DOUBLED = {"transposed": _transposed, "nearest": _repeated}


def _discriminator(
    condition: Condition,
    image_shape: Sequence[int],
    filters: Sequence[int],
    kernel_size: int,
    *,
    activation: Activation,
    normalization: str | None,
    dropout: float,
    name: str,
    minibatch_std_dev: bool = False,
    score_activation: str | None = None,
) -> keras.Model:
    inputs, labels = condition.discriminator_inputs(image_shape)
    x = strided_convolutions(
        condition.with_planes(inputs[0], labels),
        filters,
        [kernel_size] * len(filters),
        activation=activation,
        dropout=dropout,
        normalization=normalization,
        condition=condition,
    )
    if minibatch_std_dev:
        x = MinibatchStdDev()(x)
    scores = condition.scores(
        keras.layers.Flatten()(x),
        labels,
        activation=score_activation,
        spectral_normalization=normalization == "spectral",
    )
    return model(inputs, scores, name)
