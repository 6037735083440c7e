"""Regularisers: penalties on the gradient of a network by its input.

A regulariser is called as `regularizer(critic, real, fake, seed)` and returns
a float32 scalar, its weight included, that is added to the discriminator's
loss. `critic` is any function from images to scores.
"""

import abc
import copy
from collections.abc import Callable
from typing import Any, Self

import keras
from keras import ops

from keras_gan import backend, schedules
from keras_gan._checks import (
    LARGEST_INT32,
    flag,
    number_in,
    received,
    whole_number,
)
from keras_gan._typing import Tensor
from keras_gan.schedules import Number

__all__ = [
    "DRAGAN",
    "R1",
    "R2",
    "GeneratorRegularizer",
    "GradientPenalty",
    "Penalty",
    "Regularizer",
    "get",
]

register = keras.saving.register_keras_serializable("keras_gan")


class Penalty(abc.ABC):
    """A term of a player's loss, with a weight and an interval.

    Args:
        weight: Factor of the penalty, at least 0: a number, or a schedule of
            the player's updates, see `keras_gan.schedules`.
        interval: The penalty is taken at every `interval`-th update of the
            player, with `interval` times its weight, which keeps its share of
            the loss (lazy regularisation; Karras et al., 2020, arXiv
            1912.04958, appendix B).

    Raises:
        ValueError: If `weight` is negative or not finite, a schedule's at step
            0, or `interval` is not a positive integer.
    """

    name: str
    """The penalty's key in the logs."""

    taken_at: str | None = None
    """`"real"` or `"fake"` where a discriminator's penalty is taken at these
    images, which are scored anyway; `None` elsewhere."""

    def __init__(self, weight: Number = 10.0, *, interval: int = 1) -> None:
        self.weight = schedules.number_or_schedule("weight", weight, "[0, inf)")
        self.interval = whole_number(
            "interval",
            interval,
            1,
            LARGEST_INT32,
            why=", as it counts the player's updates",
        )

    @property
    def variables(self) -> list[keras.Variable]:
        """What it remembers from step to step, saved with the model: none."""
        return []

    def at(self, step: Tensor) -> Self:
        """Returns the penalty as it is at a step of a scheduled weight.

        A model calls what this returns, so that `__call__` finds a number, or
        a float32 scalar, in `self.weight`.

        Args:
            step: How many updates the player has made.

        Returns:
            The penalty itself where its weight is a number, else a shallow
            copy with the weight of this step.
        """
        if not schedules.is_schedule(self.weight):
            return self
        now = copy.copy(self)
        now.weight = schedules.at(self.weight, step)
        return now

    @abc.abstractmethod
    def __call__(self, *args: Any) -> Tensor:
        """Returns the weighted penalty, a float32 scalar."""

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "weight": schedules.saved(self.weight),
            "interval": self.interval,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the penalty that `get_config` described."""
        if "weight" in config:
            weight = schedules.restored(config["weight"])
            config = {**config, "weight": weight}
        return cls(**config)


class Regularizer(Penalty):
    """A penalty on a discriminator; see `Penalty` for its arguments."""

    @abc.abstractmethod
    def __call__(
        self,
        critic: Callable[[Tensor], Tensor],
        real: Tensor,
        fake: Tensor,
        seed: keras.random.SeedGenerator,
    ) -> Tensor:
        """Returns the weighted penalty.

        Args:
            critic: Maps images to scores, shape `(n, ...)`.
            real: Real images, shape `(n, ...)`.
            fake: Generated images, of the same shape.
            seed: Source of the random numbers, if there are any.

        Returns:
            A float32 scalar.
        """


class GeneratorRegularizer(Penalty):
    """A penalty on a generator; see `Penalty` for its arguments."""

    @abc.abstractmethod
    def __call__(
        self,
        generator: Any,
        latents: Tensor,
        seed: keras.random.SeedGenerator,
    ) -> Tensor:
        """Returns the weighted penalty.

        Args:
            generator: Maps latents to images, shape `(n, ...)`, under the
                batch's condition. `generator.then(function, seed)` has a
                function of the images behind it, which may draw from `seed`.
            latents: Fresh ones, shape `(n, latent_dim)`.
            seed: Source of the random numbers, if there are any.

        Returns:
            A float32 scalar.
        """


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
        squared = _squared_gradient(critic, self._points(real, fake, seed))
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
        return 0.5 * self.weight * ops.mean(_squared_gradient(critic, real))


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
        return 0.5 * self.weight * ops.mean(_squared_gradient(critic, fake))


_NAMED: dict[str, type[Regularizer]] = {
    "gradient_penalty": GradientPenalty,
    "r1": R1,
    "r2": R2,
    "dragan": DRAGAN,
}


def get(identifier: Any) -> tuple[Penalty, ...]:
    """Returns the regularisers that a user meant, as a tuple.

    Args:
        identifier: `None`, a name (`"gradient_penalty"`, `"r1"`, `"r2"`,
            `"dragan"`), a `Penalty`, or a list of these.

    Raises:
        ValueError: If a name is unknown, or two have the same key in the logs.
        TypeError: If it is none of these.
    """
    if identifier is None:
        return ()
    several = (
        identifier if isinstance(identifier, (list, tuple)) else [identifier]
    )
    found = tuple(_one(each) for each in several)
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise ValueError(
            "Each kind of regularizer can be given once, because the logs "
            f"name it. Received: {names}. Use one with the sum of the weights."
        )
    return found


def _one(identifier: Any) -> Penalty:
    if isinstance(identifier, Penalty):
        return identifier
    if isinstance(identifier, str) and identifier in _NAMED:
        return _NAMED[identifier]()
    message = (
        f"`regularizer` must be one of {sorted(_NAMED)}, a Regularizer, or a "
        f"list of these. {received('regularizer', identifier)}"
    )
    if isinstance(identifier, str):
        raise ValueError(message)
    raise TypeError(message)


class _Scaled:
    """A critic whose float16 gradients stay clear of underflow."""

    def __init__(self, critic: Callable[[Tensor], Tensor]) -> None:
        self.scale = gradient_scale(critic)
        if hasattr(critic, "variables"):
            self.variables = critic.variables
        self._critic = critic

    def __call__(self, images: Tensor) -> Tensor:
        return self.scale * ops.cast(self._critic(images), "float32")


def gradient_scale(critic: Callable[[Tensor], Tensor]) -> float:
    """Returns what scores are multiplied by while they are differentiated."""
    return 1024.0 if getattr(critic, "compute_dtype", "") == "float16" else 1.0


def _squared_gradient(
    critic: Callable[[Tensor], Tensor], images: Tensor
) -> Tensor:
    """Returns the squared norm of each sample's input gradient, `(n,)`."""
    gradient = None
    if hasattr(critic, "shared_gradient"):
        gradient = critic.shared_gradient(images)
    if gradient is None:
        scaled = _Scaled(critic)
        gradient = backend.input_gradient(scaled, images)
        gradient = ops.cast(gradient, "float32") / scaled.scale
    return ops.sum(ops.square(gradient), axis=tuple(range(1, gradient.ndim)))


def _per_sample(images: Tensor) -> tuple[Tensor, ...]:
    return (ops.shape(images)[0], *(1,) * (len(images.shape) - 1))
