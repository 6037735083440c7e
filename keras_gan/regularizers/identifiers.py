"""What may be given as `regularizer=` or `generator_regularizer=`."""

from typing import Any

from keras_gan._checks import received, text
from keras_gan.regularizers.gradient_norm import DRAGAN, GradientPenalty
from keras_gan.regularizers.own_function import (
    FunctionGeneratorRegularizer,
    FunctionRegularizer,
    checked_function,
)
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
            `"dragan"`; on a generator `"path_length"`), a `Penalty`, a
            function `(critic, real, fake, seed)` that returns a scalar, or a
            list of these.
        argument: What messages call it.

    Raises:
        ValueError: If a name is unknown, or two have the same key in the logs.
        TypeError: If it is none of these.
    """
    argument = text("argument", argument)
    found = tuple(_one(each, argument) for each in _several(identifier))
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise ValueError(
            "Each kind of regularizer can be given once, because the logs "
            f"name it. Received: {names}. Use one with the sum of the weights."
        )
    return found


def for_generator(identifier: Any) -> list[Any]:
    """Returns what `get` takes, with functions as penalties on a generator.

    Args:
        identifier: As in `get`; a function is one of `(generator, latents,
            seed)`.
    """
    called_on = FunctionGeneratorRegularizer.called_on
    found = []
    for each in _several(identifier):
        penalty = each
        if _is_function(each):
            penalty = FunctionGeneratorRegularizer(
                checked_function("generator_regularizer", each, called_on)
            )
        found.append(penalty)
    return found


def _several(identifier: Any) -> list[Any]:
    if identifier is None:
        return []
    several = isinstance(identifier, (list, tuple))
    return list(identifier) if several else [identifier]


def _is_function(identifier: Any) -> bool:
    """Whether it is a function, with a name or without one."""
    other = isinstance(identifier, (Penalty, type))
    return not other and hasattr(identifier, "__name__")


def _one(identifier: Any, argument: str) -> Penalty:
    if isinstance(identifier, Penalty):
        return identifier
    if isinstance(identifier, str) and identifier in _NAMED:
        return _NAMED[identifier]()
    if _is_function(identifier):
        called_on = FunctionRegularizer.called_on
        return FunctionRegularizer(
            checked_function(argument, identifier, called_on)
        )
    message = (
        f"`{argument}` must be one of {sorted(_NAMED)}, a Regularizer, a "
        "function (critic, real, fake, seed), or a list of these. "
        f"{received(argument, identifier)}"
    )
    if isinstance(identifier, str):
        raise ValueError(message)
    raise TypeError(message)
