"""Residual networks, as spectral normalisation was published with."""

from collections.abc import Sequence
from math import ceil, log2
from typing import Any

import keras

from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._typing import Tensor
from keras_gan.layers import ConditionalBatchNormalization
from keras_gan.networks._blocks import (
    batch_norm,
    check_normalization,
    checked_image_shape,
    crop,
    layer_size,
    normalize,
    stages_for,
    start_size,
    wrap,
)
from keras_gan.networks._condition import Condition, model
from keras_gan.networks._seeds import Seeds

__all__ = ["residual"]


def residual(
    image_shape: Sequence[int],
    latent_dim: int = 128,
    *,
    filters: int = 64,
    stages: int | None = None,
    discriminator_normalization: str | None = "spectral",
    batch_norm_momentum: float = 0.9,
    batch_norm_epsilon: float = 2e-5,
    output_activation: str | None = "tanh",
    score_activation: str | None = None,
    kernel_initializer: Any = "glorot_uniform",
    num_classes: int | None = None,
    conditioning: str = "projection",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """A pair of residual networks for the hinge loss, one width throughout.

    The generator doubles the size in each of `stages` blocks (nearest
    neighbour). The discriminator averages down to at most 8 pixels, adds two
    blocks at that size, and sums over the image. Training costs about 4 times
    what it does with `dcgan` of the same width (28 x 28, on a CPU).

    Where labels are integers, the generator is told them by conditional batch
    normalisation in every block.

    Args:
        image_shape: `(H, W, C)`, any size from 2 pixels up; what the generator
            makes beyond it is cropped.
        latent_dim: positive int, length of a latent vector.
        filters: positive int, channels of all convolutions. The paper has 256
            in the generator and 128 in the discriminator.
        stages: positive int, how often the generator doubles the size. By
            default as in `dcgan`: 2 for 28 pixels, 3 for 32, 4 for 64.
        discriminator_normalization: "spectral", "layer", "batch" or None.
        batch_norm_momentum: float in [0, 1), as in Keras.
        batch_norm_epsilon: positive float.
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1].
        score_activation: None for logits, "sigmoid" for probabilities.
        kernel_initializer: initializer of all kernels.
        num_classes: int for conditional networks, or None.
        conditioning: "projection", "embedding", "concat" or "auxiliary"; see
            the table in `keras_gan.networks`.
        seed: int for repeatable weights, or None.

    Returns:
        `(generator, discriminator)`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> generator, discriminator = keras_gan.networks.residual((32, 32, 3))
        >>> gan = keras_gan.GAN(generator, discriminator)
        >>> gan.compile(loss="hinge")

    Reference: Miyato et al., 2018, arXiv 1802.05957, appendix B.4; with labels
    Miyato & Koyama, 2018, arXiv 1802.05637, figure 14.
    """
    # The discriminator halves the image at least once.
    image_shape = checked_image_shape(image_shape, smallest=2)
    latent_dim = layer_size("latent_dim", latent_dim)
    filters = layer_size("filters", filters)
    stages = stages_for(image_shape, stages)
    check_normalization(discriminator_normalization)
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
            "num_classes": num_classes,
        },
    )
    generator = _Generator(condition, filters, batch_normalization)
    discriminator = _Discriminator(
        condition, filters, discriminator_normalization
    )
    return (
        generator.build(
            image_shape,
            latent_dim,
            stages,
            output_activation,
        ),
        discriminator.build(image_shape, score_activation),
    )


class _Generator:
    """Blocks that enlarge, normalised by batch and, if told, by class."""

    def __init__(
        self,
        condition: Condition,
        filters: int,
        batch_normalization: dict[str, float],
    ) -> None:
        self._condition = condition
        self._filters = filters
        self._batch_normalization = batch_normalization

    def build(
        self,
        image_shape: Sequence[int],
        latent_dim: int,
        stages: int,
        output_activation: str | None,
    ) -> keras.Model:
        inputs, labels = self._condition.generator_inputs(latent_dim)
        x = inputs[0]
        if not self._condition.by_index:
            x, labels = self._condition.with_labels(x, labels), None
        height, width = start_size(image_shape, stages)
        projection = keras.layers.Dense(
            height * width * self._filters,
            kernel_initializer=self._condition.initializer(),
        )
        x = self._condition.connect(projection, x)
        x = keras.layers.Reshape((height, width, self._filters))(x)
        for _ in range(stages):
            x = self._block(x, labels)
        x = _convolved(
            self._activated(x, labels), image_shape[2], 3, self._condition
        )
        x = crop(x, image_shape)
        if output_activation is not None:
            x = keras.layers.Activation(output_activation)(x)
        return model(inputs, x, "generator")

    def _block(self, features: Tensor, labels: Tensor | None) -> Tensor:
        enlarge = keras.layers.UpSampling2D()
        x = enlarge(self._activated(features, labels))
        x = _convolved(x, self._filters, 3, self._condition)
        x = self._activated(x, labels)
        x = _convolved(x, self._filters, 3, self._condition)
        # A convolution of 1 x 1 commutes with enlargement; this order is cheap.
        shortcut = _convolved(features, self._filters, 1, self._condition)
        return keras.layers.Add()([x, keras.layers.UpSampling2D()(shortcut)])

    def _activated(self, features: Tensor, labels: Tensor | None) -> Tensor:
        if labels is None or self._condition.num_classes is None:
            normalized = keras.layers.BatchNormalization(
                **self._batch_normalization
            )(features)
        else:
            by_class = ConditionalBatchNormalization(
                self._condition.num_classes, **self._batch_normalization
            )
            normalized = self._condition.connect(by_class, [features, labels])
        return keras.layers.ReLU()(normalized)


class _Discriminator:
    """Blocks that average down, with the chosen normalisation."""

    def __init__(
        self, condition: Condition, filters: int, normalization: str | None
    ) -> None:
        self._condition = condition
        self._filters = filters
        self._normalization = normalization

    def build(
        self, image_shape: Sequence[int], score_activation: str | None
    ) -> keras.Model:
        inputs, labels = self._condition.discriminator_inputs(image_shape)
        x = self._first_block(self._condition.with_planes(inputs[0], labels))
        for _ in range(1, max(1, ceil(log2(min(image_shape[:2]) / 8)))):
            x = self._block(x, shrink=True)
        for _ in range(2):
            x = self._block(x, shrink=False)
        x = self._activated(x)
        # The sum over the image, as the mean times its size.
        size = x.shape[1] * x.shape[2]
        x = keras.layers.GlobalAveragePooling2D()(x)
        x = keras.layers.Rescaling(float(size))(x)
        scores = self._condition.scores(
            x,
            labels,
            activation=score_activation,
            spectral_normalization=self._normalization == "spectral",
        )
        return model(inputs, scores, "discriminator")

    def _first_block(self, images: Tensor) -> Tensor:
        # Without an activation before it, which would cut off dark pixels.
        x = keras.layers.ReLU()(self._convolved(images, 3))
        x = keras.layers.AveragePooling2D(2)(self._convolved(x, 3))
        shortcut = keras.layers.AveragePooling2D(2)(images)
        return keras.layers.Add()([x, self._convolved(shortcut, 1)])

    def _block(self, features: Tensor, *, shrink: bool) -> Tensor:
        x = self._convolved(self._activated(features), 3)
        x = self._convolved(self._activated(x), 3)
        if not shrink:
            return keras.layers.Add()([x, features])
        # Shrinking first costs a quarter and commutes with 1 x 1.
        shortcut = keras.layers.AveragePooling2D(2)(features)
        return keras.layers.Add()(
            [keras.layers.AveragePooling2D(2)(x), self._convolved(shortcut, 1)]
        )

    def _activated(self, features: Tensor) -> Tensor:
        return keras.layers.ReLU()(normalize(features, self._normalization))

    def _convolved(self, features: Tensor, kernel_size: int) -> Tensor:
        return _convolved(
            features,
            self._filters,
            kernel_size,
            self._condition,
            self._normalization,
        )


def _convolved(
    features: Tensor,
    filters: int,
    kernel_size: int,
    condition: Condition,
    normalization: str | None = None,
) -> Tensor:
    layer = keras.layers.Conv2D(
        filters,
        kernel_size,
        padding="same",
        kernel_initializer=condition.initializer(),
    )
    return condition.connect(wrap(layer, normalization), features)
