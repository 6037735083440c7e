"""Residual networks without normalisation, for relativistic pairing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import keras

from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._checks import (
    received,
)
from keras_gan._typing import Tensor
from keras_gan.layers import (
    BasisExpansion,
    BasisReduction,
    BilinearDownSampling2D,
    BilinearUpSampling2D,
    GroupedConv2D,
)
from keras_gan.networks._blocks import (
    activate,
    checked_image_shape,
    crop,
    layer_size,
    one_or_several,
    start_size,
    widths_by_size,
)
from keras_gan.networks._condition import Condition, model
from keras_gan.networks._seeds import Seeds

__all__ = ["r3gan"]

_SLOPE = 0.2
_GAIN = sqrt(2 / (1 + _SLOPE**2))
"""What keeps the variance through a leaky ReLU."""
_MOST_BLOCKS = 64


def r3gan(
    image_shape: Sequence[int],
    latent_dim: int = 64,
    *,
    filters: int | Sequence[int] = 16,
    stages: int | None = None,
    blocks: int | Sequence[int] = 1,
    expansion: int = 2,
    group_size: int = 16,
    output_activation: str | None = "tanh",
    score_activation: str | None = None,
    num_classes: int | None = None,
    conditioning: str = "projection",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Two residual networks without normalisation: the modern baseline.

    The generator starts from one learned picture for each channel, of about
    4 x 4 pixels, each times a number that depends linearly on the latents. Then
    come residual blocks and bilinear doublings in turn. The discriminator is
    its mirror image: blocks and halvings, and at the end the share of one
    learned picture in each channel.

    A block is a convolution of 1 x 1 to `expansion` times the channels, one of
    3 x 3 in groups, and one of 1 x 1 back, added to the input; the first two
    have a bias and a leaky ReLU of slope 0.2. The last starts at zero, so that
    a block starts as the identity, and the two before it start smaller by
    `L^(-1/4)`, `L` the number of blocks in a network. These replace
    normalisation.

    Made for `loss="relativistic_pairing"` with `R1` and `R2` at each step. A
    step of 28 x 28 pixels costs about 2.3 times what it does with
    `dcgan(filters=32, stages=3, kernel_size=4)`, on a CPU; with `filters=8` it
    costs as much as there.

    Args:
        image_shape: `(H, W, C)`, any size. Each doubling is cropped to half the
            next size, rounded up: 28 pixels come from 4, 7 and 14.
        latent_dim: positive int, length of a latent vector.
        filters: positive int, channels at the image's size in both networks;
            twice as many with each halving. Or the channels at each size, from
            the smallest to the image's.
        stages: positive int, how often the size is doubled; follows from
            `filters` where it is a sequence. By default as often as leaves 4
            pixels: 3 for 28 and 32 pixels, 4 for 64. The start has the image's
            size over `2^stages`, rounded up.
        blocks: positive int, residual blocks at each size in each network; or
            their number at each size, from the smallest to the image's.
        expansion: positive int, channels inside a block per channel outside.
        group_size: positive int, channels of each group of the 3 x 3
            convolutions. Must divide `expansion` times the channels, unless
            these are fewer: then they are one group.
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1].
            None for linear images, as in the paper.
        score_activation: None for logits, "sigmoid" for probabilities.
        num_classes: int for conditional networks, or None.
        conditioning: "projection" (as in the paper), "embedding", "concat" or
            "auxiliary"; see the table in `keras_gan.networks`. Integer labels
            are embedded in as many numbers as there are latents.
        seed: int for repeatable weights, or None.

    Returns:
        `(generator, discriminator)`.

    Raises:
        ValueError: an argument is out of range, or arguments contradict each
            other.

    Example:
        >>> generator, discriminator = keras_gan.networks.r3gan((28, 28, 1))

        The paper's networks for CIFAR-10 (made for GPUs):

        >>> pair = keras_gan.networks.r3gan(
        ...     (32, 32, 3), filters=[768] * 4, blocks=2, num_classes=10,
        ...     output_activation=None,
        ... )

    Reference: Huang et al., 2024, arXiv 2501.05441, section 4.
    """
    image_shape = checked_image_shape(image_shape)
    latent_dim = layer_size("latent_dim", latent_dim)
    widths = widths_by_size(image_shape, filters, stages)
    counts = _block_counts(blocks, len(widths))
    expansion = layer_size("expansion", expansion)
    group_size = layer_size("group_size", group_size)
    _check_groups(widths, expansion, group_size)
    checked_activation("output_activation", output_activation)
    checked_activation("score_activation", score_activation)
    condition = Condition(
        num_classes,
        conditioning,
        _scaled(),
        Seeds(seed),
        {
            "image_shape": image_shape,
            "latent_dim": latent_dim,
            "filters": filters,
            "stages": len(widths) - 1,
            "expansion": expansion,
            "group_size": group_size,
            "num_classes": num_classes,
        },
    )
    networks = _Networks(condition, widths, counts, expansion, group_size)
    return (
        networks.generator(image_shape, latent_dim, output_activation),
        networks.discriminator(image_shape, score_activation),
    )


@dataclass(frozen=True)
class _Networks:
    """Both networks; widths and numbers of blocks from the smallest size."""

    condition: Condition
    widths: Sequence[int]
    block_counts: Sequence[int]
    expansion: int
    group_size: int

    def generator(
        self,
        image_shape: Sequence[int],
        latent_dim: int,
        output_activation: str | None,
    ) -> keras.Model:
        inputs, labels = self.condition.generator_inputs(latent_dim)
        x = self._dense(self._with_labels(inputs[0], labels), self.widths[0])
        stages = len(self.widths) - 1
        basis = BasisExpansion(
            *start_size(image_shape, stages),
            basis_initializer=self._normal(1.0),
        )
        x = self._blocks(self.condition.connect(basis, x), 0)
        for index in range(1, len(self.widths)):
            # Before the doubling, with which it commutes, it is cheaper.
            x = self._at_width(x, self.widths[index])
            x = self.condition.connect(BilinearUpSampling2D(), x)
            x = crop(x, start_size(image_shape, stages - index))
            x = self._blocks(x, index)
        x = self._dense(x, image_shape[2])
        if output_activation is not None:
            x = keras.layers.Activation(output_activation)(x)
        return model(inputs, x, "generator")

    def discriminator(
        self, image_shape: Sequence[int], score_activation: str | None
    ) -> keras.Model:
        inputs, labels = self.condition.discriminator_inputs(image_shape)
        images = self.condition.with_planes(inputs[0], labels)
        x = self._dense(images, self.widths[-1])
        for index in reversed(range(1, len(self.widths))):
            x = self._blocks(x, index)
            x = self.condition.connect(BilinearDownSampling2D(), x)
            x = self._at_width(x, self.widths[index - 1])
        basis = BasisReduction(basis_initializer=self.condition.initializer())
        x = self.condition.connect(basis, self._blocks(x, 0))
        return model(
            inputs, self._scores(x, labels, score_activation), "discriminator"
        )

    def _blocks(self, features: Tensor, index: int) -> Tensor:
        for _ in range(self.block_counts[index]):
            features = self._block(features)
        return features

    def _block(self, features: Tensor) -> Tensor:
        gain = _GAIN * sum(self.block_counts) ** -0.25
        width = features.shape[-1]
        inner = width * self.expansion
        # Over channels, a dense layer is a convolution of 1 x 1, only faster.
        x = self._dense(features, inner, gain, use_bias=True)
        grouped = GroupedConv2D(
            inner,
            3,
            groups=max(1, inner // self.group_size),
            padding="same",
            kernel_initializer=self._initializer(gain),
        )
        x = self.condition.connect(grouped, activate(x, _SLOPE))
        x = self._dense(activate(x, _SLOPE), width, gain=0.0)
        return keras.layers.Add()([features, x])

    def _at_width(self, features: Tensor, width: int) -> Tensor:
        if features.shape[-1] == width:
            return features
        return self._dense(features, width)

    def _dense(
        self,
        features: Tensor,
        width: int,
        gain: float = 1.0,
        *,
        use_bias: bool = False,
        **kwargs: Any,
    ) -> Tensor:
        layer = keras.layers.Dense(
            width,
            use_bias=use_bias,
            kernel_initializer=self._initializer(gain),
            **kwargs,
        )
        return self.condition.connect(layer, features)

    def _with_labels(self, latents: Tensor, labels: Tensor | None) -> Tensor:
        if not self.condition.by_index:
            return self.condition.with_labels(latents, labels)
        vector = self._embedded(labels, latents.shape[-1])
        return keras.layers.Concatenate()([latents, vector])

    def _scores(
        self,
        features: Tensor,
        labels: Tensor | None,
        activation: str | None,
    ) -> Tensor | list[Tensor]:
        """Scores, by the paper's projection where that is the choice."""
        if labels is None or self.condition.kind != "projection":
            return self.condition.scores(
                features, labels, activation=activation, use_bias=False
            )
        # Scores stay float32 under mixed precision, as losses need them.
        width = features.shape[-1]
        vector = self._dense(features, width, dtype="float32")
        of_class = self._embedded(labels, width, width**-0.5, dtype="float32")
        score = keras.layers.Dot(axes=1, dtype="float32", name="score")(
            [vector, of_class]
        )
        if activation is None:
            return score
        return keras.layers.Activation(activation, dtype="float32")(score)

    def _embedded(
        self,
        labels: Tensor | None,
        dim: int,
        gain: float = 1.0,
        **kwargs: Any,
    ) -> Tensor:
        """The classes as vectors: a linear layer on one-hot labels."""
        count = self.condition.num_classes or 0
        embedding = keras.layers.Embedding(
            count,
            dim,
            embeddings_initializer=self._normal(gain * count**-0.5),
            **kwargs,
        )
        return self.condition.connect(embedding, labels)

    def _initializer(self, gain: float) -> Any:
        if gain == 0.0:
            return "zeros"
        return self.condition.seeds.initializer(_scaled(gain))

    def _normal(self, stddev: float) -> Any:
        return self.condition.seeds.initializer(
            keras.initializers.RandomNormal(stddev=stddev)
        )


def _scaled(gain: float = 1.0) -> keras.initializers.Initializer:
    """Multiplies the variance by `gain^2` between input and output."""
    return keras.initializers.VarianceScaling(
        gain**2, mode="fan_in", distribution="untruncated_normal"
    )


def _block_counts(blocks: int | Sequence[int], sizes: int) -> tuple[int, ...]:
    given = one_or_several("blocks", blocks, _MOST_BLOCKS)
    if isinstance(given, int):
        return (given,) * sizes
    if len(given) != sizes:
        raise ValueError(
            f"`blocks` must be one number, or one for each of the {sizes} "
            f"sizes. {received('blocks', blocks)}"
        )
    return given


def _check_groups(
    widths: Sequence[int], expansion: int, group_size: int
) -> None:
    for width in widths:
        inner = width * expansion
        if inner > group_size and inner % group_size:
            raise ValueError(
                "`group_size` must divide the channels inside each block, "
                "`expansion` times `filters`. Received: "
                f"group_size={group_size} for {expansion} * {width} channels"
            )
