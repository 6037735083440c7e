"""Noise on all images, less and less."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import (
    LARGEST_INT32,
    number_in,
    seed_or_none,
    whole_number,
)
from keras_gan._typing import Tensor

__all__ = ["InstanceNoise"]


@keras.saving.register_keras_serializable("keras_gan")
class InstanceNoise(keras.layers.Layer):
    """Adds normal noise to real and generated images alike.

    `x + sigma * max(0, 1 - step / decay_steps) * noise`.

    Early in training real and generated images are easy to tell apart, and the
    generator learns little; noise makes the two distributions overlap.

    Args:
        sigma: float, at least 0, the noise's standard deviation at the start,
            in the images' units: 0.1 is a twentieth of [-1, 1].
        decay_steps: positive int, discriminator updates after which the noise
            is gone, or None for noise that stays. The GAN counts them by
            `observe`; the count is saved.
        seed: int for repeatable noise, or None.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Raises:
        ValueError: `sigma` is negative, or `decay_steps` below 1.

    Example:
        >>> noise = keras_gan.augment.InstanceNoise(0.2, decay_steps=5_000)
        >>> gan = keras_gan.GAN(generator, discriminator, augment=noise)

    Reference: Sonderby et al., 2017, arXiv 1610.04490, section 3.1; Arjovsky &
    Bottou, 2017, arXiv 1701.04862, section 3.
    """

    def __init__(
        self,
        sigma: float = 0.1,
        *,
        decay_steps: int | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sigma = number_in("sigma", sigma, "[0, inf)")
        self.decay_steps = (
            None
            if decay_steps is None
            else whole_number(
                "decay_steps",
                decay_steps,
                1,
                LARGEST_INT32,
                why=", or None for noise that stays",
            )
        )
        self.seed = seed_or_none("seed", seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the count of updates."""
        self.step = self.add_weight(
            name="step",
            shape=(),
            initializer="zeros",
            dtype="int32",
            trainable=False,
            aggregation="only_first_replica",
        )

    def call(self, images: Tensor, training: bool = True) -> Tensor:
        """Adds noise to images `(n, ...)` in training."""
        if not training:
            return images
        noise = backend.draw(
            _normal_float32, ops.shape(images), self.seed_generator
        )
        return images + ops.cast(self.deviation() * noise, images.dtype)

    def deviation(self) -> Tensor:
        """Returns the noise's present standard deviation, a scalar."""
        if self.decay_steps is None:
            return ops.convert_to_tensor(self.sigma, "float32")
        done = ops.cast(self.step, "float32") / self.decay_steps
        return self.sigma * ops.maximum(0.0, 1.0 - done)

    def observe(self, real_scores: Tensor) -> None:
        """Counts one update of the discriminator."""
        del real_scores
        self.step.assign_add(1)

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "sigma": self.sigma,
            "decay_steps": self.decay_steps,
            "seed": self.seed,
        }


def _normal_float32(shape: tuple[Any, ...], seed: Any) -> Tensor:
    return keras.random.normal(shape, seed=seed, dtype="float32")
