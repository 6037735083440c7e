"""The losses of Keras, as adversarial ones."""

from typing import Any, Self

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import instance_of
from keras_gan._typing import Tensor
from keras_gan.losses.adversarial_loss import (
    AdversarialLoss,
    checked_boundary,
    float32,
)

__all__ = ["KerasLoss"]

_DISTANCES = (
    keras.losses.MeanSquaredError,
    keras.losses.MeanAbsoluteError,
    keras.losses.Huber,
    keras.losses.LogCosh,
)
_CLASSIFIERS = (
    keras.losses.BinaryCrossentropy,
    keras.losses.BinaryFocalCrossentropy,
    keras.losses.Hinge,
    keras.losses.SquaredHinge,
)


@keras.saving.register_keras_serializable("keras_gan")
class KerasLoss(AdversarialLoss):
    """A Keras loss against targets of 1 for real and 0 for fake.

    `D: loss(1, real) + loss(0, fake)`, `G: loss(1, fake)`, on the outputs of
    the discriminator as they are: this is how the tutorials write it, label
    smoothing, `reduction` and `dtype` of the Keras loss included. A reduction
    of `None` leaves it to this class, which takes the mean.

    Args:
        loss: A `keras.losses.Loss` such as
            `keras.losses.BinaryCrossentropy(from_logits=True)`.
        from_logits: Taken from `loss` where it has such a setting.
        boundary: The score halfway between real and generated images. Default:
            0 for Keras' cross-entropies of two classes and its hinge losses,
            0.5 for its distances, `None` (nobody knows) for all others.
    """

    takes_logits = False

    def __init__(
        self,
        loss: keras.losses.Loss,
        *,
        from_logits: bool | None = None,
        boundary: float | None = None,
    ) -> None:
        instance_of(
            "loss",
            loss,
            keras.losses.Loss,
            "a keras.losses.Loss, such as "
            "keras.losses.BinaryCrossentropy(from_logits=True)",
        )
        said = getattr(loss, "from_logits", None)
        if said is None:
            said = loss.get_config().get("from_logits")
        super().__init__(
            from_logits=said if from_logits is None else from_logits
        )
        self.loss = loss
        self._boundary = checked_boundary(boundary)

    @property
    def boundary(self) -> float | None:
        """The one that was given, or that of Keras' own losses."""
        if self._boundary is not None:
            return self._boundary
        if isinstance(self.loss, _DISTANCES):
            return 0.5
        return 0.0 if isinstance(self.loss, _CLASSIFIERS) else None

    def _discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return self._towards(1.0, real) + self._towards(0.0, fake)

    def _generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return self._towards(1.0, fake)

    def _towards(self, target: float, scores: Tensor) -> Tensor:
        # Keras averages over the last axis: without one, add it.
        scores = ops.reshape(scores, (-1, 1)) if scores.ndim < 2 else scores
        scores = ops.cast(scores, self.loss.dtype)
        # `call` rather than `__call__`, which divides by the replica count;
        # that is done once, where the gradient is taken.
        per_sample = self.loss.call(ops.full_like(scores, target), scores)
        mean = ops.mean(float32(per_sample))
        if self.loss.reduction != "sum":
            return mean
        # As a share of the whole batch' mean, which is what replicas sum.
        count = ops.cast(ops.size(per_sample), "float32")
        return mean * backend.all_sum(count)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "loss": keras.saving.serialize_keras_object(self.loss),
            "boundary": self._boundary,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes what `get_config` described."""
        restore = keras.saving.deserialize_keras_object
        return cls(**{**config, "loss": restore(config["loss"])})
