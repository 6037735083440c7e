"""What may be given as `regularizer=` or `generator_regularizer=`."""

from typing import Any

from keras_gan._checks import received, text
from keras_gan.regularizers.gradient_norm import DRAGAN, GradientPenalty
from keras_gan.regularizers.path_length import PathLength
from keras_gan.regularizers.penalty import Penalty
from keras_gan.regularizers.zero_centered import R1, R2

__all__ = ["get"]

_NAMED: dict[str, type[Penalty]] = {
    "gradient_penalty": GradientPenalty,
    "r1": R1,
    "r2": R2,
    "dragan": DRAGAN,
    "path_length": PathLength,
}


def get(
    identifier: Any, *, argument: str = "regularizer"
) -> tuple[Penalty, ...]:
    """Returns the regularisers that a user meant, as a tuple.

    Args:
        identifier: `None`, a name (`"gradient_penalty"`, `"r1"`, `"r2"`,
            `"dragan"`; on a generator `"path_length"`), a `Penalty`, or a list
            of these.
        argument: What messages call it.

    Raises:
        ValueError: If a name is unknown, or two have the same key in the logs.
        TypeError: If it is none of these.
    """
    argument = text("argument", argument)
    if identifier is None:
        return ()
    several = (
        identifier if isinstance(identifier, (list, tuple)) else [identifier]
    )
    found = tuple(_one(each, argument) for each in several)
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise ValueError(
            "Each kind of regularizer can be given once, because the logs "
            f"name it. Received: {names}. Use one with the sum of the weights."
        )
    return found


def _one(identifier: Any, argument: str) -> Penalty:
    if isinstance(identifier, Penalty):
        return identifier
    if isinstance(identifier, str) and identifier in _NAMED:
        return _NAMED[identifier]()
    message = (
        f"`{argument}` must be one of {sorted(_NAMED)}, a Regularizer, or a "
        f"list of these. {received(argument, identifier)}"
    )
    if isinstance(identifier, str):
        raise ValueError(message)
    raise TypeError(message)
