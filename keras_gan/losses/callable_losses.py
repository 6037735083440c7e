"""The user's own functions, as an adversarial loss."""

import inspect
import math
from collections.abc import Callable
from typing import Any, Self

import keras
from keras import ops

from keras_gan._checks import flag, function
from keras_gan._typing import Tensor
from keras_gan.losses.adversarial_loss import (
    HOW_TO_NEED_REAL,
    AdversarialLoss,
    checked_boundary,
    float32,
)

__all__ = ["CallableLosses"]


@keras.saving.register_keras_serializable("keras_gan")
class CallableLosses(AdversarialLoss):
    """A pair of the user's functions of the discriminator's outputs.

    Args:
        discriminator_loss: `d_loss(real_scores, fake_scores)`, a scalar.
        generator_loss: `g_loss(fake_scores)`, a scalar; with `needs_real`
            `g_loss(fake_scores, real_scores)`.
        from_logits: As in `AdversarialLoss`; the functions get the outputs as
            they are.
        boundary: The score halfway between real and generated images, for
            `AdaptiveAugment` and `callbacks.Rollback`: 0 for logits that are
            to be above 0 for real images. Default: `None`, nobody knows. With
            probabilities for outputs it is 0.5 wherever it matters.
        needs_real: Whether `generator_loss` takes real scores, too.

    Raises:
        TypeError: If one of them is no function.
        ValueError: If a function does not take these arguments.
    """

    takes_logits = False

    def __init__(
        self,
        discriminator_loss: Callable[[Tensor, Tensor], Tensor],
        generator_loss: Callable[..., Tensor],
        *,
        from_logits: bool | None = None,
        boundary: float | None = None,
        needs_real: bool = False,
    ) -> None:
        super().__init__(from_logits=from_logits)
        function(
            "discriminator_loss", discriminator_loss, "real_scores, fake_scores"
        )
        self.needs_real = flag("needs_real", needs_real)
        given = (
            ["fake_scores", "real_scores"] if needs_real else ["fake_scores"]
        )
        function("generator_loss", generator_loss, ", ".join(given))
        _require_arguments(generator_loss, given, self.needs_real)
        self.discriminator_loss = discriminator_loss
        self.generator_loss = generator_loss
        self._boundary = checked_boundary(boundary)

    @property
    def boundary(self) -> float | None:
        """The one that was given."""
        return self._boundary

    def _discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return _scalar(self.discriminator_loss(real, fake), "d_loss")

    def _generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        given = (fake, real) if self.needs_real else (fake,)
        return _scalar(self.generator_loss(*given), "g_loss")

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "discriminator_loss": serialize(self.discriminator_loss),
            "generator_loss": serialize(self.generator_loss),
            "boundary": self._boundary,
            "needs_real": self.needs_real,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes what `get_config` described."""
        restore = keras.saving.deserialize_keras_object
        functions = ("discriminator_loss", "generator_loss")
        restored = {name: restore(config[name]) for name in functions}
        return cls(**{**config, **restored})


def _require_arguments(
    generator_loss: Callable[..., Any], given: list[str], needs_real: bool
) -> None:
    """Raises `ValueError` where a function can't be called on these."""
    try:
        signature = inspect.signature(generator_loss)
    except (TypeError, ValueError):
        # Nobody knows what a function of C takes before it is called.
        return
    try:
        signature.bind(*given)
    except TypeError as error:
        hint = (
            "Leave `needs_real` out if it takes fake_scores alone."
            if needs_real
            else HOW_TO_NEED_REAL
        )
        raise ValueError(
            f"`generator_loss` is called as g_loss({', '.join(given)}), and "
            f"takes {signature}: {error}. {hint}"
        ) from error


def _scalar(value: Tensor, name: str) -> Tensor:
    value = ops.convert_to_tensor(value)
    if math.prod(value.shape) != 1 if None not in value.shape else True:
        raise ValueError(
            f"`{name}` must return a scalar. Received: a tensor of shape "
            f"{tuple(value.shape)}. Average it with keras.ops.mean."
        )
    return ops.reshape(float32(value), ())
