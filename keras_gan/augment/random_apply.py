"""Augmentation with a probability that is set, or scheduled."""

from collections.abc import Sequence
from typing import Any, Self

import keras
from keras import ops

from keras_gan import schedules
from keras_gan._checks import seed_or_none
from keras_gan._typing import Tensor
from keras_gan.augment.coins import apply_by_coins
from keras_gan.augment.composite import CompositeAugmentation
from keras_gan.augment.pipelines import Layers, chosen_layers
from keras_gan.schedules import Number

__all__ = ["RandomApply"]


@keras.saving.register_keras_serializable("keras_gan")
class RandomApply(CompositeAugmentation):
    """Applies each augmentation to each image with a probability.

    As in `AdaptiveAugment`, but nothing steers the probability: it is a number
    or a schedule of the discriminator's updates. So it works with every loss.
    R3GAN raises it from 0 to 0.55 while it trains.

    Args:
        layers: augmentation layers, each applied or not by itself; one layer;
            `"b"`, `"bg"` or `"bgc"`, the sets of `AdaptiveAugment`, or None
            for its default set, all of which are for images. Each must let a
            right gradient through, or the GAN refuses it, see
            `check_gradient`.
        probability: float in [0, 1], or a schedule, see
            `keras_gan.schedules`.
        seed: int for repeatable random numbers, or None.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Raises:
        TypeError: `layers` is no layer, nor a sequence of layers.
        ValueError: `probability` is out of range, a schedule's at step 0.

    Example:
        >>> probability = keras_gan.schedules.Cosine(0.0, 0.55, 10_000)
        >>> augment = keras_gan.augment.RandomApply(probability=probability)
        >>> gan = keras_gan.GAN(generator, discriminator, augment=augment)

    Reference: Karras et al., 2020, arXiv 2006.06676, section 2.2; scheduled:
    Huang et al., 2024, arXiv 2501.05441.
    """

    def __init__(
        self,
        layers: Layers = None,
        *,
        probability: Number = 0.5,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.probability = schedules.number_or_schedule(
            "probability", probability, "[0, 1]"
        )
        self.seed = seed = seed_or_none("seed", seed)
        self.layers = chosen_layers("layers", layers, seed)
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.step: Any = 0

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Builds the layers, and the count of updates that a schedule needs."""
        super().build(input_shape)
        if schedules.is_schedule(self.probability):
            self.step = self.add_weight(
                name="step",
                shape=(),
                initializer="zeros",
                dtype="int",
                trainable=False,
                aggregation="only_first_replica",
            )

    def call(self, images: Tensor, training: bool = True) -> Tensor:
        """Changes images `(n, ...)` in training, each with probability."""
        if not training:
            return images
        now = schedules.at(self.probability, self.step)
        return apply_by_coins(self.layers, images, now, self.seed_generator)

    def follow(self, updates: Tensor) -> None:
        """Takes over how many updates the discriminator has made.

        A GAN calls it after each of them.

        Args:
            updates: The count, a whole number.
        """
        if schedules.is_schedule(self.probability):
            # A copy, as JAX donates no buffer that two variables share.
            self.step.assign(ops.copy(ops.cast(updates, self.step.dtype)))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "probability": schedules.saved(self.probability),
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the layer from what `get_config` returned."""
        probability = schedules.restored(config["probability"])
        return super().from_config({**config, "probability": probability})
