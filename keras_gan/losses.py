"""Adversarial losses: what each player minimises, as functions of scores.

Scores are the discriminator's logits: any shape that starts with the batch,
`real` for real images and `fake` for generated ones, always in that order.
"""

import abc
import inspect
import math
from collections.abc import Callable
from typing import Any, Self

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import (
    flag,
    function,
    instance_of,
    number_in,
    received,
)
from keras_gan._typing import Tensor

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

register = keras.saving.register_keras_serializable("keras_gan")

_HOW_TO_NEED_REAL = (
    "If it compares with real scores, say so: `needs_real = True` in the class "
    "of the loss, or CallableLosses(d_loss, g_loss, needs_real=True) for "
    "functions, where g_loss takes (fake_scores, real_scores)."
)


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
        return self._discriminator(_float32(real), _float32(fake))

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
            return self._generator(_float32(fake), _float32(real))
        try:
            return self._generator(_float32(fake), None)
        except (TypeError, ValueError, AttributeError) as error:
            # Each backend says in other words that None is no tensor.
            if "None" not in str(error):
                raise
            raise ValueError(
                f"The generator's objective of {type(self).__name__} failed "
                f"without real scores: {error}. {_HOW_TO_NEED_REAL}"
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


@register
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
        self._boundary = _checked_boundary(boundary)

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
        mean = ops.mean(_float32(per_sample))
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


@register
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
        self._boundary = _checked_boundary(boundary)

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


_NAMED: dict[str, type[AdversarialLoss]] = {
    "non_saturating": NonSaturating,
    "minimax": Minimax,
    "least_squares": LeastSquares,
    "hinge": Hinge,
    "wasserstein": Wasserstein,
    "relativistic": RelativisticAverage,
    "relativistic_pairing": RelativisticPairing,
}


def get(identifier: Any) -> AdversarialLoss:
    """Returns the adversarial loss that a user meant.

    Args:
        identifier: A name (`"non_saturating"`, `"minimax"`, `"least_squares"`,
            `"hinge"`, `"wasserstein"`, `"relativistic"`,
            `"relativistic_pairing"`), an `AdversarialLoss`, a
            `keras.losses.Loss` (or the name of one), or a pair of callables
            `(d_loss(real_scores, fake_scores), g_loss(fake_scores))`.

    Raises:
        ValueError: If the name is unknown.
        TypeError: If it is none of these.
    """
    if isinstance(identifier, AdversarialLoss):
        return identifier
    if isinstance(identifier, keras.losses.Loss):
        return KerasLoss(identifier)
    if isinstance(identifier, str):
        return _by_name(identifier)
    pair = isinstance(identifier, (tuple, list)) and len(identifier) == 2
    if pair and all(callable(function) for function in identifier):
        return CallableLosses(*identifier)
    raise TypeError(
        f"`loss` must be one of {sorted(_NAMED)}, an AdversarialLoss, a "
        "keras.losses.Loss, or a pair (d_loss(real_scores, fake_scores), "
        f"g_loss(fake_scores)). {received('loss', identifier)}"
    )


def _by_name(name: str) -> AdversarialLoss:
    if name in _NAMED:
        return _NAMED[name]()
    try:
        found = keras.losses.get(name)
    except ValueError:
        found = None
    if isinstance(found, keras.losses.Loss):
        return KerasLoss(found)
    raise ValueError(
        f"Unknown `loss`. Expected one of {sorted(_NAMED)}, or the name of a "
        "Keras loss class such as 'BinaryCrossentropy'. "
        f"{received('loss', name)}"
    )


def to_logits(probabilities: Tensor) -> Tensor:
    """Returns log(p / (1 - p)) of float32 probabilities, always finite.

    Small probabilities keep their gradient down to 1e-30, which a generator
    far behind its discriminator needs; those above 1 - 6e-8 are 1 in float32.
    """
    p = ops.clip(_float32(probabilities), 1e-30, 1.0 - 2.0**-24)
    return ops.log(p) - ops.log1p(-p)


def _float32(scores: Tensor) -> Tensor:
    return ops.cast(scores, "float32")


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
            else _HOW_TO_NEED_REAL
        )
        raise ValueError(
            f"`generator_loss` is called as g_loss({', '.join(given)}), and "
            f"takes {signature}: {error}. {hint}"
        ) from error


def _checked_boundary(boundary: float | None) -> float | None:
    if boundary is None:
        return None
    why = ", the score halfway between real and generated images"
    return number_in("boundary", boundary, "(-inf, inf)", why)


def _scalar(value: Tensor, name: str) -> Tensor:
    value = ops.convert_to_tensor(value)
    if math.prod(value.shape) != 1 if None not in value.shape else True:
        raise ValueError(
            f"`{name}` must return a scalar. Received: a tensor of shape "
            f"{tuple(value.shape)}. Average it with keras.ops.mean."
        )
    return ops.reshape(_float32(value), ())
