"""Penalties that pull the critic's gradient to zero."""

from collections.abc import Callable

import keras
from keras import ops

from keras_gan._typing import Tensor
from keras_gan.regularizers.input_gradient import squared_gradient
from keras_gan.regularizers.penalty import Regularizer

__all__ = ["R1", "R2"]

register = keras.saving.register_keras_serializable("keras_gan")


@register
class R1(Regularizer):
    """Penalises the critic's gradient on real images.

    `weight / 2 * mean(|grad D(real)|^2)`. Makes training converge locally;
    the usual companion of the non-saturating loss.

    Args:
        weight: The paper's gamma, at least 0: a number or a schedule.
        interval: Taken at every `interval`-th discriminator step.

    Reference: Mescheder et al., 2018, arXiv 1801.04406, eq. 9.
    """

    name = "r1"
    taken_at = "real"

    def __call__(
        self,
        critic: Callable[[Tensor], Tensor],
        real: Tensor,
        fake: Tensor,
        seed: keras.random.SeedGenerator,
    ) -> Tensor:
        """Returns the weighted penalty; see `Regularizer`."""
        return 0.5 * self.weight * ops.mean(squared_gradient(critic, real))


@register
class R2(Regularizer):
    """Penalises the critic's gradient on generated images.

    `weight / 2 * mean(|grad D(fake)|^2)`.

    Args:
        weight: The paper's gamma, at least 0: a number or a schedule.
        interval: Taken at every `interval`-th discriminator step.

    Reference: Mescheder et al., 2018, arXiv 1801.04406, eq. 10.
    """

    name = "r2"
    taken_at = "fake"

    def __call__(
        self,
        critic: Callable[[Tensor], Tensor],
        real: Tensor,
        fake: Tensor,
        seed: keras.random.SeedGenerator,
    ) -> Tensor:
        """Returns the weighted penalty; see `Regularizer`."""
        return 0.5 * self.weight * ops.mean(squared_gradient(critic, fake))
