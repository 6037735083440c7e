"""GANs whose generator is told the style of each of its layers."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend, regularizers, schedules
from keras_gan._checks import (
    LARGEST_INT32,
    number_in,
    received,
    whole_number,
)
from keras_gan._typing import Tensor
from keras_gan.models import generating, inspection, penalties
from keras_gan.models.batch import Condition
from keras_gan.models.conditional_gan import ConditionalGAN
from keras_gan.models.gan import GAN
from keras_gan.models.player import require_network
from keras_gan.regularizers import PathLength, Penalty
from keras_gan.schedules import Number

Array = np.ndarray[Any, Any]

_DECAY = 0.995
"""Share of the mean of the styles that stays at each step, as the authors'."""


@keras.saving.register_keras_serializable("keras_gan")
class StyleGAN(GAN):
    """A GAN whose generator makes a style of latents, and images of styles.

    Three things come to what a `GAN` does:

    * Style mixing: in training, a share of the images is made of two styles,
      one for the first layers and another for the rest, so that layers do not
      rely on each other's.
    * The `PathLength` penalty, by the styles.
    * The moving mean of the styles, towards which `generate(truncation=0.7)`
      pulls them: better pictures that differ less. Its decay is 0.995 a step,
      and it is saved with the model.

    `keras_gan.networks.style_gan` makes the networks. A generator of your own
    is a functional model with two layers, which are models: `"mapping"` from
    latents `(n, latent_dim)` to styles `(n, d)`, and `"synthesis"` from
    `(n, k, d)`, a style for each of `k` layers, to images.

    Both optimizers are Adam by default, at 0.002 with `beta_1` 0 and `beta_2`
    0.99, for networks with equalised learning rates.

    Args:
        generator: Has the layers `"mapping"` and `"synthesis"`.
        discriminator: Maps images to scores.
        style_mixing: Share of the images of two styles, in `[0, 1]`.
        path_length_weight: Factor of the path-length penalty, at least 0: a
            number, or a schedule of the generator's updates. With 0 it is not
            taken, and takes no time.
        path_length_interval: It is taken at every so many updates of the
            generator.
        generator_regularizer: As in `GAN`, on top of the path length.
        **kwargs: As in `GAN`. The paper takes `R1` at every 16th update, and an
            average with a half-life of 10,000 images.

    Raises:
        TypeError: If a network is not a Keras layer.
        ValueError: If the generator has not these layers, or an argument is
            out of range.

    Example:
        >>> gan = keras_gan.StyleGAN(
        ...     *keras_gan.networks.style_gan((28, 28, 1)),
        ...     regularizer=keras_gan.regularizers.R1(1.0, interval=16),
        ...     ema_decay=keras_gan.schedules.HalfLife(10_000),
        ... )
        >>> gan.fit(images, epochs=50)
        >>> pictures = gan.generate(16, truncation=0.7)

    Reference: Karras et al., 2020, arXiv 1912.04958; mixing and truncation:
    Karras et al., 2019, arXiv 1812.04948, sections 3.1 and appendix B.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        style_mixing: float = 0.9,
        path_length_weight: Number = 2.0,
        path_length_interval: int = 4,
        generator_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        require_network(generator, "generator")
        self._style_shape = _style_shape(generator)
        self.style_mixing = number_in("style_mixing", style_mixing, "[0, 1]")
        self.path_length_weight = schedules.number_or_schedule(
            "path_length_weight", path_length_weight, "[0, inf)"
        )
        self.path_length_interval = whole_number(
            "path_length_interval", path_length_interval, 1, LARGEST_INT32
        )
        self._more_regularizers = regularizers.get(
            generator_regularizer, argument="generator_regularizer"
        )
        super().__init__(
            generator,
            discriminator,
            generator_regularizer=[
                *self._path_length(),
                *self._more_regularizers,
            ],
            **kwargs,
        )
        self.style_mean = keras.Variable(
            np.zeros(self._style_shape[1], "float32"),
            trainable=False,
            aggregation="mean",
            name="style_mean",
        )

    def _path_length(self) -> tuple[Penalty, ...]:
        weight = self.path_length_weight
        if not schedules.is_schedule(weight) and weight == 0:
            return ()
        return (PathLength(weight, interval=self.path_length_interval),)

    @property
    def mapping(self) -> keras.Model:
        """The part of the generator that makes a style of latents."""
        return self.generator.get_layer("mapping")

    @property
    def synthesis(self) -> keras.Model:
        """The part of the generator that makes images of styles."""
        return self.generator.get_layer("synthesis")

    @property
    def num_styles(self) -> int:
        """How many styles an image is made of."""
        return self._style_shape[0]

    def default_optimizer(self) -> keras.optimizers.Optimizer:
        """Returns the paper's Adam: 0.002, beta_1 0.0, beta_2 0.99."""
        return keras.optimizers.Adam(
            0.002, beta_1=0.0, beta_2=0.99, epsilon=1e-8
        )

    # --------------------------------------------------------------- training

    def sample(
        self,
        batch_size: Tensor,
        condition: Condition = (),
        training: bool = True,
    ) -> Tensor:
        """Generates images of the styles of fresh latents; see `GAN`."""
        styles = self.draw_styles(batch_size, condition, training)
        if training:
            self._move_style_mean(styles, batch_size)
        return ops.cast(self.synthesis(styles, training=training), "float32")

    def draw_styles(
        self,
        batch_size: Tensor,
        condition: Condition = (),
        training: bool = True,
    ) -> Tensor:
        """Draws latents inside a step, and returns their styles.

        Args:
            batch_size: How many.
            condition: As from `unpack`.
            training: Whether some are mixed, and the training seed is drawn
                from.

        Returns:
            Shape `(n, num_styles, d)`, differentiable in the mapping. The first
            is never mixed.
        """

        def drawn() -> Tensor:
            latents = self.draw_latents(batch_size, training)
            inputs = self._mapping_inputs(latents, condition)
            style = self.mapping(inputs, training=training)
            return ops.repeat(style[:, None, :], self.num_styles, axis=1)

        styles = drawn()
        if not training or self.style_mixing == 0.0 or self.num_styles == 1:
            return styles
        return ops.where(self._from_second(batch_size), drawn(), styles)

    def _from_second(self, batch_size: Tensor) -> Tensor:
        """Which layers get the second style, `(n, num_styles, 1)`."""
        uniform = keras.random.uniform
        seed = self.seeds(True)
        mixed = backend.draw(uniform, (batch_size, 1, 1), seed)
        place = backend.draw(uniform, (batch_size, 1, 1), seed)
        # The first layer keeps the first style, the last gets the second.
        first = 1.0 + ops.floor(place * (self.num_styles - 1))
        layer = ops.reshape(
            ops.arange(self.num_styles, dtype="float32"), (1, -1, 1)
        )
        return ops.logical_and(mixed < self.style_mixing, layer >= first)

    def _move_style_mean(self, styles: Tensor, batch_size: Tensor) -> None:
        """Moves the mean of the styles."""
        first = ops.cast(ops.stop_gradient(styles[:, 0]), "float32")
        (now,) = backend.average([ops.mean(first, axis=0)], batch_size)
        mean = self.style_mean
        mean.assign(mean + (1.0 - _DECAY) * (now - mean))

    def penalty(
        self,
        player: str,
        regularizer: Penalty,
        batch: tuple[Tensor, Condition],
        outputs: Mapping[str, Tensor],
        training: bool = True,
    ) -> Tensor:
        """Takes one of a player's penalties; the path length by the styles."""
        if isinstance(regularizer, PathLength):
            return penalties.at_styles(self, regularizer, batch, training)
        return super().penalty(player, regularizer, batch, outputs, training)

    def _mapping_inputs(self, latents: Tensor, condition: Condition) -> Any:
        """Returns what the mapping is called on."""
        del condition
        return inspection.packed(self.mapping, [latents])

    # ------------------------------------------------------------- generating

    def generate(
        self,
        n: int | None = None,
        *,
        latents: Any = None,
        labels: Any = None,
        seed: int | None = None,
        batch_size: int = 128,
        truncation: float = 1.0,
    ) -> Array:
        """Generates images, by the averaged weights where there are any.

        Args:
            n: As in `GAN.generate`.
            latents: As there.
            labels: As there.
            seed: As there.
            batch_size: As there.
            truncation: How far styles are from their moving mean, as a factor,
                at least 0: `mean + truncation * (style - mean)`. 1 leaves them
                as they are. 0.7 gives better pictures that differ less, 0 the
                same one each time.

        Returns:
            Float32 images in the generator's range, shape
            `(n, height, width, channels)`.

        Raises:
            ValueError: As `GAN.generate`; or if `truncation` is out of range.
        """
        truncation = number_in("truncation", truncation, "[0, inf)")
        make = partial(backend.predict_on_batch, self)
        if truncation != 1.0:
            make = partial(self._truncated, truncation)
        return generating.made(self, n, latents, labels, seed, batch_size, make)

    def _truncated(self, truncation: float, inputs: Any) -> Array:
        """Makes images of styles that are pulled to the mean."""
        network = self.ema_generator or self.generator
        tensors = keras.tree.map_structure(ops.convert_to_tensor, inputs)
        given = self._mapping_inputs(*self._split_inputs(tensors))
        given = keras.tree.map_structure(ops.convert_to_numpy, given)
        mapping = network.get_layer("mapping")
        style = backend.predict_on_batch(mapping, given)
        mean = ops.convert_to_numpy(self.style_mean)
        style = mean + truncation * (np.asarray(style, "float32") - mean)
        styles = np.repeat(style[:, None], self.num_styles, axis=1)
        synthesis = network.get_layer("synthesis")
        made = backend.predict_on_batch(synthesis, styles)
        return np.asarray(made, "float32")

    # ----------------------------------------------------------------- saving

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        save = keras.saving.serialize_keras_object
        more = [save(each) for each in self._more_regularizers]
        return {
            **super().get_config(),
            "style_mixing": self.style_mixing,
            "path_length_weight": schedules.saved(self.path_length_weight),
            "path_length_interval": self.path_length_interval,
            "generator_regularizer": more,
        }


@keras.saving.register_keras_serializable("keras_gan")
class ConditionalStyleGAN(StyleGAN, ConditionalGAN):
    """`StyleGAN` whose networks are told the class, as in `ConditionalGAN`.

    The mean of the styles is that of all classes.

    Args:
        generator: Takes `[latents, labels]`, and so does its layer `"mapping"`,
            in the same order.
        discriminator: Takes `[images, labels]`.
        num_classes: How many classes. Default: read off the label input.
        **kwargs: As in `StyleGAN`.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        num_classes: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            generator, discriminator, num_classes=num_classes, **kwargs
        )

    def _mapping_inputs(self, latents: Tensor, condition: Condition) -> Any:
        inputs = self._told("generator", latents, condition)
        return inspection.packed(self.mapping, inputs)


def _style_shape(generator: keras.Model) -> tuple[int, int]:
    """Returns how many styles a generator's layers take, and their size.

    Raises:
        ValueError: If it has no mapping and synthesis that fit each other.
    """
    try:
        mapping, synthesis = (
            generator.get_layer(name) for name in ("mapping", "synthesis")
        )
        style, styles = mapping.output_shape, synthesis.input_shape
        if len(style) == 2 and len(styles) == 3 and style[1] == styles[2]:
            return int(styles[1]), int(styles[2])
        found = f"mapping to {style}, synthesis of {styles}"
    except (AttributeError, TypeError, ValueError):
        names = [each.name for each in getattr(generator, "layers", [])]
        found = f"the layers {names}"
    raise ValueError(
        "A StyleGAN's `generator` must have two models as layers: `mapping` "
        "from latents to styles (n, d), and `synthesis` from (n, k, d) to "
        "images. keras_gan.networks.style_gan makes one. "
        f"{received('generator', generator)} with {found}"
    )
