"""Augmentation as strong as the discriminator needs it."""

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
from keras_gan.augment.coins import apply_by_coins
from keras_gan.augment.composite import CompositeAugmentation
from keras_gan.augment.pipelines import Layers, chosen_layers

__all__ = ["AdaptiveAugment"]

_MOST_IMAGES = 2**53
"""What a float can count."""


@keras.saving.register_keras_serializable("keras_gan")
class AdaptiveAugment(CompositeAugmentation):
    """Adaptive discriminator augmentation (ADA).

    Every transform is applied to each image with probability `p`. `p` follows
    the discriminator's certainty about real images, `r = mean(sign(D(real)))`:
    above `target` it overfits, and `p` rises by `n / ramp_images`, `n` being
    the images since the last change; below `target` it falls by as much.

    For few images, where you do not know how much augmentation they need: with
    many images `p` stays near 0. The GAN subtracts its loss' `boundary` from
    the scores first: 0 for most losses, 0.5 for least squares. The relativistic
    losses have none; the point halfway between the mean scores of real and of
    generated images takes its place. The Wasserstein loss has none either, and
    `compile` warns of it: the sign of such a score says nothing.

    Args:
        augment: augmentation layers, each applied or not by itself; one layer;
            None for brightness, saturation, contrast, translation, cutout; or
            a set of the paper: "b" (pixel blitting: flips, quarter turns,
            shifts), "bg" (and the other transforms of `GeometricAugment`),
            "bgc" (and `ColorAugment`). None and the sets are for images. A
            layer with `takes_probability = True`, such as `GeometricAugment`,
            is called with `probability=p`, and each of its transforms is
            applied or not by itself. Each layer must let a right gradient
            through, or the GAN refuses it, see `check_gradient`.
        target: float in (-1, 1), the value of `r` to hold.
        ramp_images: positive int, real images in which `p` can go from 0 to 1.
            The paper has 500,000; a short training needs fewer.
        interval: positive int, discriminator updates between changes of `p`.
        maximum: float in (0, 1], where `p` ends. Near 1 the generator starts to
            imitate the augmentation.
        seed: int for repeatable random numbers, or None.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Raises:
        TypeError: `augment` is no layer, nor a sequence of layers, nor a name.
        ValueError: a number is out of range, or there is no set of that name.

    Example:
        >>> augment = keras_gan.augment.AdaptiveAugment(ramp_images=50_000)
        >>> gan = keras_gan.GAN(generator, discriminator, augment=augment)

    Reference: Karras et al., 2020, arXiv 2006.06676, section 3.
    """

    held_as = "augment"

    def __init__(
        self,
        augment: Layers = None,
        *,
        target: float = 0.6,
        ramp_images: int = 500_000,
        interval: int = 4,
        maximum: float = 0.8,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.target = number_in(
            "target", target, "(-1, 1)", why=", as a mean of signs is"
        )
        self.ramp_images = whole_number(
            "ramp_images", ramp_images, 1, _MOST_IMAGES
        )
        self.interval = whole_number("interval", interval, 1, LARGEST_INT32)
        self.maximum = number_in(
            "maximum", maximum, "(0, 1]", why=", as it is a probability"
        )
        self.seed = seed = seed_or_none("seed", seed)
        self.augment = chosen_layers("augment", augment, seed)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the probability and the running statistic."""
        super().build(input_shape)
        self.probability = self._add_scalar("probability")
        self.sign_sum = self._add_scalar("sign_sum")
        self.count = self._add_scalar("count")
        self.step = self.add_weight(
            name="step",
            shape=(),
            initializer="zeros",
            dtype="int32",
            trainable=False,
            aggregation="only_first_replica",
        )

    def call(self, images: Tensor, training: bool = True) -> Tensor:
        """Changes images `(n, ...)` in training, each with probability."""
        if not training:
            return images
        return apply_by_coins(
            self.augment, images, self.probability, self.seed_generator
        )

    def observe(self, real_scores: Tensor) -> None:
        """Takes the scores `(n, ...)` of one batch of real images, and steers.

        Args:
            real_scores: above 0 where the discriminator says real.

        Raises:
            ValueError: the scores were already averaged over the batch.
        """
        if len(real_scores.shape) == 0:
            raise ValueError(
                "`real_scores` must hold the scores of all images, (n, 1): the "
                "sign of their mean is not the mean of their signs. Received: "
                "a scalar"
            )
        signs = ops.mean(ops.sign(ops.cast(real_scores, "float32")))
        number = ops.cast(ops.shape(real_scores)[0], "float32")
        count = self.count + backend.all_sum(number)
        sign_sum = self.sign_sum + backend.all_sum(number * signs)
        due = ops.equal((self.step + 1) % self.interval, 0)
        change = ops.sign(sign_sum / count - self.target) * count
        now = ops.convert_to_tensor(self.probability)
        moved = ops.clip(now + change / self.ramp_images, 0.0, self.maximum)
        self.probability.assign(ops.where(due, moved, now))
        self.count.assign(ops.where(due, 0.0, count))
        self.sign_sum.assign(ops.where(due, 0.0, sign_sum))
        self.step.assign_add(1)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "target": self.target,
            "ramp_images": self.ramp_images,
            "interval": self.interval,
            "maximum": self.maximum,
            "seed": self.seed,
        }

    def _add_scalar(self, name: str) -> Any:
        return self.add_weight(
            name=name,
            shape=(),
            initializer="zeros",
            dtype="float32",
            trainable=False,
            autocast=False,
            aggregation="mean",
        )
