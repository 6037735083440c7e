"""The port on JAX: stateful code run as pure functions of its variables."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import keras
import numpy as np

from keras_gan._typing import Tensor
from keras_gan.backend.workers import Workers


class Recording:
    """What a function returned, with the way back to its variables.

    Attributes:
        output: What it returned, nested as it was; constants to everything but
            `value_and_grad`.
    """

    def __init__(
        self,
        output: Any,
        pullback: Callable[[Any], tuple[list[Tensor]]],
    ) -> None:
        self.output = output
        self.pullback = pullback


def record(
    function: Callable[[], Any],
    wrt: Sequence[keras.Variable],
    state: Sequence[keras.Variable] = (),
) -> Recording:
    """Calls `function` so that its output can be used before its gradient is.

    Args:
        function: Called without arguments; returns tensors, nested in dicts,
            tuples and lists, with `None` where there is none.
        wrt: The variables that will be differentiated by.
        state: Every variable that the function may read or change. What it
            assigns to them holds afterwards.

    Returns:
        The output, and what `value_and_grad` takes.
    """
    held = _others(state, wrt)
    run = _pure(lambda: function(), [*wrt, *held])

    def forward(values: list[Tensor]) -> tuple[Any, list[Tensor]]:
        output, new = run([*values, *_values(held)])
        return output, new[len(values) :]

    output, pullback, new = jax.vjp(forward, _values(wrt), has_aux=True)
    _assign(held, new)
    return Recording(output, pullback)


def value_and_grad(
    objective: Callable[..., tuple[Tensor, Any]],
    wrt: Sequence[keras.Variable],
    state: Sequence[keras.Variable] = (),
    recording: Recording | None = None,
) -> tuple[Any, list[Tensor]]:
    """Differentiates a closure over Keras variables.

    Args:
        objective: Called without arguments, or with the recording's output;
            returns a scalar and anything else that shall come out.
        wrt: The variables to differentiate by.
        state: Every variable that the objective may read or change. What it
            assigns to them holds afterwards.
        recording: A call that is differentiated with the objective, by the
            same variables. It can be used once.

    Returns:
        The objective's second output, and the gradients in the order of `wrt`.
    """
    held = _others(state, wrt)
    run = _pure(lambda *given: objective(*given), [*wrt, *held])

    def loss(values: list[Tensor], given: list[Any]) -> tuple[Tensor, Any]:
        (value, aux), new = run([*values, *_values(held)], *given)
        return value, (aux, new[len(values) :])

    given = [] if recording is None else [recording.output]
    # Integers, such as drawn labels, have a gradient of JAX's type for none.
    differentiate = jax.grad(loss, argnums=(0, 1), has_aux=True, allow_int=True)
    (gradients, by_output), (aux, new) = differentiate(_values(wrt), given)
    _assign(held, new)
    if recording is not None:
        (through,) = recording.pullback(by_output[0])
        gradients = [a + b for a, b in zip(gradients, through, strict=True)]
    return aux, gradients


def _others(
    state: Sequence[keras.Variable], wrt: Sequence[keras.Variable]
) -> list[keras.Variable]:
    wanted = {id(v) for v in wrt}
    return [v for v in state if id(v) not in wanted]


def input_gradient(critic: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Returns d sum(critic(x)) / dx, itself differentiable.

    A critic that changes variables (batch statistics, dropout seeds) names
    them in its attribute `variables`.
    """
    if not hasattr(critic, "variables"):
        # A scope of its own would hide the values of the one around it.
        return jax.grad(lambda x: critic(x).sum())(jax.numpy.asarray(x))
    variables = list(critic.variables)
    run = _pure(critic, variables)

    def score(x: Tensor) -> tuple[Tensor, list[Tensor]]:
        scores, new = run(_values(variables), x)
        return scores.sum(), new

    gradient, new = jax.grad(score, has_aux=True)(jax.numpy.asarray(x))
    _assign(variables, new)
    return gradient


def constant(function: Callable[[], Tensor]) -> Tensor:
    """Calls `function` so that nothing can be differentiated through it."""
    return jax.lax.stop_gradient(function())


def apply_gradients(
    optimizer: keras.optimizers.Optimizer,
    gradients: Sequence[Tensor | None],
    variables: Sequence[keras.Variable],
) -> None:
    """Updates `variables` by one step of `optimizer`."""
    # `LossScaleOptimizer.apply` would leak tracers; its stateless form won't.
    new, new_state = optimizer.stateless_apply(
        _values(optimizer.variables), list(gradients), _values(variables)
    )
    _assign(variables, new)
    _assign(optimizer.variables, new_state)


def update_if(
    predicate: Tensor,
    function: Callable[..., None],
    args: tuple[Any, ...],
    state: Sequence[keras.Variable] = (),
) -> None:
    """Calls `function(*args)`, which changes variables, where `predicate`.

    Args:
        predicate: A boolean scalar.
        function: Takes `args`; whatever it returns is dropped.
        args: Nested tensors.
        state: Every variable that the function may read or change.
    """
    if not isinstance(predicate, jax.core.Tracer):
        if bool(predicate):
            function(*args)
        return
    run = _pure(lambda: function(*args), state)
    values = _values(state)
    _assign(
        state,
        jax.lax.cond(
            predicate, lambda now: run(now)[1], lambda now: now, values
        ),
    )


def _pure(
    function: Callable[..., Any], variables: Sequence[keras.Variable]
) -> Callable[..., tuple[Any, list[Tensor]]]:
    """Makes `function` one of its variables' values: (output, new values)."""

    def run(values: Sequence[Tensor], *args: Any) -> tuple[Any, list[Tensor]]:
        # A scope does not see its parent's values: map all of the state.
        mapping = list(zip(variables, values, strict=True))
        with keras.StatelessScope(mapping) as scope:
            output = function(*args)
        return output, [scope.get_current_value(v) for v in variables]

    return run


def _values(variables: Sequence[keras.Variable]) -> list[Tensor]:
    return [v.value for v in variables]


def _assign(
    variables: Sequence[keras.Variable], values: Sequence[Tensor]
) -> None:
    for variable, value in zip(variables, values, strict=True):
        if value is not variable.value:
            variable.assign(value)


def replica() -> tuple[int, int]:
    """Returns (0, 1): with JAX one program sees the global batch."""
    return 0, 1


def all_sum(x: Tensor) -> Tensor:
    """Returns `x`: with JAX one program sees the global batch.

    Args:
        x: A tensor.
    """
    return x


@contextlib.contextmanager
def distributed(engine: str) -> Iterator[Workers]:
    """Joins the processes or devices that train one model.

    Args:
        engine: `"data-parallel"`: all devices of this machine.

    Yields:
        Who takes part.

    Raises:
        ValueError: If this backend has no such engine.
    """
    if engine != "data-parallel":
        raise ValueError(
            f"The jax backend distributes by data-parallel. Received: {engine}"
        )
    before = keras.distribution.distribution()
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    try:
        yield Workers()
    finally:
        keras.distribution.set_distribution(before)


def strategy_scope(
    model: keras.Model,
) -> contextlib.AbstractContextManager[Any]:
    """Returns an empty scope: distribution is a global setting here."""
    del model
    return contextlib.nullcontext()


def jit_choice(requested: bool | str) -> bool | str:
    """Returns what was requested: Keras compiles with JAX wherever it can."""
    return requested


def eagerly(function: Callable[[], Tensor]) -> Tensor:
    """Calls `function` without compiling any of it.

    A `cond` on new closures, as in Keras' schedules, would be compiled, and
    kept, at each call.
    """
    with jax.disable_jit():
        return function()


def gains_together(model: keras.Model) -> bool:
    """Returns `False`: Keras calls each step from Python here anyway."""
    del model
    return False


def refuse_unsupported(
    jit_compile: bool | str, steps_per_execution: int, penalised: bool
) -> None:
    """Raises `ValueError` for what this backend cannot do: nothing here."""


def refuse_optimizer(optimizer: keras.optimizers.Optimizer) -> None:
    """Raises `ValueError` for what this backend cannot do: nothing here."""
    del optimizer


def random_state() -> dict[str, np.ndarray[Any, Any]]:
    """Returns the framework's global random state: none here."""
    return {}


def set_random_state(state: dict[str, np.ndarray[Any, Any]]) -> None:
    """Restores what `random_state` returned."""


def generator_states(layer: keras.layers.Layer) -> list[Any]:
    """Returns the states of generators that Keras does not see: none here."""
    del layer
    return []


class Stepper:
    """The steps of Keras' trainer, in terms of `update` and `score`."""

    def train_step(
        self, state: tuple[list[Tensor], ...], data: Any
    ) -> tuple[dict[str, Tensor], tuple[list[Tensor], ...]]:
        """Trains on one batch; returns the logs and the new state."""
        optimizer = self.optimizer  # type: ignore[attr-defined]
        groups = (*self._groups(), optimizer.variables, self._measured())
        return _run(self.update, data, state, groups)  # type: ignore[attr-defined]

    def test_step(
        self, state: tuple[list[Tensor], ...], data: Any
    ) -> tuple[dict[str, Tensor], tuple[list[Tensor], ...]]:
        """Scores one batch; returns the logs and the new state."""
        groups = (*self._groups(), self._measured())
        return _run(self.score, data, state, groups)  # type: ignore[attr-defined]

    def _groups(self) -> tuple[list[keras.Variable], list[keras.Variable]]:
        return self.trainable_variables, self.non_trainable_variables  # type: ignore[attr-defined]

    def _measured(self) -> list[keras.Variable]:
        measured: list[keras.Variable] = self.metrics_variables  # type: ignore[attr-defined]
        return measured


def _run(
    step: Callable[[Any], dict[str, Tensor]],
    data: Any,
    state: tuple[list[Tensor], ...],
    groups: tuple[list[keras.Variable], ...],
) -> tuple[dict[str, Tensor], tuple[list[Tensor], ...]]:
    variables = [v for group in groups for v in group]
    values = [value for group in state for value in group]
    logs, new = _pure(step, variables)(values, data)
    remaining = iter(new)
    return logs, tuple([next(remaining) for _ in group] for group in groups)
