"""Probabilities as the logits that losses take."""

from keras import ops

from keras_gan._typing import Tensor
from keras_gan.losses.adversarial_loss import float32

__all__ = ["to_logits"]


def to_logits(probabilities: Tensor) -> Tensor:
    """Returns log(p / (1 - p)) of float32 probabilities, always finite.

    Small probabilities keep their gradient down to 1e-30, which a generator
    far behind its discriminator needs; those above 1 - 6e-8 are 1 in float32.
    """
    p = ops.clip(float32(probabilities), 1e-30, 1.0 - 2.0**-24)
    return ops.log(p) - ops.log1p(-p)
