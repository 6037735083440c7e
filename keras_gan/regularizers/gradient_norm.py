"""Penalties that pull the norm of the critic's gradient to a target."""

import abc
from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import flag, number_in
from keras_gan._method_names import without_class
from keras_gan._typing import Tensor
from keras_gan.regularizers.input_gradient import squared_gradient
from keras_gan.regularizers.penalty import Regularizer
from keras_gan.schedules import Number

__all__ = ["DRAGAN", "GradientPenalty"]

register = keras.saving.register_keras_serializable("keras_gan")


@without_class
class _NormPenalty(Regularizer):
    """`weight * mean((|grad| - target)^2)` at points that a subclass picks."""

    def __init__(
        self,
        weight: Number = 10.0,
        *,
        target: float = 1.0,
        one_sided: bool = False,
        interval: int = 1,
    ) -> None:
        super().__init__(weight, interval=interval)
        self.target = number_in(
            "target", target, "[0, inf)", why=", as it is a gradient norm"
        )
        self.one_sided = flag("one_sided", one_sided)

    def __call__(
        self,
        critic: Callable[[Tensor], Tensor],
        real: Tensor,
        fake: Tensor,
        seed: keras.random.SeedGenerator,
    ) -> Tensor:
        squared = squared_gradient(critic, self._points(real, fake, seed))
        # The root's own derivative is infinite at zero.
        excess = ops.sqrt(squared + 1e-12) - self.target
        if self.one_sided:
            excess = ops.relu(excess)
        return self.weight * ops.mean(ops.square(excess))

    @abc.abstractmethod
    def _points(
        self, real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor: ...

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "target": self.target,
            "one_sided": self.one_sided,
        }


@register
class GradientPenalty(_NormPenalty):
    """Pulls the critic's gradient norm to `target` between real and fake.

    `weight * mean((|grad D(x)|_2 - target)^2)` with `x = real + e (fake -
    real)` and one `e ~ U(0, 1)` for each sample. One-sided, only norms above
    the target cost anything: `weight * mean(max(0, |grad D(x)| - target)^2)`.

    Args:
        weight: Factor of the penalty, at least 0: a number or a schedule.
        target: The gradient norm that costs nothing.
        one_sided: Whether norms below the target are free.
        interval: Taken at every `interval`-th discriminator step.

    Reference: Gulrajani et al., 2017, arXiv 1704.00028, eq. 3 and Algorithm
    1; one-sided: Petzka et al., 2018, arXiv 1709.08894.
    """

    name = "gp"

    def _points(
        self, real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor:
        share = backend.draw(keras.random.uniform, _per_sample(real), seed)
        return real + ops.cast(share, real.dtype) * (fake - real)


@register
class DRAGAN(_NormPenalty):
    """Pulls the critic's gradient norm to `target` around the real images.

    `weight * mean((|grad D(x)|_2 - target)^2)` with `x = real + e s u`, `s`
    half the standard deviation of the real batch, `u ~ U(0, 1)` for each
    pixel and `e ~ U(0, 1)` for each sample, as in the authors' code.

    Args:
        weight: Factor of the penalty, at least 0: a number or a schedule.
        target: The gradient norm that costs nothing.
        one_sided: Whether norms below the target are free.
        interval: Taken at every `interval`-th discriminator step.

    Reference: Kodali et al., 2017, arXiv 1705.07215, section 2.4.
    """

    name = "dragan"

    def _points(
        self, real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor:
        pixels = backend.draw(keras.random.uniform, ops.shape(real), seed)
        share = backend.draw(keras.random.uniform, _per_sample(real), seed)
        values = ops.cast(real, "float32")
        variance = backend.global_mean(
            ops.square(values - backend.global_mean(values))
        )
        reach = 0.5 * ops.sqrt(variance)
        return real + ops.cast(share * reach * pixels, real.dtype)


def _per_sample(images: Tensor) -> tuple[Tensor, ...]:
    return (ops.shape(images)[0], *(1,) * (len(images.shape) - 1))
