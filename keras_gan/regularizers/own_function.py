"""The user's own functions, as penalties."""

import inspect
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, Self

import keras
from keras import ops

from keras_gan._checks import received
from keras_gan._method_names import without_class
from keras_gan._typing import Tensor
from keras_gan.regularizers.penalty import (
    GeneratorRegularizer,
    Penalty,
    Regularizer,
)
from keras_gan.schedules import Number

__all__ = ["FunctionGeneratorRegularizer", "FunctionRegularizer"]

register = keras.saving.register_keras_serializable("keras_gan")


@without_class
class _OwnFunction(Penalty):
    """`weight * function(...)`, called on what a subclass is called on."""

    called_on: Sequence[str]
    """What the function is called on."""

    def __init__(
        self,
        function: Callable[..., Tensor],
        weight: Number = 1.0,
        *,
        interval: int = 1,
    ) -> None:
        super().__init__(weight, interval=interval)
        self.function = checked_function("function", function, self.called_on)
        self.name: str = function.__name__

    def __call__(self, *args: Any) -> Tensor:
        value = self.function(*args)
        if not (ops.is_tensor(value) or isinstance(value, Real)):
            raise ValueError(
                f"The penalty {self.name!r} must return a scalar. Received: "
                f"{value!r:.100}"
            )
        return self.weight * value

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        function = keras.saving.serialize_keras_object(self.function)
        return {**super().get_config(), "function": function}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes what `get_config` described.

        Raises:
            ValueError: If the function is not known under its name.
        """
        saved = config["function"]
        if not callable(saved):
            saved = _restored(saved)
        return super().from_config({**config, "function": saved})


@register
class FunctionRegularizer(_OwnFunction, Regularizer):
    """A function of the user's own, as a penalty on the discriminator.

    `weight * function(critic, real, fake, seed)`. A model's `regularizer=`
    takes the function itself, too: this class adds a weight that may follow a
    schedule, and an interval. The function's name is its key in the logs. What
    it is called on is said in `Regularizer`; it is written in `keras.ops`, and
    takes gradients by `keras_gan.backend.input_gradient(critic, images)`.

    Register the function with `@keras.saving.register_keras_serializable()`,
    so that a saved model finds it again.

    Args:
        function: Returns a scalar. It has a name: no lambda.
        weight: Factor of the penalty, at least 0: a number or a schedule.
        interval: Taken at every `interval`-th discriminator step.

    Raises:
        TypeError: If it is no function with a name.
        ValueError: If it does not take these arguments, or a number is out of
            range.

    Example:
        >>> @keras.saving.register_keras_serializable()
        ... def drift(critic, real, fake, seed):
        ...     return 0.001 * ops.mean(ops.square(critic(real)))
        >>> gan = keras_gan.GAN(generator, discriminator, regularizer=drift)
    """

    called_on = ("critic", "real", "fake", "seed")


@register
class FunctionGeneratorRegularizer(_OwnFunction, GeneratorRegularizer):
    """A function of the user's own, as a penalty on the generator.

    `weight * function(generator, latents, seed)`, as `FunctionRegularizer` for
    the other player. A model's `generator_regularizer=` takes the function
    itself, too. What it is called on is said in `GeneratorRegularizer`.

    Args:
        function: Returns a scalar. It has a name: no lambda.
        weight: Factor of the penalty, at least 0: a number or a schedule.
        interval: Taken at every `interval`-th generator step.

    Raises:
        TypeError: If it is no function with a name.
        ValueError: If it does not take these arguments, or a number is out of
            range.

    Example:
        >>> @keras.saving.register_keras_serializable()
        ... def brightness(generator, latents, seed):
        ...     return ops.square(ops.mean(generator(latents)))
        >>> gan = GAN(generator, critic, generator_regularizer=brightness)
    """

    called_on = ("generator", "latents", "seed")


def checked_function(
    argument: str, function: Any, arguments: Sequence[str]
) -> Callable[..., Tensor]:
    """Returns a function of a name, which takes these arguments.

    Raises:
        TypeError: If it is no function with a name.
        ValueError: If it takes others.
    """
    name = getattr(function, "__name__", "")
    if isinstance(function, type) or not callable(function):
        raise TypeError(
            f"`{argument}` must be a function of ({', '.join(arguments)}). "
            f"{received(argument, function)}"
        )
    if not name.isidentifier():
        raise TypeError(
            f"`{argument}` must be a function with a name: the logs call the "
            "penalty by it, and a saved model finds it by it. Write it with "
            f"`def`. {received(argument, function)}"
        )
    signature = inspect.signature(function)
    try:
        signature.bind(*arguments)
    except TypeError as error:
        raise ValueError(
            f"`{argument}` must be called as {name}({', '.join(arguments)}), "
            f"and takes {signature}. {received(argument, function)}"
        ) from error
    return function  # type: ignore[no-any-return]


def _restored(saved: Any) -> Any:
    """Returns the function that was saved.

    Raises:
        ValueError: If it is not known here.
    """
    reason: Exception | None = None
    found = None
    try:
        found = keras.saving.deserialize_keras_object(saved)
    except (TypeError, ValueError, ImportError) as error:
        reason = error
    if callable(found):
        return found
    name = saved.get("config") if isinstance(saved, dict) else saved
    raise ValueError(
        f"The file was saved with a function {name!r} as a penalty, and there "
        "is none of this name here. Define it before you load, under "
        "@keras.saving.register_keras_serializable() as when it was saved; or "
        f"load with custom_objects={{{name!r}: the function}}."
    ) from reason
