"""Two networks of dense layers: what can be learned without convolutions?"""

from collections.abc import Sequence
from math import prod
from typing import Any

import keras

from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._checks import flag, shape_of
from keras_gan._typing import Tensor
from keras_gan.networks._blocks import (
    Activation,
    activate,
    batch_norm,
    checked_slope,
    checked_widths,
    layer_size,
)
from keras_gan.networks._condition import Condition, model
from keras_gan.networks._seeds import Seeds

__all__ = ["dense"]


def dense(
    image_shape: Sequence[int],
    latent_dim: int = 100,
    *,
    generator_units: Sequence[int] = (128, 256, 512, 1024),
    discriminator_units: Sequence[int] = (512, 256),
    generator_activation: Activation = 0.2,
    discriminator_activation: Activation = 0.2,
    batch_normalization: bool = False,
    batch_norm_momentum: float = 0.99,
    batch_norm_epsilon: float = 1e-3,
    output_activation: str | None = "tanh",
    score_activation: str | None = None,
    kernel_initializer: Any = "glorot_uniform",
    num_classes: int | None = None,
    conditioning: str = "concat",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """A pair of multilayer perceptrons, as in the first GANs.

    Quick to train on small grey images, and a good place to see a GAN's
    failures; for pictures use `dcgan`.

    Args:
        image_shape: shape of one image, `(H, W, C)`; `(d,)` for vectors.
        latent_dim: positive int, length of a latent vector.
        generator_units: sizes of the generator's hidden layers.
        discriminator_units: sizes of the discriminator's hidden layers.
        generator_activation: name of an activation, or a float: the negative
            slope of a leaky ReLU.
        discriminator_activation: the same for the discriminator.
        batch_normalization: bool, whether to normalise the generator's hidden
            layers, before the activation, from the second on.
        batch_norm_momentum: float in [0, 1), as in Keras.
        batch_norm_epsilon: positive float.
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1],
            None for values without bounds, such as points.
        score_activation: None for logits, "sigmoid" for probabilities.
        kernel_initializer: initializer of all dense layers.
        num_classes: int for conditional networks, or None.
        conditioning: "concat", "embedding", "projection" or "auxiliary"; see
            the table in `keras_gan.networks`. Labels join the flat image.
        seed: int for repeatable weights, or None.

    Returns:
        `(generator, discriminator)`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> generator, discriminator = keras_gan.networks.dense((28, 28, 1))
        >>> keras_gan.GAN(generator, discriminator).fit(images, epochs=5)

    Reference: Goodfellow et al., 2014, arXiv 1406.2661, section 5.
    """
    image_shape = shape_of("image_shape", image_shape)
    latent_dim = layer_size("latent_dim", latent_dim)
    generator_units = checked_widths("generator_units", generator_units)
    discriminator_units = checked_widths(
        "discriminator_units", discriminator_units
    )
    generator_slope = checked_slope(
        "generator_activation", generator_activation
    )
    discriminator_slope = checked_slope(
        "discriminator_activation", discriminator_activation
    )
    normalized = flag("batch_normalization", batch_normalization)
    normalization = batch_norm(batch_norm_momentum, batch_norm_epsilon)
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
            "generator_units": generator_units,
            "discriminator_units": discriminator_units,
            "num_classes": num_classes,
        },
    )
    generator = _generator(
        condition,
        image_shape,
        latent_dim,
        generator_units,
        generator_slope,
        output_activation,
        normalization if normalized else None,
    )
    discriminator = _discriminator(
        condition,
        image_shape,
        discriminator_units,
        discriminator_slope,
        score_activation,
    )
    return generator, discriminator


def _generator(
    condition: Condition,
    image_shape: Sequence[int],
    latent_dim: int,
    units: Sequence[int],
    activation: Activation,
    output_activation: str | None,
    batch_normalization: dict[str, float] | None,
) -> keras.Model:
    inputs, labels = condition.generator_inputs(latent_dim)
    x = condition.with_labels(inputs[0], labels)
    for index, size in enumerate(units):
        x = _connected(condition, x, size)
        if batch_normalization is not None and index > 0:
            x = keras.layers.BatchNormalization(**batch_normalization)(x)
        x = activate(x, activation)
    x = _connected(condition, x, prod(image_shape), output_activation)
    x = keras.layers.Reshape(tuple(image_shape))(x)
    return model(inputs, x, "generator")


def _discriminator(
    condition: Condition,
    image_shape: Sequence[int],
    units: Sequence[int],
    activation: Activation,
    score_activation: str | None,
) -> keras.Model:
    inputs, labels = condition.discriminator_inputs(image_shape)
    x = keras.layers.Flatten()(inputs[0])
    if condition.kind != "projection":
        x = condition.with_labels(x, labels)
    for size in units:
        x = activate(_connected(condition, x, size), activation)
    scores = condition.scores(x, labels, activation=score_activation)
    return model(inputs, scores, "discriminator")


def _connected(
    condition: Condition,
    features: Tensor,
    units: int,
    activation: str | None = None,
) -> Tensor:
    layer = keras.layers.Dense(
        units,
        activation=activation,
        kernel_initializer=condition.initializer(),
    )
    return condition.connect(layer, features)
