"""What is a penalty? The classes that all of them are."""

import abc
import copy
from collections.abc import Callable
from typing import Any, Self

import keras

from keras_gan import schedules
from keras_gan._checks import LARGEST_INT32, whole_number
from keras_gan._typing import Tensor
from keras_gan.schedules import Number

__all__ = ["GeneratorRegularizer", "Penalty", "Regularizer"]


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
