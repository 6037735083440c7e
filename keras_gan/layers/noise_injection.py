"""Noise for what is random in a picture, such as the place of each hair."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import flag, initializer, seed_or_none
from keras_gan._typing import Tensor
from keras_gan.layers._scaled_kernel import require_known_size

__all__ = ["NoiseInjection"]


@keras.saving.register_keras_serializable("keras_gan")
class NoiseInjection(keras.layers.Layer):
    """Adds one picture of noise to all channels, times a learned strength.

    `y = x + strength * noise`, with standard normal noise `(n, H, W, 1)`.

    In training the noise is fresh for each image. Otherwise it is one picture
    that the layer keeps, the same for all images, so that equal styles give
    equal images. Set the attribute `fixed` to take the kept one in training,
    too.

    Args:
        fixed: whether training takes the kept noise.
        strength_initializer: initializer of the strength, by default zeros: a
            network starts without noise.
        seed: int for repeatable noise, or None.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with features `(n, H, W, c)`. Returns as many.

    Raises:
        ValueError: an argument is of the wrong type, or the initializer is
            unknown.

    Example:
        >>> keras_gan.layers.NoiseInjection()(features).shape
        (8, 14, 14, 64)

    Reference: Karras et al., 2019, arXiv 1812.04948, section 2; one strength
    for all channels: Karras et al., 2020, arXiv 1912.04958.
    """

    def __init__(
        self,
        *,
        fixed: bool = False,
        strength_initializer: Any = "zeros",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.fixed = flag("fixed", fixed)
        self.strength_initializer = initializer(
            "strength_initializer", strength_initializer
        )
        self.seed = seed_or_none("seed", seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the strength, and draws the noise that is kept."""
        require_known_size(type(self).__name__, input_shape)
        self.strength = self.add_weight(
            name="strength", shape=(), initializer=self.strength_initializer
        )
        self.noise = self.add_weight(
            name="noise",
            shape=(*input_shape[1:3], 1),
            initializer=keras.initializers.RandomNormal(
                stddev=1.0, seed=self.seed
            ),
            trainable=False,
        )

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Adds noise to features of shape `(n, H, W, c)`."""
        noise = self.noise
        if training and not self.fixed:
            shape = (*ops.shape(inputs)[:3], 1)
            noise = backend.draw(
                keras.random.normal, shape, self.seed_generator
            )
        return inputs + self.strength * ops.cast(noise, inputs.dtype)

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "fixed": self.fixed,
            "strength_initializer": keras.initializers.serialize(
                self.strength_initializer
            ),
            "seed": self.seed,
        }
