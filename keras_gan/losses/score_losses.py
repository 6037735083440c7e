"""The losses of the literature, each a pair of expressions of two scores."""

import math
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import number_in
from keras_gan._method_names import without_class
from keras_gan._typing import Tensor
from keras_gan.losses.adversarial_loss import AdversarialLoss

__all__ = [
    "Hinge",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "RelativisticAverage",
    "RelativisticPairing",
    "Wasserstein",
]

register = keras.saving.register_keras_serializable("keras_gan")


@without_class
class _SmoothedLoss(AdversarialLoss):
    """A loss with targets, of which the real one can be lowered.

    One-sided, as in Salimans et al., 2016, arXiv 1606.03498, section 3.4:
    smoothing the fake target would pull the discriminator's optimum towards
    the generator's mistakes.
    """

    def __init__(
        self, *, label_smoothing: float = 0.0, from_logits: bool | None = None
    ) -> None:
        super().__init__(from_logits=from_logits)
        self.label_smoothing = number_in(
            "label_smoothing",
            label_smoothing,
            "[0, 1)",
            why=": the share taken off the real target of 1",
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "label_smoothing": self.label_smoothing,
        }


class _CrossEntropy(_SmoothedLoss):
    wanted = (-math.inf, math.inf)

    def _discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        # -(1 - s) log D(x) - s log(1 - D(x)) with D = sigmoid(real)
        surprise = ops.softplus(-real) + self.label_smoothing * real
        return ops.mean(surprise) + ops.mean(ops.softplus(fake))


@register
class NonSaturating(_CrossEntropy):
    """Cross-entropy, with a generator that maximises log D(G(z)).

    `D: mean(softplus(-real)) + mean(softplus(fake))`,
    `G: mean(softplus(-fake))`. The default: unlike in `Minimax`, the
    generator's gradient is strong where the discriminator wins.

    Args:
        label_smoothing: Share taken off the real target in `[0, 1)`, 0.1 for
            a target of 0.9.
        from_logits: As in `AdversarialLoss`.

    Reference: Goodfellow et al., 2014, arXiv 1406.2661, section 3.
    """

    def _generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return ops.mean(ops.softplus(-fake))


@register
class Minimax(_CrossEntropy):
    """Cross-entropy as the original two-player game.

    `D: mean(softplus(-real)) + mean(softplus(fake))`,
    `G: -mean(softplus(fake))`, the generator minimising log(1 - D(G(z))). Its
    gradient vanishes where the discriminator wins: to study that, or where a
    tutorial asks for it.

    Args:
        label_smoothing: Share taken off the real target in `[0, 1)`.
        from_logits: As in `AdversarialLoss`.

    Reference: Goodfellow et al., 2014, arXiv 1406.2661, eq. 1.
    """

    def _generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return -ops.mean(ops.softplus(fake))


@register
class LeastSquares(_SmoothedLoss):
    """Squared distance of the scores from 1 for real and 0 for fake.

    `D: (mean((real - 1)^2) + mean(fake^2)) / 2`, `G: mean((fake - 1)^2) / 2`.
    Penalises samples by their distance from the decision boundary, also on
    its right side.

    Args:
        label_smoothing: Share taken off the real target in `[0, 1)`.
        from_logits: As in `AdversarialLoss`.

    Reference: Mao et al., 2017, arXiv 1611.04076, eq. 9 (0-1 coding).
    """

    wanted = (0.0, 1.0)

    @property
    def boundary(self) -> float:
        """Halfway between the two targets."""
        return (1.0 - self.label_smoothing) / 2

    def _discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        miss = ops.square(real - (1.0 - self.label_smoothing))
        return 0.5 * (ops.mean(miss) + ops.mean(ops.square(fake)))

    def _generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return 0.5 * ops.mean(ops.square(fake - 1.0))


@register
class Hinge(AdversarialLoss):
    """Hinge loss: real scores above 1 and fake scores below -1 cost nothing.

    `D: mean(relu(1 - real)) + mean(relu(1 + fake))`, `G: -mean(fake)`.
    Pairs well with spectral normalisation.

    Reference: Lim & Ye, 2017, arXiv 1705.02894; Miyato et al., 2018, arXiv
    1802.05957, eq. 16-17.
    """

    wanted = (-1.0, 1.0)

    def _discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return ops.mean(ops.relu(1.0 - real)) + ops.mean(ops.relu(1.0 + fake))

    def _generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return -ops.mean(fake)


@register
class Wasserstein(AdversarialLoss):
    """Difference of mean scores, the dual form of the Wasserstein distance.

    `D: mean(fake) - mean(real)`, `G: -mean(fake)`. Needs a critic that is kept
    near 1-Lipschitz: a `GradientPenalty`, or `callbacks.WeightClipping`.

    Reference: Arjovsky et al., 2017, arXiv 1701.07875, eq. 3.
    """

    boundary = None

    def _discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return ops.mean(fake) - ops.mean(real)

    def _generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return -ops.mean(fake)


@register
class RelativisticAverage(AdversarialLoss):
    """Cross-entropy on how much more real a score is than the other kind's.

    With `r = real - mean(fake)` and `f = fake - mean(real)`,
    `D: mean(softplus(-r)) + mean(softplus(f))` and
    `G: mean(softplus(-f)) + mean(softplus(r))`.

    Reference: Jolicoeur-Martineau, 2018, arXiv 1807.00734, section 4.2.
    """

    needs_real = True

    def _discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        # Replicas compare with the average of the whole batch, too.
        excess = real - backend.global_mean(fake)
        deficit = fake - backend.global_mean(real)
        return ops.mean(ops.softplus(-excess)) + ops.mean(ops.softplus(deficit))

    def _generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return self._discriminator(fake, real)


@register
class RelativisticPairing(AdversarialLoss):
    """Cross-entropy on how much more real a score is than its partner's.

    `D: mean(softplus(fake - real))`, `G: mean(softplus(real - fake))`: each
    real image is compared with one generated image of the batch. A generator
    that leaves out a mode still faces real images of it, so the loss has no bad
    local minima where modes are dropped. It converges with `R1` and `R2`
    together: `regularizer=[R1(weight), R2(weight)]`, both at every step.

    Reference: Huang et al., 2024, arXiv 2501.05441, section 2.1; the loss is
    RpGAN of Jolicoeur-Martineau, 2018, arXiv 1807.00734.
    """

    needs_real = True

    def _discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        _require_pairs(real, fake)
        return ops.mean(ops.softplus(fake - real))

    def _generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return self._discriminator(fake, real)


def _require_pairs(real: Tensor, fake: Tensor) -> None:
    """Raises `ValueError` where scores are known to be no pairs."""
    shapes = tuple(real.shape), tuple(fake.shape)
    same = len(shapes[0]) == len(shapes[1]) and all(
        None in sizes or len(set(sizes)) == 1
        for sizes in zip(*shapes, strict=True)
    )
    if not same:
        raise ValueError(
            "RelativisticPairing compares each real score with one generated "
            "score, so both must have one shape. Received: scores of shapes "
            f"{shapes[0]} and {shapes[1]}"
        )
