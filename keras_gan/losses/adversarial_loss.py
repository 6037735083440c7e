"""What is an adversarial loss? The class that all of them are."""

import abc
from typing import Any, Self

from keras import ops

from keras_gan._checks import flag, number_in
from keras_gan._typing import Tensor

__all__ = ["HOW_TO_NEED_REAL", "AdversarialLoss", "checked_boundary", "float32"]

HOW_TO_NEED_REAL = (
    "If it compares with real scores, say so: `needs_real = True` in the class "
    "of the loss, or CallableLosses(d_loss, g_loss, needs_real=True) for "
    "functions, where g_loss takes (fake_scores, real_scores)."
)
"""What to say where a loss fails because it has no real scores."""


class AdversarialLoss(abc.ABC):
    """The two objectives of a GAN, as functions of scores.

    A new loss is a subclass with two methods of one expression each,
    `_discriminator(real, fake)` and `_generator(fake, real)`, that take float32
    scores. Real scores cost a pass of the discriminator in the generator's
    turn. So a loss whose `_generator` compares with them must say so by the
    class attribute `needs_real = True`; otherwise `real` is `None` there.

    Args:
        from_logits: Whether the discriminator's outputs are logits (`True`) or
            probabilities (`False`); `None` reads it off its last layer.
    """

    needs_real = False
    """Whether the generator's objective compares with real scores.

    A loss of the user's own sets it; `CallableLosses` takes it as an argument.
    Such a loss looks at the gap between two scores. The logs then have the mean
    gap as `d_gap`, because the scores themselves may drift.
    """

    takes_logits = True
    """Whether probabilities are turned into logits before they come here."""

    wanted: tuple[float, float] | None = None
    """The scores of generated and of real images at which the discriminator's
    loss is at its least; `None` where no scores are."""

    def __init__(self, *, from_logits: bool | None = None) -> None:
        self.from_logits = (
            None if from_logits is None else flag("from_logits", from_logits)
        )

    @property
    def boundary(self) -> float | None:
        """The score halfway between real and generated images.

        0 by default. `None` for losses that see differences of scores only,
        so that no score by itself says real or generated, and where nobody
        knows. `AdaptiveAugment` is steered by it; for a loss with `needs_real`
        and no boundary, by the point halfway between the mean scores of the
        batch. `callbacks.Rollback` says that a discriminator has won only where
        there is a boundary.
        """
        return None if self.needs_real else 0.0

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Returns the discriminator's loss.

        Args:
            real: Scores of real images, shape `(n, ...)`.
            fake: Scores of generated images, shape `(m, ...)`.

        Returns:
            A float32 scalar.
        """
        return self._discriminator(float32(real), float32(fake))

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """Returns the generator's loss.

        Args:
            fake: Scores of generated images, shape `(m, ...)`.
            real: Scores of real images, for the losses with `needs_real`.

        Returns:
            A float32 scalar.

        Raises:
            ValueError: If the loss compares with real scores and has none.
        """
        if self.needs_real and real is None:
            raise ValueError(
                f"{type(self).__name__}.generator compares with real scores. "
                "Received: real=None. Call it as generator(fake, real)."
            )
        if self.needs_real:
            return self._generator(float32(fake), float32(real))
        try:
            return self._generator(float32(fake), None)
        except (TypeError, ValueError, AttributeError) as error:
            # Each backend says in other words that None is no tensor.
            if "None" not in str(error):
                raise
            raise ValueError(
                f"The generator's objective of {type(self).__name__} failed "
                f"without real scores: {error}. {HOW_TO_NEED_REAL}"
            ) from error

    @abc.abstractmethod
    def _discriminator(self, real: Tensor, fake: Tensor) -> Tensor: ...

    @abc.abstractmethod
    def _generator(self, fake: Tensor, real: Tensor | None) -> Tensor: ...

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"from_logits": self.from_logits}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the loss that `get_config` described."""
        return cls(**config)


def checked_boundary(boundary: float | None) -> float | None:
    """Returns the score halfway between real and generated images, if given.

    Raises:
        ValueError: If it is no finite number.
    """
    if boundary is None:
        return None
    why = ", the score halfway between real and generated images"
    return number_in("boundary", boundary, "(-inf, inf)", why)


def float32(scores: Tensor) -> Tensor:
    """Returns scores as losses take them."""
    return ops.cast(scores, "float32")
