"""A generator that is told the style of each layer, and its discriminator."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import keras

from keras_gan._checks import (
    activation as checked_activation,
)
from keras_gan._checks import flag, number_in, whole_number
from keras_gan._typing import Tensor
from keras_gan.layers import (
    BilinearDownSampling2D,
    BilinearUpSampling2D,
    ConstantInput,
    EqualizedConv2D,
    EqualizedDense,
    MinibatchStdDev,
    ModulatedConv2D,
    NoiseInjection,
    ScaledLeakyReLU,
)
from keras_gan.networks._blocks import (
    checked_image_shape,
    crop,
    layer_size,
    start_size,
    widths_by_size,
)
from keras_gan.networks._condition import Condition, model
from keras_gan.networks._seeds import Seeds

__all__ = ["style_gan"]

_MOST_LAYERS = 64
_NORMAL = keras.initializers.RandomNormal(stddev=1.0)


def style_gan(
    image_shape: Sequence[int],
    latent_dim: int = 64,
    *,
    style_dim: int = 64,
    filters: int | Sequence[int] = 16,
    max_filters: int = 512,
    stages: int | None = None,
    mapping_layers: int = 8,
    mapping_learning_rate: float = 0.01,
    noise: bool = True,
    group_size: int | None = 4,
    output_activation: str | None = "tanh",
    score_activation: str | None = None,
    num_classes: int | None = None,
    conditioning: str = "projection",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """The networks of StyleGAN2.

    The generator is two models in one, its layers `"mapping"` and
    `"synthesis"`:

    * `generator.get_layer("mapping")` makes a style `(n, style_dim)` of latents
      `(n, latent_dim)`, or of `[latents, labels]`, by dense layers.
    * `generator.get_layer("synthesis")` makes images of styles `(n,
      num_styles, style_dim)`, one for each of its layers: two at each size,
      and two more. It starts from a learned picture of about 4 x 4 pixels.
      Each convolution is modulated by its style and gets noise; at each size
      the colours so far are enlarged, and others are added. The dense layers
      that turn style `i` into factors are called `"convolution_<i>_affine"`,
      and those of the colours `"colours_<size>_affine"`.

    The generator as a whole gives all layers the same style. Noise is fresh
    in training, and else the same for all images; see
    `keras_gan.layers.NoiseInjection`.

    The discriminator is residual: two convolutions at each size, the second
    smoothed and of half the size, and beside them a path of one. The deviation
    of the batch comes before the last convolution.

    All weights are standard normal and scaled when they are used (equalised
    learning rates), so they learn best with Adam at a rate about ten times as
    high as usual: 0.002 and `beta_1=0`, `beta_2=0.99`. The networks are made
    for `keras_gan.StyleGAN`, and go with any `GAN`.

    Args:
        image_shape: `(H, W, C)`, any size. Each doubling is cropped to half the
            next size, rounded up: 28 pixels come from 4, 7 and 14.
        latent_dim: positive int, length of a latent vector.
        style_dim: positive int, length of a style.
        filters: positive int, channels at the image's size in both networks;
            twice as many with each halving. Or the channels at each size, from
            the smallest to the image's.
        max_filters: positive int, no layer has more channels.
        stages: positive int, how often the size is doubled; follows from
            `filters` where it is a sequence. By default as often as leaves 4
            pixels: 3 for 28 and 32 pixels, 6 for 256.
        mapping_layers: positive int, dense layers of the mapping.
        mapping_learning_rate: number above 0; they learn so many times as fast
            as all else.
        noise: whether each convolution of the generator gets noise. Without
            it, latents alone decide what an image is. Small networks at high
            rates may use noise for a grain that covers all.
        group_size: int above 1, images whose deviation the discriminator
            sees; None for the whole batch.
        output_activation: "tanh" for images in [-1, 1], "sigmoid" for [0, 1].
            None for linear images, as in the paper.
        score_activation: None for logits, "sigmoid" for probabilities.
        num_classes: int for conditional networks, or None.
        conditioning: "projection" (as in the authors' code), "embedding",
            "concat" or "auxiliary"; see the table in `keras_gan.networks`. The
            mapping gets the labels as a vector of the latents' length.
        seed: int for repeatable weights and noise, or None.

    Returns:
        `(generator, discriminator)`.

    Raises:
        ValueError: an argument is out of range, or arguments contradict each
            other.

    Example:
        >>> generator, discriminator = keras_gan.networks.style_gan((28, 28, 1))
        >>> mapping = generator.get_layer("mapping")
        >>> mapping.output_shape, generator.get_layer("synthesis").input_shape
        ((None, 64), (None, 8, 64))

        The paper's networks at 256 pixels (made for GPUs):

        >>> pair = keras_gan.networks.style_gan(
        ...     (256, 256, 3), 512, style_dim=512, filters=64,
        ...     output_activation=None,
        ... )

    Reference: Karras et al., 2020, arXiv 1912.04958, sections 2 and 4.1, and
    appendix B.
    """
    image_shape = checked_image_shape(image_shape)
    latent_dim = layer_size("latent_dim", latent_dim)
    widths = widths_by_size(image_shape, filters, stages)
    max_filters = layer_size("max_filters", max_filters)
    widths = tuple(min(width, max_filters) for width in widths)
    checked_activation("output_activation", output_activation)
    checked_activation("score_activation", score_activation)
    sizes = {
        "image_shape": image_shape,
        "latent_dim": latent_dim,
        "style_dim": layer_size("style_dim", style_dim),
        "filters": filters,
        "max_filters": max_filters,
        "stages": len(widths) - 1,
        "num_classes": num_classes,
    }
    condition = Condition(
        num_classes, conditioning, _NORMAL, Seeds(seed), sizes
    )
    networks = _Networks(
        condition, image_shape, widths, style_dim, flag("noise", noise)
    )
    mapping = networks.mapping(
        latent_dim,
        whole_number("mapping_layers", mapping_layers, 1, _MOST_LAYERS),
        number_in("mapping_learning_rate", mapping_learning_rate),
    )
    deviation = MinibatchStdDev(group_size)
    return (
        networks.generator(latent_dim, mapping, output_activation),
        networks.discriminator(deviation, score_activation),
    )


@dataclass(frozen=True)
class _Networks:
    """All networks; widths from the smallest size to the image's."""

    condition: Condition
    image_shape: Sequence[int]
    widths: Sequence[int]
    style_dim: int
    noise: bool

    @property
    def num_styles(self) -> int:
        """One for each convolution, and one for the last colours."""
        return 2 * len(self.widths)

    def generator(
        self, latent_dim: int, mapping: keras.Model, activation: str | None
    ) -> keras.Model:
        inputs, _ = self.condition.generator_inputs(latent_dim)
        style = mapping(inputs if len(inputs) > 1 else inputs[0])
        styles = keras.layers.RepeatVector(self.num_styles)(style)
        images = self.synthesis(activation)(styles)
        return model(inputs, images, "generator")

    def mapping(
        self, latent_dim: int, layers: int, learning_rate: float
    ) -> keras.Model:
        inputs, labels = self.condition.generator_inputs(latent_dim)
        x = _unit_size(inputs[0])
        if labels is not None:
            of_class = _unit_size(self._as_vector(labels, latent_dim))
            x = keras.layers.Concatenate()([x, of_class])
        for _ in range(layers):
            x = self._dense(
                x, self.style_dim, learning_rate_multiplier=learning_rate
            )
            x = ScaledLeakyReLU()(x)
        return model(inputs, x, "mapping")

    def synthesis(self, activation: str | None) -> keras.Model:
        styles = keras.Input((self.num_styles, self.style_dim), name="styles")
        size = self._size(0)
        constant = ConstantInput(
            *size,
            self.widths[0],
            constant_initializer=self.condition.initializer(),
        )
        x = self.condition.connect(constant, styles)
        x = self._styled(x, styles, 0, self.widths[0])
        images = self._colours(x, styles, 0)
        for index, width in enumerate(self.widths[1:], 1):
            size = self._size(index)
            x = self._styled(x, styles, 2 * index - 1, width, size)
            x = self._styled(x, styles, 2 * index, width)
            images = self.condition.connect(BilinearUpSampling2D(), images)
            colours = self._colours(x, styles, index)
            images = keras.layers.Add()([crop(images, size), colours])
        if activation is not None:
            images = keras.layers.Activation(activation)(images)
        return keras.Model(styles, images, name="synthesis")

    def discriminator(
        self, deviation: MinibatchStdDev, activation: str | None
    ) -> keras.Model:
        inputs, labels = self.condition.discriminator_inputs(self.image_shape)
        x = self.condition.with_planes(inputs[0], labels)
        x = ScaledLeakyReLU()(self._dense(x, self.widths[-1]))
        for width in reversed(self.widths[:-1]):
            x = self._residual(x, width)
        x = self._convolution(deviation(x), self.widths[0])
        x = self._dense(keras.layers.Flatten()(x), self.widths[0])
        x = ScaledLeakyReLU()(x)
        return model(
            inputs, self._scores(x, labels, activation), "discriminator"
        )

    def _styled(
        self,
        features: Tensor,
        styles: Tensor,
        index: int,
        width: int,
        size: tuple[int, int] | None = None,
    ) -> Tensor:
        """The convolution of a style; to a larger size if given."""
        x = self._modulated(
            features,
            styles[:, index],
            width,
            3,
            name=f"convolution_{index}",
            up_sampling=size is not None,
        )
        if size is not None:
            x = crop(x, size)
        seed = self.condition.seeds.next()
        if self.noise:
            x = NoiseInjection(seed=seed, name=f"noise_{index}")(x)
        return ScaledLeakyReLU()(x)

    def _colours(self, features: Tensor, styles: Tensor, index: int) -> Tensor:
        """The colours of a size, by the style that comes next."""
        return self._modulated(
            features,
            styles[:, 2 * index + 1],
            self.image_shape[2],
            1,
            name=f"colours_{index}",
            demodulate=False,
        )

    def _modulated(
        self,
        features: Tensor,
        style: Tensor,
        width: int,
        kernel_size: int,
        *,
        name: str,
        **kwargs: bool,
    ) -> Tensor:
        factors = self._dense(
            style,
            features.shape[-1],
            bias_initializer="ones",
            name=f"{name}_affine",
        )
        layer = ModulatedConv2D(
            width,
            kernel_size,
            kernel_initializer=self.condition.initializer(),
            name=name,
            **kwargs,
        )
        return self.condition.connect(layer, [features, factors])

    def _residual(self, features: Tensor, width: int) -> Tensor:
        """Halves the size, by two convolutions and by a shorter path."""
        x = self._convolution(features, features.shape[-1])
        x = self._convolution(x, width, down_sampling=True)
        short = self.condition.connect(BilinearDownSampling2D(), features)
        short = self._dense(short, width, use_bias=False)
        # Of two that have a size of 1.
        return keras.layers.Rescaling(sqrt(0.5))(keras.layers.Add()([short, x]))

    def _convolution(
        self, features: Tensor, width: int, *, down_sampling: bool = False
    ) -> Tensor:
        layer = EqualizedConv2D(
            width,
            3,
            down_sampling=down_sampling,
            kernel_initializer=self.condition.initializer(),
        )
        return ScaledLeakyReLU()(self.condition.connect(layer, features))

    def _scores(
        self, features: Tensor, labels: Tensor | None, activation: str | None
    ) -> Tensor | list[Tensor]:
        # Scores stay float32 under mixed precision, as losses need them.
        kind = (
            None if self.condition.num_classes is None else self.condition.kind
        )
        if kind == "projection":
            score = self._projected(features, labels)
        else:
            score = self._dense(features, 1, name="score", dtype="float32")
        if activation is not None:
            score = keras.layers.Activation(activation, dtype="float32")(score)
        if kind != "auxiliary":
            return score
        count = self.condition.num_classes or 0
        logits = self._dense(
            features, count, name="class_logits", dtype="float32"
        )
        return [score, logits]

    def _projected(self, features: Tensor, labels: Tensor | None) -> Tensor:
        """How far features go in the direction of the class."""
        width = features.shape[-1]
        vector = self._dense(features, width, dtype="float32")
        of_class = self._as_vector(labels, width, dtype="float32")
        product = keras.layers.Dot(axes=1, dtype="float32")([vector, of_class])
        scaled = keras.layers.Rescaling(
            width**-0.5, dtype="float32", name="score"
        )
        return scaled(product)

    def _as_vector(
        self, labels: Tensor | None, dim: int, **kwargs: Any
    ) -> Tensor:
        """The classes as vectors: a linear layer on one-hot labels."""
        if not self.condition.by_index:
            return self._dense(labels, dim, use_bias=False, **kwargs)
        embedding = keras.layers.Embedding(
            self.condition.num_classes or 0,
            dim,
            embeddings_initializer=self.condition.initializer(),
            **kwargs,
        )
        return self.condition.connect(embedding, labels)

    def _dense(self, features: Tensor, width: int, **kwargs: Any) -> Tensor:
        layer = EqualizedDense(
            width, kernel_initializer=self.condition.initializer(), **kwargs
        )
        return self.condition.connect(layer, features)

    def _size(self, index: int) -> tuple[int, int]:
        return start_size(self.image_shape, len(self.widths) - 1 - index)


def _unit_size(vector: Tensor) -> Tensor:
    """Brings the mean square of a vector's numbers to 1."""
    unit = keras.layers.UnitNormalization()(vector)
    return keras.layers.Rescaling(sqrt(vector.shape[-1]))(unit)
