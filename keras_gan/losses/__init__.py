"""Adversarial losses: what each player minimises, as functions of scores.

Scores are the discriminator's logits: any shape that starts with the batch,
`real` for real images and `fake` for generated ones, always in that order.
"""

from keras_gan.losses.adversarial_loss import AdversarialLoss
from keras_gan.losses.callable_losses import CallableLosses
from keras_gan.losses.identifiers import get
from keras_gan.losses.keras_loss import KerasLoss
from keras_gan.losses.logits import to_logits as to_logits
from keras_gan.losses.score_losses import (
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    RelativisticAverage,
    RelativisticPairing,
    Wasserstein,
)

__all__ = [
    "AdversarialLoss",
    "CallableLosses",
    "Hinge",
    "KerasLoss",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "RelativisticAverage",
    "RelativisticPairing",
    "Wasserstein",
    "get",
]
