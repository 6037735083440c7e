"""What may be given as `loss=`."""

from typing import Any

import keras

from keras_gan._checks import received
from keras_gan.losses.adversarial_loss import AdversarialLoss
from keras_gan.losses.callable_losses import CallableLosses
from keras_gan.losses.keras_loss import KerasLoss
from keras_gan.losses.score_losses import (
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    RelativisticAverage,
    RelativisticPairing,
    Wasserstein,
)

__all__ = ["get"]

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
            `keras.losses.Loss` (or the name of one, or of its function, such
            as `"mean_squared_error"`), or a pair of callables
            `(d_loss(real_scores, fake_scores), g_loss(fake_scores))`.
            `"binary_crossentropy"` is another name of `"non_saturating"`,
            which takes logits or probabilities as the discriminator gives
            them.

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
    named = _of_function(identifier)
    if named is not None:
        return named
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
    named = _of_function(found)
    if named is not None:
        return named
    raise ValueError(
        f"Unknown `loss`. Expected one of {sorted(_NAMED)}, or the name of a "
        "Keras loss class such as 'BinaryCrossentropy'. "
        f"{received('loss', name)}"
    )


def _of_function(function: Any) -> AdversarialLoss | None:
    """Returns what a function of `keras.losses` means, `None` for others."""
    name = getattr(function, "__name__", "")
    if not name or getattr(keras.losses, name, None) is not function:
        return None
    if function is keras.losses.binary_crossentropy:
        return NonSaturating()
    words = name.split("_")
    kind = getattr(keras.losses, "".join(map(str.capitalize, words)), None)
    return None if kind is None else KerasLoss(kind())
